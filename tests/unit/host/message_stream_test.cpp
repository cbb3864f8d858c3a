// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "wire/message_stream.hpp"

#include <optional>

#include "fake_peer.hpp"
#include "hypnos/protocol/limits.hpp"

namespace hypnos::test {
namespace {

class MessageStreamTest : public HostTest, public MessageStream::Listener {
  protected:
    MessageStreamTest() {
        std::array<int, 2> fds{};
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()), 0);
        peer_ = UniqueFd(fds[1]);
        MessageStream::Listener& listener = *this;
        stream_.emplace(context.get(), UniqueFd(fds[0]), "peer", listener);
    }

    void message(const Json& message) override {
        messages_.push_back(message);
        if (destroy_) stream_.reset();
    }
    void closed(const Error& error) override {
        closed_ = error;
        stream_.reset();
    }

    /// Writes while the other side reads: more may come than the socket holds.
    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = send(peer_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
            g_main_context_iteration(context.get(), FALSE);
        }
    }

    UniqueFd peer_;
    std::optional<MessageStream> stream_;
    std::vector<Json> messages_;
    std::optional<Error> closed_;
    bool destroy_ = false;
};

TEST_F(MessageStreamTest, DeliversMessagesHoweverTheyAreCut) {
    for (const char c : std::string(R"({"a": 1}{"b": [2, 3]})")) write({&c, 1});
    iterate_until([&] { return messages_.size() == 2; });
    EXPECT_EQ(messages_[0].dump(), R"({"a":1})");
    EXPECT_EQ(messages_[1].dump(), R"({"b":[2,3]})");
}

TEST_F(MessageStreamTest, DeliversOneMessagePerTurn) {
    write("{}{}{}");
    messages_.clear();
    for (std::size_t before = messages_.size(); before < 2; before = messages_.size()) {
        g_main_context_iteration(context.get(), TRUE);
        EXPECT_LE(messages_.size(), before + 1);
    }
}

TEST_F(MessageStreamTest, AMessageAloneTakesOneTurn) {
    write("{\"a\": 1} \r\n");
    iterate_until([&] { return messages_.size() == 1; });
    EXPECT_FALSE(g_main_context_pending(context.get()));
}

TEST_F(MessageStreamTest, SkipsWhatIsNoJson) {
    write("\xFFgarbage \x01 {'x'} } ] [1,] nul {\"good\": true}");
    iterate_until([&] { return !messages_.empty() && messages_.back().has("good"); });
    EXPECT_TRUE(stream_);
}

TEST_F(MessageStreamTest, SkipsAnEndlessLineAndDeepNesting) {
    write("{\"long\": \"" + std::string(3 * limits::kMessageBytes, 'x') + "\"}\n");
    write(std::string(1 << 20, '[') + "\n");
    write("{\"good\": true}\n");
    iterate_until([&] { return !messages_.empty(); });
    EXPECT_EQ(messages_.size(), 1U);
    EXPECT_TRUE(messages_[0].has("good"));
}

TEST_F(MessageStreamTest, ReportsTheEndAfterTheLastMessage) {
    write("{\"last\": 1}{\"half\": ");
    peer_ = UniqueFd();
    iterate_until([&] { return closed_.has_value(); });
    EXPECT_EQ(closed_->code, ErrorCode::Unreachable);
    EXPECT_EQ(messages_.size(), 1U);
}

TEST_F(MessageStreamTest, MayBeDestroyedByItsListener) {
    destroy_ = true;
    write("{}{}{}");
    iterate_until([&] { return !stream_; });
    while (g_main_context_iteration(context.get(), FALSE) == TRUE) {
    }
    EXPECT_EQ(messages_.size(), 1U);
}

TEST_F(MessageStreamTest, APeerThatDoesNotReadCostsABoundedQueue) {
    const std::string line(65536, 'x');
    bool refused = false;
    for (int i = 0; i < 100 && !refused; ++i) refused = !stream_->send(line);
    EXPECT_TRUE(refused);
    EXPECT_TRUE(stream_->has_unsent());
}

TEST_F(MessageStreamTest, SendsTheRestWhenThereIsRoom) {
    const std::string line(65536, 'x');
    std::size_t queued = 0;
    while (!stream_->has_unsent()) {
        ASSERT_TRUE(stream_->send(line));
        queued += line.size();
    }
    std::size_t got = 0;
    std::vector<char> buffer(65536);
    iterate_until([&] {
        const ssize_t n = recv(peer_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n > 0) got += static_cast<std::size_t>(n);
        g_main_context_wakeup(context.get());
        return got == queued;
    });
    EXPECT_FALSE(stream_->has_unsent());
}

}  // namespace
}  // namespace hypnos::test
