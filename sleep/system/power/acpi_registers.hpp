// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The switch of ACPI power management in the ICH9 bridge of QEMU's q35. SeaBIOS forgets to set it
// again when it wakes the machine from S3 (seen with SeaBIOS 1.16, QEMU 7.2). From then on the
// guest's next "S3" returns at once and counts as a success, and its S4 never powers off. So the
// agent remembers the registers while they are right and puts them back after each wake.
//
// Registers: Intel ICH9 datasheet, LPC bridge D31:F0, PMBASE (40h) and ACPI_CNTL (44h, bit 7
// ACPI_EN).

#pragma once

#include <array>
#include <optional>

#include "sleep/system/root.hpp"

namespace hypnos::sleep {

class AcpiRegisters {
  public:
    explicit AcpiRegisters(const Root& root) : root_(root), good_(read()) {}

    /// Puts the registers back if they were right once and are off now.
    void restore() const;

    /// True if power management is known to be off: no sleep would be one.
    [[nodiscard]] bool off() const;

  private:
    using Bytes = std::array<unsigned char, 5>;

    [[nodiscard]] std::optional<Bytes> read() const;

    Root root_;
    std::optional<Bytes> good_;
};

}  // namespace hypnos::sleep
