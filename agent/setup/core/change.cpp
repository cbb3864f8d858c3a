// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/change.hpp"

#include <array>

namespace hypnos::setup {
namespace {

std::string subject(const MakeSwap& change) { return change.path; }
std::string subject(const RemoveSwap& change) { return change.path; }
std::string subject(const SwapOn& change) { return change.path; }
std::string subject(const WriteFile& change) { return change.path; }
std::string subject(const Generate& change) { return change.what; }
std::string subject(const SyncBoot& change) { return change.mount; }
std::string subject(const TellKernel& change) {
    return "/sys/power/resume: " + change.device + ", offset " + std::to_string(change.offset);
}

}  // namespace

std::string_view name_of(const Change& change) {
    constexpr std::array<std::string_view, 7> kNames = {
        "MakeSwap", "RemoveSwap", "SwapOn", "WriteFile", "Generate", "SyncBoot", "TellKernel"};
    return kNames.at(change.what.index());
}

std::string subject_of(const Change& change) {
    return std::visit([](const auto& what) { return subject(what); }, change.what);
}

}  // namespace hypnos::setup
