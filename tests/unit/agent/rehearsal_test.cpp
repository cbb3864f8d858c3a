// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/rehearsal.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "agent/system/power/snapshot.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

using std::chrono::milliseconds;

Rehearsal failed_at(const char* step, int os_error) {
    Rehearsal rehearsal;
    rehearsal.step = step;
    rehearsal.os_error = os_error;
    return rehearsal;
}

bool says(const Rehearsal& rehearsal, const std::string& part) {
    return failure_text(rehearsal).find(part) != std::string::npos;
}

TEST(Rehearsal, OneThatWorks) {
    Rehearsal rehearsal;
    rehearsal.image_bytes = 73687040;
    rehearsal.swap_free_bytes = 1073737728;
    rehearsal.frozen = milliseconds(400);
    rehearsal.took = milliseconds(410);
    EXPECT_EQ(to_json(rehearsal).dump(),
              R"({"works":true,"image-bytes":73687040,"frozen-ms":400,"took-ms":410,)"
              R"("swap-free-bytes":1073737728})");
}

TEST(Rehearsal, OneThatTasksStopped) {
    Rehearsal rehearsal = failed_at("freeze", EBUSY);
    rehearsal.tasks = {{"tar", 7}};
    const Json reply = to_json(rehearsal);
    EXPECT_EQ(reply["works"], Json(false));
    EXPECT_EQ(reply["step"], Json("freeze"));
    EXPECT_EQ(reply["errno"], Json(EBUSY));
    EXPECT_EQ(reply["tasks"].dump(), R"([{"name":"tar","pid":7}])");
    EXPECT_FALSE(reply.has("device"));
    EXPECT_PRED2(says, rehearsal, "task tar (pid 7) did not freeze");
}

TEST(Rehearsal, OneThatADeviceStopped) {
    Rehearsal rehearsal = failed_at("create-image", EOPNOTSUPP);
    rehearsal.device = "virtio3";
    EXPECT_EQ(to_json(rehearsal)["device"], Json("virtio3"));
    EXPECT_PRED2(says, rehearsal, "device virtio3 refuses");
}

TEST(Rehearsal, TextsSayWhatToDo) {
    EXPECT_EQ(failure_text(Rehearsal{}), "");
    EXPECT_PRED2(says, failed_at("open", EBUSY), "another program holds it open");
    EXPECT_PRED2(says, failed_at("open", EPERM), "locked down");
    EXPECT_PRED2(says, failed_at("open", ENOENT), "no hibernation");
    EXPECT_PRED2(says, failed_at("open", EACCES), "right to open");
    EXPECT_PRED2(says, failed_at("freeze", EPERM), "CAP_SYS_ADMIN");
    EXPECT_PRED2(says, failed_at("create-image", ENOMEM), "too little free memory");
    EXPECT_PRED2(says, failed_at("image-size", ENODATA), "kernel log");
}

TEST(Rehearse, WithoutTheDeviceNothingIsTried) {
    const test::TempRoot temp;
    const Rehearsal rehearsal = rehearse(temp.root());
    EXPECT_EQ(rehearsal.os_error, ENOENT);
    EXPECT_EQ(rehearsal.step, "open");
}

TEST(Rehearse, AFileIsNotTheDevice) {
    const test::TempRoot temp;
    temp.write("/dev/snapshot", "");
    temp.write("/sys/power/resume", "254:0\n");
    temp.write("/sys/power/resume_offset", "0\n");
    const Rehearsal rehearsal = rehearse(temp.root());
    EXPECT_EQ(rehearsal.os_error, ENOTTY);
    EXPECT_EQ(rehearsal.step, "freeze");
    EXPECT_EQ(rehearsal.swap_free_bytes, std::nullopt);
}

}  // namespace
}  // namespace hypnos::agent
