// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/input/sleep_keys.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/input.h>
#include <sys/stat.h>

#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

/// Devices are FIFOs, which tell of themselves what their file's name says.
class SleepKeysTest : public testing::Test {
  protected:
    SleepKeysTest() { temp_.make_directory("/dev"); }

    void add(const std::string& name) {
        temp_.make_directory("/dev/input");
        ASSERT_EQ(mkfifo(temp_.path("/dev/input/" + name).c_str(), 0600), 0);
    }
    /// The end through which a device's events come.
    [[nodiscard]] UniqueFd far_end(const std::string& name) const {
        return UniqueFd(open(temp_.path("/dev/input/" + name).c_str(), O_WRONLY | O_NONBLOCK));
    }
    static void send(const UniqueFd& device, int type, int code, int value) {
        input_event event{};
        event.type = static_cast<unsigned short>(type);
        event.code = static_cast<unsigned short>(code);
        event.value = value;
        ASSERT_EQ(write(device.get(), &event, sizeof event), ssize_t{sizeof event});
    }
    void start() {
        keys_.emplace(
            temp_.root(),
            SleepKeys::Deps{.open = [this](const std::string& path) { return open_at(path); },
                            .wanted = [](const InputIdentity& d) { return d.has_sleep_key; },
                            .pressed = [this] { ++presses_; }});
    }
    std::optional<InputDevice> open_at(const std::string& path) {
        opened_.push_back(path.substr(path.rfind('/') + 1));
        UniqueFd fd(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        if (!fd) return std::nullopt;
        return InputDevice{std::move(fd), {"", opened_.back() != "event1"}};
    }
    bool pressed(int times) {
        return test::run_until([this, times] { return presses_ == times; });
    }

    test::TempRoot temp_;
    std::vector<std::string> opened_;
    int presses_ = 0;
    std::optional<SleepKeys> keys_;
};

TEST_F(SleepKeysTest, CountsPressesAndNothingElse) {
    add("event0");
    start();
    const UniqueFd button = far_end("event0");
    for (const int value : {1, 2, 0}) send(button, EV_KEY, KEY_SLEEP, value);
    send(button, EV_KEY, KEY_POWER, 1);
    send(button, EV_SYN, SYN_REPORT, 0);
    ASSERT_TRUE(pressed(1));
    test::run_until_quiet();
    EXPECT_EQ(presses_, 1);
    send(button, EV_KEY, KEY_SLEEP, 1);
    EXPECT_TRUE(pressed(2));
}

TEST_F(SleepKeysTest, WhatIsNotWantedIsClosedAgain) {
    add("event1");
    add("mouse0");
    start();
    EXPECT_EQ(opened_, std::vector<std::string>{"event1"});
    EXPECT_FALSE(keys_->any());
    EXPECT_FALSE(far_end("event1")) << "nobody reads it";
}

TEST_F(SleepKeysTest, WhatComesLaterIsFound) {
    start();
    add("event7");
    ASSERT_TRUE(test::run_until([this] { return keys_->any(); }));
    add("event8");
    ASSERT_TRUE(test::run_until([this] { return opened_.size() == 2; }));
    const UniqueFd button = far_end("event8");
    send(button, EV_KEY, KEY_SLEEP, 1);
    EXPECT_TRUE(pressed(1));
    EXPECT_EQ(opened_, (std::vector<std::string>{"event7", "event8"})) << "each once";
}

TEST_F(SleepKeysTest, WhatGoesIsForgotten) {
    add("event0");
    start();
    UniqueFd button = far_end("event0");
    ASSERT_EQ(unlink(temp_.path("/dev/input/event0").c_str()), 0);
    button = UniqueFd();
    ASSERT_TRUE(test::run_until([this] { return !keys_->any(); }));
    add("event0");
    EXPECT_TRUE(test::run_until([this] { return keys_->any(); }));
}

TEST(OpenInputDevice, AFileIsNone) {
    const test::TempRoot temp;
    temp.write("/dev/input/event0", "");
    EXPECT_FALSE(open_input_device(temp.path("/dev/input/event0")));
    EXPECT_FALSE(open_input_device(temp.path("/dev/input/event1")));
}

}  // namespace
}  // namespace hypnos::agent
