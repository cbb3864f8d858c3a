// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What a real QEMU answers: paused, without a guest, by emulation.

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "fake_peer.hpp"
#include "hypnos/session.hpp"
#include "machine/qmp_facts.hpp"

namespace hypnos::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kQemu = "qemu-system-x86_64";
using Arguments = std::vector<std::string>;

bool is_installed() {
    const std::unique_ptr<char, decltype(&g_free)> path(g_find_program_in_path(kQemu), g_free);
    return path != nullptr;
}

int listen_at(const std::string& path) {
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd, 1), 0);
    return fd;
}

/// Listens before QEMU starts, so that nobody has to wait for the socket.
class Qemu {
  public:
    Qemu(const std::string& qmp, Arguments arguments) {
        const UniqueFd socket(listen_at(qmp));
        const Arguments ours = {
            kQemu,
            "-S",
            "-display",
            "none",
            "-nodefaults",
            "-chardev",
            "socket,id=qmp,server=on,wait=off,fd=" + std::to_string(socket.get()),
            "-mon",
            "chardev=qmp,mode=control"};
        arguments.insert(arguments.begin(), ours.begin(), ours.end());
        pid_ = fork();
        if (pid_ == 0) become(arguments);
    }
    Qemu(const Qemu&) = delete;
    Qemu& operator=(const Qemu&) = delete;
    ~Qemu() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }

  private:
    [[noreturn]] static void become(Arguments& arguments) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        std::vector<char*> words;
        for (std::string& argument : arguments) words.push_back(argument.data());
        words.push_back(nullptr);
        execvp(kQemu, words.data());
        _exit(127);
    }

    pid_t pid_ = -1;
};

class MachineTest : public HostTest {
  protected:
    void SetUp() override {
        if (!is_installed()) GTEST_SKIP() << kQemu << " is not installed";
    }

    MachineFacts ask(const Arguments& arguments) {
        const Qemu qemu(qmp, arguments);
        QmpSession session(context.get(), qmp);
        const auto opened =
            run<Result<void>>(context.get(), [&](auto done) { session.open(60s, done); });
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
        std::unique_ptr<QmpFacts> inquiry;
        const auto facts = run<Result<MachineFacts>>(context.get(), [&](auto done) {
            inquiry = std::make_unique<QmpFacts>(session, 60s, done);
        });
        unlink(qmp.c_str());
        EXPECT_TRUE(facts);
        return facts.value_or(MachineFacts{});
    }

    std::string empty_file(const std::string& name, off_t bytes) {
        std::string path = dir.file(name);
        const UniqueFd file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        EXPECT_EQ(ftruncate(file.get(), bytes), 0);
        return path;
    }

    std::string qmp = dir.file("qmp");
};

struct Power {
    const char *machine, *device;
    bool s3, s4;
};

class MachinePower : public MachineTest, public testing::WithParamInterface<Power> {};

TEST_P(MachinePower, IsWhatTheCommandLineSays) {
    const Power power = GetParam();
    const auto global = [&power](const char* property, bool on) {
        return std::string(power.device) + "." + property + (on ? "=0" : "=1");
    };
    const MachineFacts facts =
        ask({"-machine", std::string(power.machine) + ",accel=tcg", "-global",
             global("disable_s3", power.s3), "-global", global("disable_s4", power.s4)});
    EXPECT_TRUE(facts.type.starts_with("pc-")) << facts.type;
    EXPECT_EQ(facts.type.find("-machine"), std::string::npos);
    EXPECT_EQ(facts.type.find("q35") != std::string::npos, std::string(power.machine) == "q35");
    EXPECT_EQ(facts.s3, power.s3);
    EXPECT_EQ(facts.s4, power.s4);
    EXPECT_EQ(facts.can_wake, true);
    EXPECT_EQ(facts.uefi, false);
    EXPECT_TRUE(facts.ports.empty());
}

INSTANTIATE_TEST_SUITE_P(Machines, MachinePower,
                         testing::Values(Power{"pc", "PIIX4_PM", true, true},
                                         Power{"pc", "PIIX4_PM", false, true},
                                         Power{"pc", "PIIX4_PM", true, false},
                                         Power{"q35", "ICH9-LPC", true, true},
                                         Power{"q35", "ICH9-LPC", false, false}));

TEST_F(MachineTest, AMachineWithoutAcpiCannotWake) {
    const MachineFacts facts = ask({"-machine", "pc,accel=tcg,acpi=off"});
    EXPECT_EQ(facts.can_wake, false);
    EXPECT_FALSE(facts.s3.has_value());
}

TEST_F(MachineTest, Ports) {
    const MachineFacts facts = ask(
        {"-machine", "pc,accel=tcg", "-device", "virtio-serial", "-chardev", "null,id=c0",
         "-device", "virtserialport,chardev=c0,name=org.qemu.guest_agent.0,id=agent", "-chardev",
         "null,id=c1", "-device", "virtserialport,chardev=c1,name=org.hypnos.pm.0"});
    ASSERT_EQ(facts.ports.size(), 2U);
    EXPECT_EQ(facts.ports[0].name, "org.hypnos.pm.0");
    EXPECT_EQ(facts.ports[1].name, "org.qemu.guest_agent.0");
    for (const PortFact& port : facts.ports) EXPECT_EQ(port.open, false) << port.name;
}

TEST_F(MachineTest, Disks) {
    const MachineFacts facts =
        ask({"-machine", "q35,accel=tcg", "-drive",
             "if=virtio,format=raw,cache=unsafe,file=" + empty_file("first", 1 << 20), "-blockdev",
             "driver=file,node-name=n0,read-only=on,filename=" + empty_file("second", 1 << 20),
             "-device", "virtio-blk-pci,drive=n0,id=second"});
    ASSERT_EQ(facts.disks.size(), 2U);
    EXPECT_EQ(facts.disks[0].name, "virtio0");
    EXPECT_EQ(facts.disks[0].cache, "unsafe");
    EXPECT_TRUE(facts.disks[0].writable);
    EXPECT_PRED2(contains, facts.disks[1].name, "second");
    EXPECT_EQ(facts.disks[1].cache, "writeback");
    EXPECT_FALSE(facts.disks[1].writable);
}

TEST_F(MachineTest, FirmwareInFlash) {
    const std::string file = empty_file("firmware", 1 << 20);
    const std::string drive = "if=pflash,format=raw,file=" + file;
    EXPECT_EQ(ask({"-machine", "q35,accel=tcg", "-drive", drive}).uefi, true);
    EXPECT_EQ(ask({"-machine", "pc,accel=tcg,pflash0=code", "-blockdev",
                   "driver=file,node-name=code,filename=" + file})
                  .uefi,
              true);
}

TEST_F(MachineTest, MemoryDevices) {
    const MachineFacts facts =
        ask({"-machine", "pc,accel=tcg", "-m", "128M,maxmem=1G,slots=1", "-object",
             "memory-backend-ram,id=m0,size=128M", "-device", "virtio-mem-pci,memdev=m0,id=vmem"});
    EXPECT_EQ(facts.virtio_mem, std::vector<std::string>{"vmem"});
}

}  // namespace
}  // namespace hypnos::test
