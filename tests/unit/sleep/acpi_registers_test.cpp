// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/power/acpi_registers.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_root.hpp"

namespace hypnos::sleep {
namespace {

const std::string kBridge = "/sys/bus/pci/devices/0000:00:1f.0";

/// 256 bytes with PMBASE at 40h and ACPI_CNTL at 44h.
std::string config(unsigned char acpi_control, const std::string& pm_base = "\x01\x06") {
    std::string bytes(256, '\x55');
    bytes.replace(0x40, pm_base.size(), pm_base);
    bytes[0x44] = static_cast<char>(acpi_control);
    return bytes;
}

/// QEMU's q35.
struct Q35 {
    explicit Q35(const std::string& registers, const std::string& device = "0x2918") {
        temp.write(kBridge + "/vendor", "0x8086\n");
        temp.write(kBridge + "/device", device + "\n");
        temp.write(kBridge + "/config", registers);
    }
    void set(const std::string& registers) const { temp.write(kBridge + "/config", registers); }
    std::string now() const { return temp.read(kBridge + "/config"); }

    test::TempRoot temp;
    Root root = temp.root();
};

TEST(AcpiRegisters, AreOnOrOffByTheirBit) {
    const Q35 machine(config(0x80));
    const AcpiRegisters registers(machine.root);
    EXPECT_FALSE(registers.off());
    machine.set(config(0x00));
    EXPECT_TRUE(registers.off());
    machine.set(config(0x7F));
    EXPECT_TRUE(registers.off());
}

TEST(AcpiRegisters, ArePutBackToWhatTheyWereAndNothingElseIsTouched) {
    const Q35 machine(config(0x80));
    const AcpiRegisters registers(machine.root);
    machine.set(config(0x00, std::string(2, '\0')));
    registers.restore();
    EXPECT_EQ(machine.now(), config(0x80));
}

TEST(AcpiRegisters, ThatAreOnAreLeftAlone) {
    const Q35 machine(config(0x80));
    const AcpiRegisters registers(machine.root);
    machine.set(config(0x81, "\x01\x08"));
    registers.restore();
    EXPECT_EQ(machine.now(), config(0x81, "\x01\x08"));
}

TEST(AcpiRegisters, ThatWereNeverOnAreNotSwitchedOn) {
    const Q35 machine(config(0x00));
    const AcpiRegisters registers(machine.root);
    registers.restore();
    EXPECT_EQ(machine.now(), config(0x00));
    EXPECT_TRUE(registers.off());
}

TEST(AcpiRegisters, OfAnotherMachineAreNoneOfOurBusiness) {
    const Q35 machine(config(0x80), "0x7000");
    const AcpiRegisters registers(machine.root);
    machine.set(config(0x00));
    registers.restore();
    EXPECT_FALSE(registers.off());
    EXPECT_EQ(machine.now(), config(0x00));
}

TEST(AcpiRegisters, ThatCannotBeReadAreNotKnownToBeOff) {
    const Q35 machine(std::string(64, '\0'));
    const AcpiRegisters registers(machine.root);
    registers.restore();
    EXPECT_FALSE(registers.off());
    const test::TempRoot nothing;
    const Root root = nothing.root();
    EXPECT_FALSE(AcpiRegisters(root).off());
}

}  // namespace
}  // namespace hypnos::sleep
