// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/setup_record.hpp"

#include <gtest/gtest.h>

#include "hypnos/protocol/reader.hpp"

namespace hypnos::sleep {
namespace {

SetupRecord full_record() {
    SetupRecord record;
    record.state = SetupRecord::State::Applied;
    record.options = {"auto", "/swap/hypnos.swap", "default", "hibernate-only", true, "grub"};
    record.swap = {"/swap/hypnos.swap", "file", "0-1",      5000000000,
                   "hibernate-only",    true,   "UUID=2-3", 34816};
    record.boot_files = {{"/boot/initrd.img-6.1", 7, 1700000000123456789}};
    record.files = {{"/etc/fstab", "old\n", 0644, "new\n"},
                    {"/etc/default/grub.d/hypnos.cfg", std::nullopt, 0600, "GRUB=\n"}};
    record.directories = {"/swap"};
    record.to_run = {"initramfs", "boot"};
    return record;
}

TEST(SetupRecord, SurvivesItsWayToTheDisk) {
    const std::string text = to_json(full_record()).dump();
    const Result<Json> read = read_json(text);
    ASSERT_TRUE(read);
    const std::optional<SetupRecord> again = setup_record_from_json(*read);
    ASSERT_TRUE(again);
    EXPECT_EQ(to_json(*again).dump(), text);
    EXPECT_EQ(again->state, SetupRecord::State::Applied);
    EXPECT_TRUE(again->options.fill);
    EXPECT_EQ(again->options.boot, "grub");
    ASSERT_TRUE(again->swap);
    EXPECT_EQ(again->swap->bytes, 5000000000U);
    EXPECT_EQ(again->swap->offset, 34816U);
    EXPECT_TRUE(again->swap->is_file());
    EXPECT_TRUE(again->swap->only_for_sleep());
    ASSERT_EQ(again->boot_files.size(), 1U);
    EXPECT_EQ(again->boot_files[0].mtime_ns, 1700000000123456789);
    ASSERT_EQ(again->files.size(), 2U);
    EXPECT_EQ(again->files[0].was, "old\n");
    EXPECT_EQ(again->files[0].mode, 0644U);
    EXPECT_FALSE(again->files[1].was);
    EXPECT_EQ(again->directories, std::vector<std::string>{"/swap"});
    EXPECT_EQ(again->to_run, (std::vector<std::string>{"initramfs", "boot"}));
}

TEST(SetupRecord, KeepsEveryState) {
    using State = SetupRecord::State;
    for (const State state : {State::Pending, State::Applying, State::Applied, State::Undoing}) {
        SetupRecord record = full_record();
        record.state = state;
        const std::optional<SetupRecord> again = setup_record_from_json(to_json(record));
        ASSERT_TRUE(again);
        EXPECT_EQ(again->state, state);
    }
}

TEST(SetupRecord, APendingOneHasNoSwapYet) {
    const std::optional<SetupRecord> again = setup_record_from_json(to_json(SetupRecord{}));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->state, SetupRecord::State::Pending);
    EXPECT_FALSE(again->swap);
}

TEST(SetupRecord, AnEmptyFileIsNotAnAbsentOne) {
    SetupRecord record = full_record();
    record.files[0].was = "";
    const std::optional<SetupRecord> again = setup_record_from_json(to_json(record));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->files[0].was, "");
}

TEST(SetupRecord, GarbageIsNone) {
    for (const Json& garbage : {Json(), Json(5), Json("x"), Json::array(), Json::object()})
        EXPECT_FALSE(setup_record_from_json(garbage)) << garbage.dump();
}

TEST(SetupRecord, EveryMemberOfTheWrongKindIsNone) {
    for (const std::string& name : to_json(full_record()).names())
        EXPECT_FALSE(setup_record_from_json(to_json(full_record()).set(name, 1.5))) << name;
}

TEST(SetupRecord, EveryMemberOfItsPartsOfTheWrongKindIsNone) {
    for (const char* part : {"options", "swap"})
        for (const std::string& name : to_json(full_record())[part].names()) {
            Json record = to_json(full_record());
            record.set(part, record[part].set(name, 1.5));
            EXPECT_FALSE(setup_record_from_json(record)) << part << " " << name;
        }
    for (const char* list : {"boot-files", "files"})
        for (const std::string& name : to_json(full_record())[list].elements()[0].names()) {
            Json record = to_json(full_record());
            record.set(list, Json::array({record[list].elements()[0].set(name, 1.5)}));
            EXPECT_FALSE(setup_record_from_json(record)) << list << " " << name;
        }
}

TEST(SetupRecord, ValuesOutOfRangeAreNone) {
    const auto with_swap = [](const char* name, const Json& value) {
        Json record = to_json(full_record());
        return setup_record_from_json(record.set("swap", record["swap"].set(name, value)));
    };
    EXPECT_TRUE(with_swap("kind", "device"));
    EXPECT_TRUE(with_swap("activation", "always"));
    EXPECT_FALSE(with_swap("kind", "zram"));
    EXPECT_FALSE(with_swap("activation", "never"));
    EXPECT_FALSE(with_swap("bytes", -1));
    EXPECT_FALSE(with_swap("offset", -1));
    EXPECT_FALSE(setup_record_from_json(to_json(full_record()).set("version", 2)));
    EXPECT_FALSE(setup_record_from_json(to_json(full_record()).set("state", "done")));
}

}  // namespace
}  // namespace hypnos::sleep
