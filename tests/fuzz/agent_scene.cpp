// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent_scene.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "agent/agent.hpp"
#include "input.hpp"
#include "tests/support/line_judge.hpp"
#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::fuzz {
namespace {

using agent::Agent;
using agent::Options;

constexpr std::int64_t kSync = 471147114711;
constexpr std::chrono::milliseconds kAnswerLimit{20000};

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

/// A host on one of the agent's sockets.
class Host {
  public:
    explicit Host(std::string path) : path_(std::move(path)) { connect(); }

    void hang_up() {
        fd_ = UniqueFd();
        connect();
    }
    void be_deaf(int steps) { deaf_ = steps; }

    void send(std::string_view bytes) {
        expect_marks(bytes);
        for (std::size_t sent = 0; sent < bytes.size() && wrong_.empty();) {
            const ssize_t some =
                ::send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (some > 0) sent += static_cast<std::size_t>(some);
            if (some < 0) deaf_ = 0;  // who waits for an agent that waits must read
            if (some < 0 && g_main_context_iteration(nullptr, FALSE) == FALSE) g_usleep(100);
            look();
        }
    }

    /// Reads and judges what is there.
    void look() {
        if (deaf_ > 0) {
            --deaf_;
            return;
        }
        std::array<char, 65536> chunk;
        ssize_t size = 0;
        while ((size = recv(fd_.get(), chunk.data(), chunk.size(), 0)) > 0)
            take({chunk.data(), static_cast<std::size_t>(size)});
    }

    /// Whether the reply to a guest-sync comes, however things stand.
    [[nodiscard]] bool answers() {
        deaf_ = 0;
        const std::string number = std::to_string(kSync + ++syncs_);
        send("\xFF\n{\"execute\":\"guest-sync\",\"arguments\":{\"id\":" + number + "}}\n");
        const std::string reply = "{\"return\":" + number + "}\n";
        return test::poll_until(
            [&] {
                look();
                return !wrong_.empty() || tail_.find(reply) != std::string::npos;
            },
            kAnswerLimit);
    }

    [[nodiscard]] const std::string& wrong() const { return wrong_; }
    [[nodiscard]] std::size_t lines() const { return lines_ + judge_.lines(); }

  private:
    void connect() {
        lines_ += judge_.lines();
        judge_ = {};
        sent_.clear();
        marks_ = 0;
        fd_ = UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        const auto* generic = reinterpret_cast<sockaddr*>(&address);
        const bool connected = test::poll_until(
            [&] { return ::connect(fd_.get(), generic, sizeof address) == 0 || errno == EISCONN; });
        if (!connected) wrong_ = "nobody listens on " + path_;
    }

    /// One for each guest-sync-delimited; a name may be written with escapes.
    void expect_marks(std::string_view bytes) {
        sent_ += bytes;
        const std::size_t asked = count(sent_, "delimited") + count(sent_, "\\u");
        for (; marks_ < asked; ++marks_) judge_.expect_delimited();
    }

    void take(std::string_view bytes) {
        tail_ = (tail_ + std::string(bytes));
        if (tail_.size() > 4096) tail_.erase(0, tail_.size() - 4096);
        const Result<void> judged = judge_.feed(bytes);
        if (!judged && wrong_.empty()) wrong_ = judged.error().message;
    }

    std::string path_;
    UniqueFd fd_;
    test::LineJudge judge_;
    std::string sent_, tail_, wrong_;
    std::size_t marks_ = 0;
    std::size_t lines_ = 0;
    std::int64_t syncs_ = 0;
    int deaf_ = 0;
};

void furnish(const test::TempRoot& root) {
    root.write("/sys/power/state", "freeze mem disk\n");
    root.write("/sys/power/mem_sleep", "s2idle [deep]\n");
    root.write("/sys/power/disk", "[platform] shutdown reboot suspend test_resume\n");
    root.write("/sys/power/wakeup_count", "0\n");
    root.write("/proc/swaps", "Filename Type Size Used Priority\n/dev/vdb partition 9 0 -2\n");
    root.write("/proc/sys/kernel/random/boot_id", "11111111-2222-3333-4444-555555555555\n");
    root.write("/proc/self/mountinfo", "1 0 0:1 / / rw - tmpfs tmpfs rw\n");
    root.write("/proc/net/route", "Iface\tDestination\n");
    root.write("/sys/devices/system/cpu/cpu1/online", "1\n");
    root.write("/sys/devices/system/memory/block_size_bytes", "8000000\n");
    root.write("/sys/devices/system/memory/memory1/state", "online\n");
}

Options options_in(const test::TempRoot& root) {
    Options options;
    options.root = root.directory();
    options.qemu = {agent::Method::UnixListen, root.path("/q")};
    options.power = agent::Endpoint{agent::Method::UnixListen, root.path("/p")};
    options.settings.block_rpcs = {"guest-set-time", "guest-shutdown"};
    options.config.exec = options.config.file = false;
    options.config.password = options.config.ssh_keys = false;
    options.config.set_clock = options.config.reseed = options.config.nudge_network = false;
    return options;
}

class AgentScene {
  public:
    AgentScene() : agent_(options_in(root_)) {
        if (!agent_.start()) std::abort();
        qemu_ = std::make_unique<Host>(root_.path("/q"));
        power_ = std::make_unique<Host>(root_.path("/p"));
    }

    Played play(Input input) {
        while (!input.empty() && wrong().empty()) step(input);
        for (Host* host : {qemu_.get(), power_.get()}) {
            if (wrong().empty() && !host->answers())
                return {"a guest-sync is not answered", lines()};
        }
        return {wrong(), lines()};
    }

  private:
    struct Furnished : test::TempRoot {
        Furnished() { furnish(*this); }
    };

    [[nodiscard]] std::string wrong() const {
        return !qemu_->wrong().empty() ? qemu_->wrong() : power_->wrong();
    }
    [[nodiscard]] std::size_t lines() const { return qemu_->lines() + power_->lines(); }

    void step(Input& input) {
        const unsigned code = input.byte();
        Host& host = (code & 8U) != 0 ? *power_ : *qemu_;
        const auto count = static_cast<unsigned>(AgentStep::Last) + 1;
        act(static_cast<AgentStep>((code & 7U) % count), host, input);
        test::run_until_quiet();
        for (Host* one : {qemu_.get(), power_.get()}) one->look();
    }

    void act(AgentStep what, Host& host, Input& input) {
        switch (what) {
            case AgentStep::Raw:
                return host.send(input.long_text());
            case AgentStep::Request:
                return host.send(agent_requests().at(input.byte() % agent_requests().size()));
            case AgentStep::Reset:
                return host.send("\xFF");
            case AgentStep::Answer:
                if (!host.answers()) std::abort();
                return;
            case AgentStep::Deaf:
                return host.be_deaf(input.byte());
            case AgentStep::HangUp:
                return host.hang_up();
        }
    }

    Furnished root_;
    Agent agent_;
    std::unique_ptr<Host> qemu_, power_;
};

std::vector<std::string> read_requests() {
    std::vector<std::string> requests;
    for (const auto& entry : std::filesystem::directory_iterator(HYPNOS_CORPUS)) {
        std::ifstream file(entry.path());
        const bool is_corpus = entry.path().extension() == ".corpus";
        for (std::string line; is_corpus && std::getline(file, line);)
            if (line.starts_with("> ")) requests.push_back(line.substr(2));
    }
    std::sort(requests.begin(), requests.end());
    if (requests.empty()) std::abort();
    return requests;
}

bool set_the_stage() {
    std::signal(SIGPIPE, SIG_IGN);
    g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL));
    // An agent waits for the disk whenever it writes down an event.
    return g_setenv("TMPDIR", "/dev/shm", TRUE) == TRUE;
}

}  // namespace

Played play_to_agent(std::string_view bytes) {
    static const bool set = set_the_stage();
    if (!set) std::abort();
    return AgentScene().play(Input(bytes));
}

std::string raw_step(std::string_view text, bool to_power) {
    const char what = to_power ? '\x08' : '\0';
    const std::array head = {what, static_cast<char>(text.size() >> 8U),
                             static_cast<char>(text.size())};
    return std::string(head.data(), head.size()) + std::string(text);
}

const std::vector<std::string>& agent_requests() {
    static const std::vector<std::string> all = read_requests();
    return all;
}

}  // namespace hypnos::fuzz
