// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A kernel in which file systems are frozen and thawed, and fail to be; it notes each call.

#pragma once

#include <cerrno>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "agent/system/mounts/open_mount.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {

using Calls = std::vector<std::string>;

/// A line of mountinfo.
inline std::string mount_line(int id, const std::string& device, const std::string& point,
                              const std::string& type = "ext4", const std::string& options = "rw") {
    return std::to_string(id) + " 1 " + device + " / " + point + " rw,relatime shared:1 - " + type +
           " /dev/x " + options + "\n";
}

class FakeKernel : public MountOpener {
  public:
    Opened open(const Mount& mount) const override {
        const std::lock_guard lock(mutex_);
        if (const auto error = open_errors.find(mount.point); error != open_errors.end())
            return tl::unexpected(error->second);
        return std::make_unique<One>(*this, mount);
    }

    [[nodiscard]] Calls calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }
    [[nodiscard]] std::size_t frozen() const {
        const std::lock_guard lock(mutex_);
        return frozen_.size();
    }
    /// As another agent has left it, or somebody else does.
    void freeze_behind_our_back(DeviceNumber superblock) const {
        const std::lock_guard lock(mutex_);
        frozen_.insert(superblock);
    }

    // By mount point; set before anything runs.
    std::map<std::string, int> open_errors, freeze_errors, thaw_errors, trim_errors;
    /// FIFREEZE waits for these first.
    std::map<std::string, std::shared_future<void>> gates;
    /// Called at the begin of each FIFREEZE and FITHAW.
    std::function<void(const std::string& call)> on_call = [](const std::string&) {};

  private:
    class One : public OpenMount {
      public:
        One(const FakeKernel& kernel, const Mount& mount)
            : kernel_(kernel), superblock_(mount.superblock), point_(mount.point) {}

        int freeze() override {
            kernel_.note("freeze " + point_);
            if (const auto gate = kernel_.gates.find(point_); gate != kernel_.gates.end())
                gate->second.wait();
            if (const int error = kernel_.error_in(kernel_.freeze_errors, point_)) return error;
            const std::lock_guard lock(kernel_.mutex_);
            return kernel_.frozen_.insert(superblock_).second ? 0 : EBUSY;
        }
        int thaw() override {
            kernel_.note("thaw " + point_);
            if (const int error = kernel_.error_in(kernel_.thaw_errors, point_)) return error;
            const std::lock_guard lock(kernel_.mutex_);
            return kernel_.frozen_.erase(superblock_) == 1 ? 0 : EINVAL;
        }
        int trim(Trim& trim) override {
            kernel_.note("trim " + point_ + " " + std::to_string(trim.minimum));
            if (const int error = kernel_.error_in(kernel_.trim_errors, point_)) return error;
            trim = {4096, 123456};
            return 0;
        }

      private:
        const FakeKernel& kernel_;
        DeviceNumber superblock_;
        std::string point_;
    };

    void note(const std::string& call) const {
        on_call(call);
        const std::lock_guard lock(mutex_);
        calls_.push_back(call);
    }
    static int error_in(const std::map<std::string, int>& errors, const std::string& point) {
        const auto found = errors.find(point);
        return found == errors.end() ? 0 : found->second;
    }

    mutable std::mutex mutex_;
    mutable Calls calls_;
    mutable std::set<DeviceNumber> frozen_;
};

}  // namespace hypnos::agent
