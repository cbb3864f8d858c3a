// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A directory that stands for "/" and goes away with the test.

#pragma once

#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "sleep/system/root.hpp"

namespace hypnos::test {

class TempRoot {
  public:
    TempRoot() {
        gchar* made = g_dir_make_tmp("hypnos-test-XXXXXX", nullptr);
        if (made == nullptr) std::abort();
        directory_ = made;
        g_free(made);
    }
    TempRoot(const TempRoot&) = delete;
    TempRoot& operator=(const TempRoot&) = delete;
    ~TempRoot() {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    [[nodiscard]] sleep::Root root() const { return sleep::Root(directory_); }
    [[nodiscard]] const std::string& directory() const { return directory_; }
    /// The real path of an absolute one.
    [[nodiscard]] std::string path(const std::string& absolute) const {
        return directory_ + absolute;
    }

    void make_directory(const std::string& absolute) const {
        std::filesystem::create_directories(path(absolute));
    }

    /// Writes a file, making the directories above it.
    void write(const std::string& absolute, const std::string& text) const {
        std::filesystem::create_directories(std::filesystem::path(path(absolute)).parent_path());
        std::ofstream(path(absolute), std::ios::binary) << text;
    }

    /// Writes an executable file.
    void write_program(const std::string& absolute, const std::string& text,
                       mode_t mode = 0755) const {
        write(absolute, text);
        chmod(path(absolute).c_str(), mode);
    }

    void link(const std::string& absolute, const std::string& target) const {
        std::filesystem::create_directories(std::filesystem::path(path(absolute)).parent_path());
        std::filesystem::create_symlink(target, path(absolute));
    }

    [[nodiscard]] std::string read(const std::string& absolute) const {
        gchar* text = nullptr;
        gsize size = 0;
        if (g_file_get_contents(path(absolute).c_str(), &text, &size, nullptr) == FALSE) return "";
        std::string result(text, size);
        g_free(text);
        return result;
    }

  private:
    std::string directory_;
};

}  // namespace hypnos::test
