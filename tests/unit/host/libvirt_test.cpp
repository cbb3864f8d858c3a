// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Domains of libvirt's test driver, which lives inside this process: every connection to
// test:///default sees the same domain "test", so the test acts on one of its own.

#include "libvirt/libvirt.hpp"

#include <libvirt/libvirt.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <fstream>
#include <thread>

#include "fake_peer.hpp"
#include "libvirt/connection.hpp"
#include "libvirt/events.hpp"
#include "tests/support/result.hpp"

namespace hypnos::libvirt::test {
namespace {

using namespace std::chrono_literals;
using hypnos::test::contains;
using hypnos::test::error_of;
using hypnos::test::HostTest;

constexpr auto kLimit = 5s;

GuestSpec guest(const std::string& domain, const std::string& uri = "test:///default") {
    GuestSpec spec;
    spec.name = spec.domain = domain;
    spec.agent = "org.qemu.guest_agent.0";
    spec.uri = uri;
    return spec;
}

class LibvirtTest : public HostTest {
  protected:
    // libvirt 9.0 may lose the next event of the test driver when its last callback goes while an
    // event is queued (object_event.c looks at the timer without the lock): so one stays.
    static void SetUpTestSuite() {
        start_events();
        connection_ = virConnectOpen("test:///default");
        const auto ignore = [](virConnectPtr, virDomainPtr, int, int, void*) { return 0; };
        const virConnectDomainEventCallback callback = ignore;
        registration_ =
            virConnectDomainEventRegisterAny(connection_, nullptr, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                             VIR_DOMAIN_EVENT_CALLBACK(callback), nullptr, nullptr);
    }
    static void TearDownTestSuite() {
        virConnectDomainEventDeregisterAny(connection_, registration_);
        virConnectClose(connection_);
    }

    LibvirtTest() {
        domain_.reset(virDomainLookupByName(connection_, "test"));
        if (virDomainIsActive(domain_.get()) == 0) virDomainCreate(domain_.get());
    }

    Result<void> open(Monitor& of) {
        return run<Result<void>>(context.get(), [&](auto done) { of.open(kLimit, done); });
    }
    std::string state(Monitor& of) {
        const auto answer =
            run<Result<std::string>>(context.get(), [&](auto done) { of.run_state(kLimit, done); });
        return answer ? *answer : answer.error().message;
    }
    void note(Monitor& of, std::vector<std::string>& seen) {
        of.on_event([&seen](const Event& event) { seen.push_back(event.name); });
        of.on_closed([&seen](const Error& error) { seen.push_back(error.message); });
    }
    Result<UniqueFd> connect(Connector& connector) {
        bool called = false;
        Result<UniqueFd> socket = fail("");
        connector.connect([&](Result<UniqueFd> opened) {
            socket = std::move(opened);
            called = true;
        });
        iterate_until([&] { return called; });
        return socket;
    }

    [[nodiscard]] virDomainPtr domain() const { return domain_.get(); }

    std::unique_ptr<Monitor> machine = monitor(context.get(), guest("test"));

  private:
    static inline virConnectPtr connection_ = nullptr;
    static inline int registration_ = -1;
    Handle<virDomain> domain_;
};

TEST_F(LibvirtTest, NobodyIsThere) {
    const auto nowhere = monitor(context.get(), guest("x", "qemu+unix:///system?socket=/none"));
    const auto opened = open(*nowhere);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::Unreachable);
    EXPECT_PRED2(contains, opened.error().message, "socket=/none");
    EXPECT_PRED2(contains, opened.error().message, "see whether libvirtd runs there");
    EXPECT_FALSE(nowhere->is_open());
}

TEST_F(LibvirtTest, AUriThatIsNone) {
    const auto listed = list_domains("qemu+nosuch:///system");
    ASSERT_FALSE(listed);
    EXPECT_EQ(listed.error().code, ErrorCode::Unreachable);
    EXPECT_PRED2(contains, listed.error().message, "qemu+nosuch:///system");
    EXPECT_PRED2(contains, listed.error().message, "for example qemu:///system");
}

TEST_F(LibvirtTest, ADomainThatIsNotThere) {
    const auto other = monitor(context.get(), guest("other"));
    const auto opened = open(*other);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::Unreachable);
    EXPECT_PRED2(contains, opened.error().message, "cannot find other at test:///default");
    const auto port = agent(context.get(), guest("other"));
    EXPECT_EQ(connect(*port).error().code, ErrorCode::Unreachable);
}

TEST_F(LibvirtTest, DomainsAreListedByNameWithTheirPorts) {
    const auto domain = [](const std::string& name, const std::string& ports) {
        return "<domain type='test'><name>" + name +
               "</name><memory>65536</memory><os><type>hvm</type></os><devices>" + ports +
               "</devices></domain>";
    };
    const auto port = [](const std::string& name) {
        return "<channel type='unix'><target type='virtio' name='" + name + "'/></channel>";
    };
    const std::string agent_port = port("org.qemu.guest_agent.0");
    const std::string card =
        "<interface type='network'><mac address='52:54:00:AB:00:01'/><source network='n'/>"
        "</interface>";
    const std::string path = dir.file("node.xml");
    std::ofstream(path) << "<node>" << domain("c", "") << domain("b", agent_port + card)
                        << domain("a", agent_port + port("org.hypnos.power.0")) << "</node>";
    const auto listed = list_domains("test://" + path);
    ASSERT_TRUE(listed) << listed.error().message;
    ASSERT_EQ(listed->size(), 3U);
    std::vector<std::string> lines;
    for (const GuestSpec& spec : *listed)
        lines.push_back(spec.name + "/" + spec.domain + " " + spec.agent + " " + spec.power);
    EXPECT_EQ(lines, (std::vector<std::string>{"a/a  org.hypnos.power.0",
                                               "b/b org.qemu.guest_agent.0 ", "c/c  "}));
    EXPECT_EQ(listed->front().uri, "test://" + path);
    EXPECT_TRUE(listed->front().macs.empty());
    EXPECT_EQ((*listed)[1].macs, std::vector<std::string>{"52:54:00:ab:00:01"});
}

TEST_F(LibvirtTest, StatesAreQmps) {
    ASSERT_EQ(error_of(open(*machine)), "no error");
    EXPECT_TRUE(machine->is_open());
    EXPECT_EQ(state(*machine), "running");
    virDomainSuspend(domain());
    EXPECT_EQ(state(*machine), "paused");
    virDomainResume(domain());
    virDomainDestroy(domain());
    EXPECT_EQ(state(*machine), "off");
}

TEST_F(LibvirtTest, EventsCarryTheHostsTime) {
    ASSERT_EQ(error_of(open(*machine)), "no error");
    std::int64_t at = 0;
    machine->on_event([&](const Event& event) { at = event.realtime_us; });
    const std::int64_t before = g_get_real_time();
    virDomainSuspend(domain());
    iterate_until([&] { return at != 0; });
    EXPECT_GE(at, before);
    EXPECT_LE(at, g_get_real_time());
    virDomainResume(domain());
}

TEST_F(LibvirtTest, TheEndOfTheDomainClosesUntilItIsOpenedAnew) {
    std::vector<std::string> seen;
    ASSERT_EQ(error_of(open(*machine)), "no error");
    note(*machine, seen);
    virDomainDestroy(domain());
    iterate_until([&] { return !machine->is_open(); });
    EXPECT_EQ(seen, std::vector<std::string>{"test: the domain has stopped"});
    ASSERT_EQ(error_of(open(*machine)), "no error");
    const auto started =
        run<Result<void>>(context.get(), [&](auto done) { machine->start(kLimit, done); });
    EXPECT_TRUE(started);
    EXPECT_EQ(seen.back(), "STARTED");
    EXPECT_EQ(seen.size(), 2U);
}

// The answer comes by another way than the events: a thread, not libvirt's timer.
TEST_F(LibvirtTest, AnAnswerComesAfterTheEventsBeforeIt) {
    std::vector<std::string> seen;
    ASSERT_EQ(error_of(open(*machine)), "no error");
    note(*machine, seen);
    for (std::size_t i = 0; i < 100; ++i) {
        virDomainSuspend(domain());
        ASSERT_EQ(state(*machine), "paused");
        ASSERT_EQ(seen.size(), 2 * i + 1);
        virDomainResume(domain());
        ASSERT_EQ(state(*machine), "running");
        ASSERT_EQ(seen.size(), 2 * i + 2);
    }
}

TEST_F(LibvirtTest, SeveralUsersHearTheSame) {
    std::vector<std::string> first, second;
    const auto other = machine->share();
    ASSERT_TRUE(open(*other));
    EXPECT_TRUE(machine->is_open());
    note(*machine, first);
    note(*other, second);
    virDomainSuspend(domain());
    EXPECT_EQ(state(*other), "paused");
    virDomainResume(domain());
    other->abandon();
    EXPECT_EQ(state(*machine), "running");
    EXPECT_EQ(second, std::vector<std::string>{"STOP"});
    EXPECT_EQ(first, (std::vector<std::string>{"STOP", "RESUME"}));
}

TEST_F(LibvirtTest, SeveralOpenAtOnce) {
    const auto other = machine->share();
    int opened = 0;
    const auto count = [&](const Result<void>& result) { opened += result ? 1 : 0; };
    machine->open(kLimit, count);
    other->open(kLimit, count);
    iterate_until([&] { return opened == 2; });
    std::vector<std::string> seen;
    note(*machine, seen);
    virDomainSuspend(domain());
    EXPECT_EQ(state(*machine), "paused");
    virDomainResume(domain());
    EXPECT_EQ(seen, std::vector<std::string>{"STOP"}) << "subscribed once";
}

TEST_F(LibvirtTest, AnyCallbackMayDestroyTheMonitor) {
    machine->open(kLimit, [&](const Result<void>&) { machine.reset(); });
    iterate_until([&] { return machine == nullptr; });

    machine = monitor(context.get(), guest("test"));
    ASSERT_EQ(error_of(open(*machine)), "no error");
    machine->on_event([&](const Event&) { machine.reset(); });
    virDomainSuspend(domain());
    iterate_until([&] { return machine == nullptr; });
    virDomainResume(domain());

    machine = monitor(context.get(), guest("test"));
    auto other = machine->share();
    ASSERT_EQ(error_of(open(*machine)), "no error");
    machine->on_closed([&](const Error&) {
        other.reset();
        machine.reset();
    });
    other->on_closed([](const Error&) { ADD_FAILURE() << "destroyed before"; });
    virDomainDestroy(domain());
    iterate_until([&] { return machine == nullptr; });
}

TEST_F(LibvirtTest, WhoGoesWhileAskingIsNotCalled) {
    const auto never = [](const auto&) { ADD_FAILURE() << "called"; };
    for (int i = 0; i < 50; ++i) {
        machine = monitor(context.get(), guest("test"));
        machine->open(kLimit, never);
        machine->run_state(kLimit, never);
        machine->on_event(never);
        virDomainSuspend(domain());
        virDomainResume(domain());
        if (i % 2 == 0) machine->abandon();
        machine.reset();
        if (i % 3 == 0) g_main_context_iteration(context.get(), FALSE);
    }
    machine = monitor(context.get(), guest("test"));
    EXPECT_EQ(state(*machine), "running");
}

TEST_F(LibvirtTest, WhatTheMachineSaysIsRepeated) {
    const auto woken =
        run<Result<void>>(context.get(), [&](auto done) { machine->wake(kLimit, done); });
    ASSERT_FALSE(woken);
    EXPECT_EQ(woken.error().code, ErrorCode::Generic);
    EXPECT_PRED2(contains, woken.error().message, "cannot wake the domain: ");
}

TEST_F(LibvirtTest, StopsAndGoesOn) {
    const auto stopped =
        run<Result<void>>(context.get(), [&](auto done) { machine->stop(kLimit, done); });
    EXPECT_EQ(error_of(stopped), "no error");
    EXPECT_EQ(state(*machine), "paused");
    const auto runs =
        run<Result<void>>(context.get(), [&](auto done) { machine->cont(kLimit, done); });
    EXPECT_EQ(error_of(runs), "no error");
    EXPECT_EQ(state(*machine), "running");
}

TEST_F(LibvirtTest, WhatIsOffNeitherStopsNorGoesOn) {
    virDomainDestroy(domain());
    const auto stopped =
        run<Result<void>>(context.get(), [&](auto done) { machine->stop(kLimit, done); });
    EXPECT_PRED2(contains, error_of(stopped), "cannot pause the domain: ");
    const auto runs =
        run<Result<void>>(context.get(), [&](auto done) { machine->cont(kLimit, done); });
    EXPECT_PRED2(contains, error_of(runs), "cannot unpause the domain: ");
}

TEST_F(LibvirtTest, BalloonsAreInBytes) {
    constexpr std::int64_t kWanted = std::int64_t{1} << 30;
    const auto set = run<Result<void>>(
        context.get(), [&](auto done) { machine->set_balloon(kWanted, kLimit, done); });
    ASSERT_TRUE(set) << set.error().message;
    const auto balloon =
        run<Result<Balloon>>(context.get(), [&](auto done) { machine->balloon(kLimit, done); });
    ASSERT_TRUE(balloon);
    EXPECT_EQ(balloon->now, kWanted);
    EXPECT_EQ(balloon->most, std::int64_t{8} << 30);
}

TEST_F(LibvirtTest, FactsAreReadFromTheXml) {
    const auto facts =
        run<Result<MachineFacts>>(context.get(), [&](auto done) { machine->facts(kLimit, done); });
    EXPECT_TRUE(facts) << facts.error().message;
}

TEST_F(LibvirtTest, AConnectionIsSharedAndGoesWithItsLastUser) {
    ASSERT_EQ(error_of(open(*machine)), "no error");
    std::weak_ptr<Connection> shared = Connection::of("test:///default");
    EXPECT_EQ(shared.lock(), Connection::of("test:///default"));
    EXPECT_NE(shared.lock(), Connection::of("test:///other"));
    EXPECT_EQ(*shared.lock()->link(), *shared.lock()->link());
    machine.reset();
    // Its threads let go of it last.
    iterate_until([&] {
        g_main_context_wakeup(context.get());
        return shared.expired();
    });
}

TEST_F(LibvirtTest, TheDefaultContextIsNotTouched) {
    std::atomic<bool> touched = false;
    const glib::Source soon = glib::soon(nullptr, [&] { touched = true; });
    ASSERT_EQ(error_of(open(*machine)), "no error");
    virDomainSuspend(domain());
    EXPECT_EQ(state(*machine), "paused");
    virDomainResume(domain());
    EXPECT_FALSE(touched);
}

TEST_F(LibvirtTest, AChannelThatCannotBeOpened) {
    const auto power = channel(context.get(), guest("test"), "org.hypnos.power.0");
    EXPECT_EQ(power->name(), "test org.hypnos.power.0");
    const auto socket = connect(*power);
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code, ErrorCode::Unreachable);
    EXPECT_PRED2(contains, socket.error().message, "cannot open org.hypnos.power.0 of test");
}

TEST_F(LibvirtTest, AConnectorThatGoesIsNotHeardOf) {
    auto port = agent(context.get(), guest("test"));
    port->connect([](const Result<UniqueFd>&) { ADD_FAILURE() << "called"; });
    port.reset();
    EXPECT_EQ(state(*machine), "running");
}

TEST_F(LibvirtTest, AnAgentOfADomainThatIsOff) {
    virDomainDestroy(domain());
    const auto port = agent(context.get(), guest("test"));
    const auto socket = connect(*port);
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code, ErrorCode::Unreachable);
    EXPECT_PRED2(contains, socket.error().message, "start it");
}

bool ends(const UniqueFd& socket) {
    pollfd entry{socket.get(), POLLIN, 0};
    std::array<char, 64> buffer;
    return poll(&entry, 1, 5000) == 1 && recv(socket.get(), buffer.data(), buffer.size(), 0) == 0;
}

// The test driver has no agents: what libvirt cannot ask stays unanswered.
TEST_F(LibvirtTest, AnAgentsSocketEndsWithTheDomain) {
    const auto port = agent(context.get(), guest("test"));
    EXPECT_EQ(port->name(), "test org.qemu.guest_agent.0");
    const auto socket = connect(*port);
    ASSERT_TRUE(socket) << socket.error().message;
    virDomainDestroy(domain());
    const std::string request = "\xFF{\"execute\": \"guest-sync-delimited\"}\n";
    send(socket->get(), request.data(), request.size(), MSG_NOSIGNAL);
    EXPECT_TRUE(ends(*socket));
}

TEST_F(LibvirtTest, ARequestThatIsNoneIsAnsweredAtOnce) {
    const auto port = agent(context.get(), guest("test"));
    const auto socket = connect(*port);
    ASSERT_TRUE(socket);
    const std::string request = "{\"run\": \"x\", \"id\": 5}\n";
    send(socket->get(), request.data(), request.size(), MSG_NOSIGNAL);
    pollfd entry{socket->get(), POLLIN, 0};
    ASSERT_EQ(poll(&entry, 1, 5000), 1);
    std::array<char, 512> buffer{};
    ASSERT_GT(recv(socket->get(), buffer.data(), buffer.size() - 1, 0), 0);
    EXPECT_PRED2(contains, buffer.data(), "GenericError");
    EXPECT_PRED2(contains, buffer.data(), "\"id\":5");
}

}  // namespace
}  // namespace hypnos::libvirt::test
