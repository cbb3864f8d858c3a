// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What is known of the machine, or of the image, that is to be set up.
//
//   place   a swap that is there, or that would be made
//   target  the place chosen
//   text    of a configuration file; none: there is no such file

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/setup/core/sizing.hpp"
#include "sleep/core/preflight/facts.hpp"
#include "sleep/core/setup_record.hpp"

namespace hypnos::setup {

using sleep::SetupRecord;
using Options = SetupRecord::Options;
using SwapRecord = SetupRecord::Swap;

using Text = std::optional<std::string>;
using Texts = std::map<std::string, Text>;

/// A swap that is there: on, in /etc/fstab, named on the command line, or the file that we made.
struct Place {
    std::string path;  ///< lasting, as far as can be: /dev/disk/by-uuid/..., or the file's
    std::string name;  ///< as the kernel has it: /dev/vdb, or the file's
    bool file = false;
    std::string uuid;  ///< of the swap
    std::uint64_t bytes = 0;
    std::string device;  ///< "254:16", its own or its file system's
    std::string resume;  ///< what resume= must say: "UUID=" and the swap's, or the file system's
    std::optional<std::uint64_t> offset;  ///< of its header on that device, in pages
    bool active = false;
    bool lasts = false;  ///< a boot switches it on by itself
    bool zram = false;
    bool holds_image = false;
    bool encrypted = false;
    std::string random_key;  ///< the line of /etc/crypttab that says so
};

/// The file system that a new swap file would go to.
struct FileSystem {
    std::string point, type, uuid;
    std::uint64_t free = 0, size = 0;  ///< bytes
    std::uint64_t devices = 1;
};

enum class BootLoader { Unknown, Grub, Bls, Uki, None };

struct BootFacts {
    BootLoader loader = BootLoader::Unknown;
    std::vector<std::string>
        entries;       ///< BLS: paths, and that of /etc/kernel/cmdline if it is there
    std::string menu;  ///< GRUB: the path of grub.cfg
    Text menu_text;
    bool partuuid_first = false;  ///< GRUB_FORCE_PARTUUID: boots without an initramfs first
    /// resume= in configuration that is not ours: path and the line.
    std::map<std::string, std::string> others;
    /// Values of resume= in any configuration, and the number of the device that each means.
    std::map<std::string, std::string> named;
};

enum class Generator { None, InitramfsTools, Dracut };

struct Initramfs {
    std::string path, release;
    bool there = true;
    std::vector<std::string> lacks;  ///< what a resume needs and it has not, in words
};

struct InitramfsFacts {
    Generator generator = Generator::None;
    std::vector<Initramfs> images;  ///< one for each kernel in /boot
};

struct Facts {
    bool offline = false;   ///< an image that is not running: only texts and generator are known
    std::string container;  ///< what says that this is one
    std::string root_type;  ///< of the file system at /
    Memory memory;
    std::vector<Place> places;    ///< of all kinds but our own file
    std::optional<Place> own;     ///< the file at options.file, if it is a swap without holes
    bool own_path_taken = false;  ///< something is there that is no swap
    FileSystem file_system;
    BootFacts boot;
    InitramfsFacts initramfs;
    Texts texts;  ///< of all files that a plan may change
    std::vector<std::string> missing_tools;
    sleep::PowerFacts power;
};

}  // namespace hypnos::setup
