// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <algorithm>
#include <utility>
#include <vector>

#include "glib/hub.hpp"
#include "wire/session_core.hpp"

namespace hypnos {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstRetry{25};
constexpr milliseconds kLastRetry{250};

std::int64_t random_number() { return (std::int64_t{g_random_int()} << 16) + 1; }

class AgentCore : public SessionCore {
  public:
    using SessionCore::SessionCore;

  private:
    [[nodiscard]] bool begins_anew() const override { return true; }

    void begin() override {
        numbers_.clear();
        retry_after_ = kFirstRetry;
        ask();
    }

    void ask() {
        retry_ = glib::hub::after(context(), retry_after_, [this] { ask(); });
        retry_after_ = std::min(2 * retry_after_, kLastRetry);
        if (stream().has_unsent()) return;  // nobody reads: more would only pile up
        numbers_.push_back(random_number());
        const Json arguments = Json::object({{"id", numbers_.back()}});
        const Json request = make_request("guest-sync-delimited", arguments, {});
        // A full queue is no news: the deadline will tell.
        (void)stream().send("\xFF" + request.dump() + "\n");
    }

    void handshake(const Json& message) override {
        const std::optional<std::int64_t> number = message["return"].integer();
        const bool ours = number && std::count(numbers_.begin(), numbers_.end(), *number) > 0;
        if (ours) finish_handshake({});
    }

    void stop() override { retry_.reset(); }

    [[nodiscard]] std::string silence() const override {
        return "no agent runs in the guest, the guest is asleep or still starting, or another "
               "client (libvirt?) holds the socket";
    }

    std::vector<std::int64_t> numbers_;  // of the requests of this handshake
    milliseconds retry_after_{};
    glib::Source retry_;
};

}  // namespace

Session agent_session(GMainContext* context, std::unique_ptr<Connector> connector) {
    return Session(std::make_shared<AgentCore>(context, std::move(connector)));
}

AgentSession::AgentSession(GMainContext* context, const std::string& path)
    : Session(agent_session(context, unix_connector(context, path))) {}

}  // namespace hypnos
