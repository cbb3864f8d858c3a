// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <gtest/gtest.h>

#include "agent/system/mounts/diskstats.hpp"
#include "agent/system/mounts/fsinfo.hpp"
#include "agent/system/mounts/fstrim.hpp"
#include "agent/system/mounts/nvme_smart.hpp"
#include "tests/unit/agent/fake_kernel.hpp"

namespace hypnos::agent {
namespace {

TEST(Diskstats, AllColumns) {
    const Json all = parse_diskstats(
        " 254       0 vda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 18446744073709551\n");
    ASSERT_EQ(all.elements().size(), 1U);
    const Json vda = all.elements()[0];
    EXPECT_EQ(vda["name"], Json("vda"));
    EXPECT_EQ(vda["major"], Json(254));
    EXPECT_EQ(vda["minor"], Json(0));
    EXPECT_EQ(vda["stats"], Json::object({{"read-ios", 1},
                                          {"read-merges", 2},
                                          {"read-sectors", 3},
                                          {"read-ticks", 4},
                                          {"write-ios", 5},
                                          {"write-merges", 6},
                                          {"write-sectors", 7},
                                          {"write-ticks", 8},
                                          {"ios-pgr", 9},
                                          {"total-ticks", 10},
                                          {"weight-ticks", 11},
                                          {"discard-ios", 12},
                                          {"discard-merges", 13},
                                          {"discard-sectors", 14},
                                          {"discard-ticks", 15},
                                          {"flush-ios", 16},
                                          {"flush-ticks", 18446744073709551}}));
}

TEST(Diskstats, FewerColumnsAndRubbish) {
    const Json all = parse_diskstats("8 1 sda1 1 2 3 4 5 6 7 8 9 10 11\nrubbish\n\n8 x sda2 1\n");
    ASSERT_EQ(all.elements().size(), 1U);
    EXPECT_EQ(all.elements()[0]["stats"].names().size(), 11U);
    EXPECT_FALSE(all.elements()[0]["stats"].has("discard-ios"));
}

TEST(NvmeHealth, NumbersAreLittleEndian) {
    NvmeHealthPage page{};
    page[0] = 4;
    page[1] = 0x43;
    page[2] = 0x01;
    page[3] = 100;
    page[5] = 7;
    page[32] = 0x02;
    page[33] = 0x01;
    page[40] = 9;
    page[176] = 3;
    const Json smart = parse_nvme_health(page);
    EXPECT_EQ(smart["type"], Json("nvme"));
    EXPECT_EQ(smart["critical-warning"], Json(4));
    EXPECT_EQ(smart["temperature"], Json(323));
    EXPECT_EQ(smart["available-spare"], Json(100));
    EXPECT_EQ(smart["percentage-used"], Json(7));
    EXPECT_EQ(smart["data-units-read-lo"], Json(258));
    EXPECT_EQ(smart["data-units-read-hi"], Json(9));
    EXPECT_EQ(smart["number-of-error-log-entries-lo"], Json(3));
    EXPECT_EQ(smart.names().size(), 26U);
}

TEST(Usage, CountsWhatIsReservedForRootApart) {
    struct statvfs usage {};
    usage.f_frsize = 4096;
    usage.f_blocks = 100;
    usage.f_bfree = 40;
    usage.f_bavail = 30;
    Json info = Json::object();
    add_usage(info, usage);
    EXPECT_EQ(info, Json::object({{"used-bytes", 60 * 4096},
                                  {"total-bytes", 90 * 4096},
                                  {"total-bytes-privileged", 100 * 4096}}));
}

TEST(Trim, EachWritableFileSystemOnce) {
    FakeKernel kernel;
    kernel.trim_errors = {{"/data", EOPNOTSUPP}, {"/bad", EIO}};
    kernel.open_errors = {{"/hidden", ESTALE}, {"/shut", EACCES}};
    const auto file_systems = group_by_superblock(
        parse_mountinfo(mount_line(1, "8:1", "/") + mount_line(2, "8:2", "/data") +
                        mount_line(3, "8:1", "/bind") +
                        mount_line(4, "8:3", "/iso", "iso9660", "ro") +
                        mount_line(5, "8:4", "/bad") + mount_line(6, "8:5", "/hidden") +
                        mount_line(7, "8:6", "/shut")),
        [](const std::string&) { return std::nullopt; });
    const std::vector<Json> paths = trim_all(file_systems, kernel, 512)["paths"].elements();
    ASSERT_EQ(paths.size(), 5U);
    EXPECT_EQ(paths[0], Json::object({{"path", "/"}, {"trimmed", 123456}, {"minimum", 4096}}));
    EXPECT_EQ(paths[1], Json::object({{"path", "/data"}, {"error", "trim not supported"}}));
    EXPECT_EQ(paths[2]["error"], Json("cannot trim: Input/output error"));
    EXPECT_EQ(paths[3]["error"], Json("cannot open: it is hidden below another mount"));
    EXPECT_EQ(paths[4]["error"], Json("cannot open: Permission denied"));
    EXPECT_EQ(kernel.calls(), (Calls{"trim / 512", "trim /data 512", "trim /bad 512"}));
}

}  // namespace
}  // namespace hypnos::agent
