// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "machine/qmp_facts.hpp"

#include "fake_peer.hpp"
#include "machine/qmp_replies.hpp"

namespace hypnos::test {
namespace {

using namespace std::chrono_literals;

Json block(const char* device, const Json& inserted) {
    return Json::object({{"device", device}, {"inserted", inserted}});
}

Json inserted(bool writeback, bool direct, bool no_flush, bool read_only = false) {
    return Json::object(
        {{"ro", read_only},
         {"node-name", "#block1"},
         {"cache",
          Json::object({{"writeback", writeback}, {"direct", direct}, {"no-flush", no_flush}})}});
}

/// A QEMU whose objects are a table; it knows no others.
class QomQemu : public FakeQemu {
  public:
    QomQemu(GMainContext* context, const std::string& path) : FakeQemu(context, path) {
        answers["qom-get"] = [this](const Json& arguments) {
            return found(arguments["path"].string().value_or("") + " " +
                         arguments["property"].string().value_or(""));
        };
        answers["qom-list"] = [this](const Json& arguments) {
            return found(arguments["path"].string().value_or(""));
        };
    }

    void child(const std::string& container, const char* name, const std::string& type) {
        Json& list = objects.try_emplace(container, Json::array()).first->second;
        list.append(Json::object({{"name", name}, {"type", "child<" + type + ">"}}));
    }
    void port(const std::string& path, const char* name, const char* chardev) {
        objects[path + " name"] = name;
        objects[path + " chardev"] = chardev;
    }

    std::map<std::string, Json> objects;

  private:
    Result<Json> found(const std::string& key) {
        const auto object = objects.find(key);
        if (object == objects.end()) return fail("no such object");
        return object->second;
    }
};

constexpr const char* kNamed = "/machine/peripheral";
constexpr const char* kUnnamed = "/machine/peripheral-anon";

class QmpFactsTest : public HostTest {
  protected:
    void SetUp() override {
        const auto opened =
            run<Result<void>>(context.get(), [&](auto done) { session.open(5s, done); });
        ASSERT_TRUE(opened);
    }

    Result<MachineFacts> facts(std::chrono::milliseconds limit = 5s) {
        std::optional<Result<MachineFacts>> result;
        const QmpFacts inquiry(session, limit,
                               [&](const Result<MachineFacts>& found) { result = found; });
        EXPECT_FALSE(result) << "called back from inside";
        iterate_until([&] { return result.has_value(); });
        return result.value_or(fail("nothing"));
    }

    std::string path = dir.file("qmp");
    QomQemu qemu{context.get(), path};
    QmpSession session{context.get(), path};
};

TEST_F(QmpFactsTest, AQemuThatKnowsNothingLeavesEverythingEmpty) {
    const auto found = facts();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->type, "");
    EXPECT_FALSE(found->s3 || found->s4 || found->can_wake || found->uefi);
    EXPECT_TRUE(found->ports.empty() && found->disks.empty() && found->vfio.empty());
}

TEST_F(QmpFactsTest, FollowsTheLinkToThePowerDevice) {
    qemu.objects = {{"/machine type", "pc-q35-7.2-machine"},
                    {"/machine acpi-device", "/machine/unattached/device[2]"},
                    {"/machine/unattached/device[2] disable_s3", 1},
                    {"/machine/unattached/device[2] disable_s4", 0},
                    {"/machine firmware", "bios-256k.bin"}};
    qemu.returns("query-current-machine", Json::object({{"wakeup-suspend-support", false}}));
    const auto found = facts();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->type, "pc-q35-7.2");
    EXPECT_EQ(found->s3, false);
    EXPECT_EQ(found->s4, true);
    EXPECT_EQ(found->can_wake, false);
    EXPECT_EQ(found->uefi, false);
}

TEST_F(QmpFactsTest, FlashIsUefiWhateverTheDefaultFirmware) {
    qemu.objects = {{"/machine firmware", "bios-256k.bin"}, {"/machine pflash0", "ovmf-code"}};
    EXPECT_EQ(facts()->uefi, true);
    qemu.objects = {{"/machine firmware", "OVMF.fd"}, {"/machine pflash0", ""}};
    EXPECT_EQ(facts()->uefi, std::nullopt);
}

TEST_F(QmpFactsTest, PortsAndWhetherTheGuestHoldsThem) {
    qemu.child(kNamed, "agent", "virtserialport");
    qemu.child(kNamed, "disk0", "virtio-blk-pci");
    qemu.child(kUnnamed, "device[1]", "virtserialport");
    qemu.child(kUnnamed, "device[2]", "virtserialport");
    qemu.port("/machine/peripheral/agent", "org.qemu.guest_agent.0", "c0");
    qemu.port("/machine/peripheral-anon/device[1]", "org.hypnos.power.0", "c1");
    qemu.port("/machine/peripheral-anon/device[2]", "org.third.0", "");
    qemu.returns("query-chardev",
                 Json::array({Json::object({{"label", "c0"}, {"frontend-open", true}}),
                              Json::object({{"label", "c1"}, {"frontend-open", false}})}));
    const auto found = facts();
    ASSERT_TRUE(found);
    ASSERT_EQ(found->ports.size(), 3U);
    std::map<std::string, std::optional<bool>> open;
    for (const PortFact& port : found->ports) open[port.name] = port.open;
    EXPECT_EQ(open["org.qemu.guest_agent.0"], true);
    EXPECT_EQ(open["org.hypnos.power.0"], false);
    EXPECT_EQ(open["org.third.0"], std::nullopt);
}

TEST_F(QmpFactsTest, DevicesThatMindSleepAreKnownByTheirType) {
    qemu.child(kNamed, "vmem", "virtio-mem-pci");
    qemu.child(kNamed, "fs", "vhost-user-fs-pci");
    qemu.child(kNamed, "gpu", "vfio-pci");
    qemu.child(kNamed, "nic", "virtio-net-pci");
    qemu.child(kUnnamed, "device[0]", "vfio-pci-nohotplug");
    const auto found = facts();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->virtio_mem, std::vector<std::string>{"vmem"});
    EXPECT_EQ(found->virtio_fs, std::vector<std::string>{"fs"});
    EXPECT_EQ(found->vfio, (std::vector<std::string>{"gpu", "device[0]"}));
}

TEST_F(QmpFactsTest, DisksThatAreInserted) {
    qemu.returns("query-block", Json::array({block("sda", inserted(true, false, true)),
                                             block("", inserted(true, true, false, true)),
                                             Json::object({{"device", "cd"}})}));
    const auto found = facts();
    ASSERT_TRUE(found);
    ASSERT_EQ(found->disks.size(), 2U);
    EXPECT_EQ(found->disks[0].name, "sda");
    EXPECT_EQ(found->disks[0].cache, "unsafe");
    EXPECT_TRUE(found->disks[0].writable);
    EXPECT_EQ(found->disks[1].name, "#block1");
    EXPECT_EQ(found->disks[1].cache, "none");
    EXPECT_FALSE(found->disks[1].writable);
}

TEST_F(QmpFactsTest, WrongTypesAreNoFacts) {
    qemu.objects = {{"/machine type", 7},
                    {"/machine acpi-device", "/pm"},
                    {"/pm disable_s3", "1"},
                    {"/machine pflash0", Json::object()},
                    {"/machine/peripheral", Json::array({5, Json::object({{"type", 3}})})}};
    qemu.returns("query-current-machine", Json::array());
    qemu.returns("query-block", Json::array({block("x", Json::object()), "y"}));
    qemu.returns("query-chardev", "none");
    const auto found = facts();
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->s3 || found->can_wake || found->uefi);
    ASSERT_EQ(found->disks.size(), 1U);
    EXPECT_EQ(found->disks[0].cache, "");
}

TEST_F(QmpFactsTest, AsksOfALimitedNumberOfPorts) {
    for (int i = 0; i < 1000; ++i)
        qemu.child(kNamed, ("p" + std::to_string(i)).c_str(), "virtserialport");
    EXPECT_TRUE(facts());
    EXPECT_LT(qemu.count("qom-get"), 300);
}

TEST_F(QmpFactsTest, EndsByItsLimit) {
    qemu.is_silent_at("query-block");
    const auto found = facts(20ms);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::TimedOut);
}

TEST_F(QmpFactsTest, EndsWithTheConnection) {
    qemu.answers["qom-list"] = [this](const Json& arguments) {
        if (arguments["path"] == Json(kUnnamed)) qemu.hang_up();  // the last question
        return std::nullopt;
    };
    const auto found = facts();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::Unreachable);
}

TEST_F(QmpFactsTest, DestroyedItCallsNobody) {
    {
        const QmpFacts inquiry(session, 5s, [](const auto&) { ADD_FAILURE(); });
    }
    EXPECT_TRUE(facts()) << "its answers came before these";
}

TEST_F(QmpFactsTest, MayBeDestroyedByItsCallback) {
    bool called = false;
    std::unique_ptr<QmpFacts> inquiry;
    inquiry = std::make_unique<QmpFacts>(session, 5s, [&](const auto&) {
        inquiry.reset();
        called = true;
    });
    iterate_until([&] { return called; });
}

TEST(QmpReplies, CacheModesAreThoseOfTheCommandLine) {
    const auto mode = [](bool writeback, bool direct, bool no_flush) {
        return qmp::disks(Json::array({block("d", inserted(writeback, direct, no_flush))}))
            .front()
            .cache;
    };
    EXPECT_EQ(mode(true, false, false), "writeback");
    EXPECT_EQ(mode(true, true, false), "none");
    EXPECT_EQ(mode(false, false, false), "writethrough");
    EXPECT_EQ(mode(false, true, false), "directsync");
    EXPECT_EQ(mode(true, false, true), "unsafe");
    EXPECT_EQ(mode(true, true, true), "unsafe");
}

}  // namespace
}  // namespace hypnos::test
