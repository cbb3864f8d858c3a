// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/commands/filter.hpp"

#include <gtest/gtest.h>

#include "agent/commands/table.hpp"
#include "tests/support/result.hpp"

namespace hypnos::agent::commands {
namespace {

using test::error_of;

const std::string kNotAllowed = "Command x has been disabled: the command is not allowed";

std::string refusal(const Filter& filter, Group group = Group::Ordinary, bool frozen = false) {
    return error_of(check(filter, "x", group, frozen));
}

TEST(Filter, AllowsEverythingUnlessToldOtherwise) {
    EXPECT_EQ(refusal({}), "no error");
    EXPECT_EQ(refusal({}, Group::Exec), "no error");
}

TEST(Filter, OfAnAllowListOnlyTheseAreAllowed) {
    EXPECT_EQ(refusal({.allowed = {"x"}, .blocked = {}, .off = {}}), "no error");
    EXPECT_EQ(refusal({.allowed = {"y"}, .blocked = {}, .off = {}}), kNotAllowed);
}

TEST(Filter, TheBlockListPrevails) {
    EXPECT_EQ(refusal({.allowed = {"x"}, .blocked = {"x"}, .off = {}}), kNotAllowed);
}

TEST(Filter, AGroupThatIsOffStaysOffWhateverTheListsSay) {
    const Filter filter = {.allowed = {"x"}, .blocked = {}, .off = {Group::Exec}};
    EXPECT_EQ(refusal(filter, Group::Exec), kNotAllowed);
    EXPECT_EQ(refusal(filter, Group::File), "no error");
}

TEST(Filter, WhileFrozenOnlyWhatTouchesNoFileSystemAndThatAlways) {
    const Filter all_blocked = {.allowed = {"y"}, .blocked = {"x"}, .off = {}};
    EXPECT_EQ(refusal(all_blocked, Group::WhenFrozen, true), "no error");
    EXPECT_EQ(refusal({}, Group::Ordinary, true),
              "Command x has been disabled: the agent is in frozen state");
}

TEST(Filter, ARefusedCommandIsACommandNotFoundForClients) {
    const Result<void> checked =
        check({.allowed = {"y"}, .blocked = {}, .off = {}}, "x", Group::Ordinary, false);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::CommandNotFound);
}

TEST(Filter, ATypingErrorInAListIsNoticed) {
    EXPECT_EQ(error_of(check_names({"guest-ping", "guest-get-devices"})), "no error");
    EXPECT_EQ(error_of(check_names({"guest-ping", "guest-pin"})),
              "there is no command 'guest-pin', which a list of commands names; hypnos-agent "
              "--allow-rpcs=help prints all names");
}

}  // namespace
}  // namespace hypnos::agent::commands
