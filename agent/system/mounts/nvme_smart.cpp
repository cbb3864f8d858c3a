// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/nvme_smart.hpp"

#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>

#include <optional>

#include "glib/unique_fd.hpp"

namespace hypnos::agent {
namespace {

constexpr std::uint8_t kGetLogPage = 0x02;
constexpr std::uint32_t kHealth = 0x02;
constexpr std::uint32_t kAllNamespaces = 0xffffffff;
constexpr std::uint32_t kDwordsShift = 16;
constexpr std::uint32_t kTimeoutMs = 5000;

/// A counter of 16 bytes, told as two of 8.
struct Counter {
    const char* name;
    std::size_t offset;
};
constexpr std::array kCounters = {
    Counter{"data-units-read", 32},      Counter{"data-units-written", 48},
    Counter{"host-read-commands", 64},   Counter{"host-write-commands", 80},
    Counter{"controller-busy-time", 96}, Counter{"power-cycles", 112},
    Counter{"power-on-hours", 128},      Counter{"unsafe-shutdowns", 144},
    Counter{"media-errors", 160},        Counter{"number-of-error-log-entries", 176}};

std::uint64_t little_endian(const NvmeHealthPage& page, std::size_t offset, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | page[offset + i];
    return value;
}

std::optional<NvmeHealthPage> read_page(int fd) {
    NvmeHealthPage page{};
    nvme_admin_cmd command{};
    command.opcode = kGetLogPage;
    command.nsid = kAllNamespaces;
    command.addr = reinterpret_cast<std::uintptr_t>(page.data());
    command.data_len = page.size();
    command.cdw10 = kHealth | (page.size() / sizeof(std::uint32_t) - 1) << kDwordsShift;
    command.timeout_ms = kTimeoutMs;
    if (ioctl(fd, NVME_IOCTL_ADMIN_CMD, &command) != 0) return std::nullopt;
    return page;
}

}  // namespace

Json parse_nvme_health(const NvmeHealthPage& page) {
    Json smart = Json::object({{"type", "nvme"},
                               {"critical-warning", page[0]},
                               {"temperature", little_endian(page, 1, 2)},
                               {"available-spare", page[3]},
                               {"available-spare-threshold", page[4]},
                               {"percentage-used", page[5]}});
    for (const auto& [name, offset] : kCounters) {
        smart.set(std::string(name) + "-lo", little_endian(page, offset, 8));
        smart.set(std::string(name) + "-hi", little_endian(page, offset + 8, 8));
    }
    return smart;
}

Json read_nvme_smart(const Root& root, const std::string& node) {
    if (!root.is_system()) return {};
    const UniqueFd disk(open(root.path(node).c_str(), O_RDONLY | O_CLOEXEC));
    const auto page = disk ? read_page(disk.get()) : std::nullopt;
    return page ? parse_nvme_health(*page) : Json();
}

}  // namespace hypnos::agent
