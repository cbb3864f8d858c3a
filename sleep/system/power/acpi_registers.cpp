// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/power/acpi_registers.hpp"

#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

#include "glib/unique_fd.hpp"

namespace hypnos::sleep {
namespace {

constexpr const char* kBridge = "/sys/bus/pci/devices/0000:00:1f.0";
constexpr const char* kIch9Bridge = "0x2918";
constexpr off_t kPmBase = 0x40;
constexpr unsigned char kAcpiEnable = 0x80;

bool is_on(const std::array<unsigned char, 5>& registers) {
    return (registers.back() & kAcpiEnable) != 0;
}

}  // namespace

/// Nothing where there is no such bridge, or no right to read beyond its standard header.
std::optional<AcpiRegisters::Bytes> AcpiRegisters::read() const {
    const std::string bridge = kBridge;
    if (root_.read(bridge + "/vendor") != "0x8086" || root_.read(bridge + "/device") != kIch9Bridge)
        return std::nullopt;
    const UniqueFd config(open(root_.path(bridge + "/config").c_str(), O_RDONLY | O_CLOEXEC));
    Bytes bytes{};
    const ssize_t size = pread(config.get(), bytes.data(), bytes.size(), kPmBase);
    if (size != static_cast<ssize_t>(bytes.size())) return std::nullopt;
    return bytes;
}

bool AcpiRegisters::off() const {
    const std::optional<Bytes> now = read();
    return now && !is_on(*now);
}

void AcpiRegisters::restore() const {
    if (!good_ || !is_on(*good_) || !off()) return;
    const std::string path = root_.path(std::string(kBridge) + "/config");
    const UniqueFd config(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (pwrite(config.get(), good_->data(), good_->size(), kPmBase) < 0)
        g_warning("cannot switch ACPI power management on again in %s: %s", path.c_str(),
                  g_strerror(errno));
    else
        g_message("the firmware had switched ACPI power management off; it is on again");
}

}  // namespace hypnos::sleep
