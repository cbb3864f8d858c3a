// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A build without libvirt says so wherever a domain is asked for.

#include <gtest/gtest.h>

#include "fake_peer.hpp"
#include "libvirt/libvirt.hpp"

namespace hypnos {
namespace {

using namespace std::chrono_literals;
using test::contains;

template <typename T>
void expect_without(const Result<T>& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Usage);
    EXPECT_PRED2(contains, result.error().message, "built without libvirt");
}

class NoLibvirt : public testing::Test {
  protected:
    NoLibvirt() {
        guest.uri = "qemu:///system";
        guest.domain = "web";
    }
    MainContext context;
    GuestSpec guest;
};

TEST_F(NoLibvirt, ListsNothing) {
    const auto domains = libvirt::list_domains("qemu:///system");
    expect_without(domains);
    EXPECT_PRED2(contains, domains.error().message, "qemu:///system");
}

TEST_F(NoLibvirt, ConnectorsFailFromTheLoop) {
    auto connector = libvirt::channel(context.get(), guest, "org.hypnos.power.0");
    EXPECT_EQ(connector->name(), "web org.hypnos.power.0");
    std::optional<Result<UniqueFd>> ended;
    connector->connect([&](Result<UniqueFd> fd) {
        connector.reset();
        ended.emplace(std::move(fd));
    });
    EXPECT_FALSE(ended);
    while (!ended) g_main_context_iteration(context.get(), TRUE);
    expect_without(*ended);
    EXPECT_PRED2(contains, ended->error().message, "domain 'web' of qemu:///system");
}

TEST_F(NoLibvirt, ADestroyedConnectorSaysNothing) {
    auto connector = libvirt::agent(context.get(), guest);
    connector->connect([](const Result<UniqueFd>&) { ADD_FAILURE(); });
    connector.reset();
    while (g_main_context_iteration(context.get(), FALSE) == TRUE) {
    }
}

TEST_F(NoLibvirt, MonitorsFailFromTheLoop) {
    const auto monitor = libvirt::monitor(context.get(), guest)->share();
    int refused = 0;
    const auto count = [&](const auto& result) {
        expect_without(result);
        ++refused;
    };
    monitor->open(1s, count);
    monitor->run_state(1s, count);
    monitor->wake(1s, count);
    monitor->start(1s, count);
    monitor->stop(1s, count);
    monitor->cont(1s, count);
    monitor->balloon(1s, count);
    monitor->set_balloon(1, 1s, count);
    monitor->facts(1s, count);
    EXPECT_EQ(refused, 0);
    EXPECT_FALSE(monitor->is_open());
    while (refused < 9) g_main_context_iteration(context.get(), TRUE);
}

TEST_F(NoLibvirt, AnAbandonedMonitorSaysNothing) {
    const auto monitor = libvirt::monitor(context.get(), guest);
    monitor->open(1s, [](const Result<void>&) { ADD_FAILURE(); });
    monitor->abandon();
    while (g_main_context_iteration(context.get(), FALSE) == TRUE) {
    }
}

}  // namespace
}  // namespace hypnos
