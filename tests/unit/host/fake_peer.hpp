// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Hand-written peers on a unix socket, on the test's own loop: one that does what it is told, an
// agent and a QEMU.

#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "glib/source.hpp"
#include "hypnos/loop.hpp"
#include "hypnos/protocol/framer.hpp"
#include "hypnos/protocol/message.hpp"
#include "hypnos/protocol/power.hpp"
#include "hypnos/protocol/reader.hpp"

namespace hypnos::test {

/// A directory that goes with its contents.
class TempDir {
  public:
    TempDir() { EXPECT_NE(mkdtemp(path_.data()), nullptr); }
    ~TempDir() {
        for (const std::string& file : files_) unlink(file.c_str());
        rmdir(path_.c_str());
    }
    std::string file(const std::string& name) { return files_.emplace_back(path_ + "/" + name); }

  private:
    std::string path_ = "/tmp/hypnos-host-test-XXXXXX";
    std::vector<std::string> files_;
};

/// Listens; one client at a time, the newest.
class FakePeer {
  public:
    FakePeer(GMainContext* context, const std::string& path) : context_(context), path_(path) {
        listen();
    }
    virtual ~FakePeer() { unlink(path_.c_str()); }

    void send_bytes(std::string_view bytes) {
        EXPECT_EQ(::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    void send(const Json& message) { send_bytes(message.dump() + "\n"); }

    /// Ends the connection of the client.
    void hang_up() {
        readable_.reset();
        client_ = UniqueFd();
    }
    [[nodiscard]] bool has_client() const { return static_cast<bool>(client_); }

    std::function<void()> on_connect;
    std::function<void(const Json&)> on_message;

  private:
    void listen() {
        listener_ = UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ASSERT_EQ(::listen(listener_.get(), 5), 0);
        connected_ = glib::watch(context_, listener_.get(), G_IO_IN, [this] { accept(); });
    }

    void accept() {
        client_ = UniqueFd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        framer_.reset();
        readable_ = glib::watch(context_, client_.get(), G_IO_IN, [this] { read(); });
        if (on_connect) on_connect();
    }

    void read() {
        std::array<char, 4096> buffer{};
        const ssize_t got = recv(client_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got <= 0) return hang_up();
        framer_.push({buffer.data(), static_cast<std::size_t>(got)});
        while (const auto text = framer_.next()) {
            const Result<Json> message = read_json(text->value());
            ASSERT_TRUE(message);
            if (on_message) on_message(*message);
        }
    }

    GMainContext* context_;
    std::string path_;
    UniqueFd listener_, client_;
    Framer framer_;
    glib::Source connected_, readable_;
};

/// Answers commands from a table: a value to return, an error, or (nothing) silence.
class CommandPeer : public FakePeer {
  public:
    using Answer = std::function<std::optional<Result<Json>>(const Json& arguments)>;

    CommandPeer(GMainContext* context, const std::string& path) : FakePeer(context, path) {
        on_message = [this](const Json& message) { answer(message); };
    }

    void returns(const std::string& command, const Json& value) {
        answers[command] = [value](const Json&) { return Result<Json>(value); };
    }
    void fails(const std::string& command, const Error& error) {
        answers[command] = [error](const Json&) { return Result<Json>(tl::unexpected(error)); };
    }
    void is_silent_at(const std::string& command) {
        answers[command] = [](const Json&) { return std::nullopt; };
    }
    /// How often a command was received.
    [[nodiscard]] int count(const std::string& command) const {
        const auto found = counts_.find(command);
        return found == counts_.end() ? 0 : found->second;
    }
    void event(const std::string& name, const Json& data = Json::object()) {
        send(to_json(Event{name, data, g_get_real_time()}));
    }

    std::map<std::string, Answer> answers;
    /// Called after the reply to a command has been sent.
    std::function<void(const std::string&)> after;

  protected:
    virtual void answer(const Json& message) {
        const Result<Request> request = parse_request(message);
        ASSERT_TRUE(request);
        ++counts_[request->execute];
        reply(*request, request_id(message));
        if (after) after(request->execute);
    }

    void reply(const Request& request, const std::optional<Json>& id) {
        const auto found = answers.find(request.execute);
        if (found == answers.end())
            return send(error_reply({ErrorCode::CommandNotFound, "no such command"}, id));
        const std::optional<Result<Json>> result = found->second(request.arguments);
        if (!result) return;
        send(*result ? success_reply(**result, id) : error_reply(result->error(), id));
    }

  private:
    std::map<std::string, int> counts_;
};

class FakeAgent : public CommandPeer {
  public:
    static constexpr const char* kBoot = "boot-1";
    static constexpr std::int64_t kNow = 60'000'000;  ///< CLOCK_BOOTTIME of every status

    FakeAgent(GMainContext* context, const std::string& path) : CommandPeer(context, path) {
        answers["guest-sync-delimited"] = [this](const Json& arguments) {
            send_bytes("\xFF");
            return Result<Json>(arguments["id"]);
        };
        returns("hypnos-status", status("idle"));
        returns("hypnos-subscribe", Json::object({{"last-seq", 0}}));
        answers["hypnos-suspend"] = [this](const Json& arguments) {
            transaction = arguments["transaction"].string().value_or("");
            suspend_arguments = arguments;
            return Result<Json>(Json::object({{"accepted", true}, {"transaction", transaction}}));
        };
    }

    static Json status(const char* state, const Json& last = {}) {
        Json result = Json::object({{"state", state}, {"boot-id", kBoot}, {"resume-count", 0}});
        if (!last.is_null()) result.set("last", last);
        result.set("boottime-us", kNow);
        return result;
    }

    [[nodiscard]] Json record(const char* outcome) const {
        return Json::object({{"transaction", transaction},
                             {"boot-id", kBoot},
                             {"outcome", outcome},
                             {"slept-ms", 5000},
                             {"phases", Json::array({returned(ended)})}});
    }

    static Json returned(std::int64_t at) {
        return Json::object({{"name", "returned"}, {"boottime-us", at}});
    }

    std::int64_t ended = kNow;  ///< when the recorded sleep did
    std::string transaction;
    Json suspend_arguments;
};

class FakeQemu : public CommandPeer {
  public:
    FakeQemu(GMainContext* context, const std::string& path) : CommandPeer(context, path) {
        on_connect = [this] { send(Json::object({{"QMP", Json::object()}})); };
        returns("qmp_capabilities", Json::object());
        answers["query-status"] = [this](const Json&) {
            return Result<Json>(Json::object({{"status", run_state}}));
        };
    }

    std::string run_state = "running";
};

/// A loop, a guest's sockets and a limit that fails the test instead of hanging it.
class HostTest : public testing::Test {
  protected:
    void iterate_until(const std::function<bool()>& done) {
        bool late = false;
        const auto guard =
            glib::after(context.get(), std::chrono::seconds(5), [&] { late = true; });
        while (!done() && !late) g_main_context_iteration(context.get(), TRUE);
        EXPECT_FALSE(late) << "what was waited for did not happen";
    }

    MainContext context;
    TempDir dir;
};

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace hypnos::test
