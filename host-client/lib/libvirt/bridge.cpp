// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/bridge.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <thread>
#include <utility>

#include "libvirt/events.hpp"

namespace hypnos::libvirt {
namespace {

constexpr int kWouldBlock = -2;
constexpr std::size_t kReadsPerTurn = 4;  // so that other streams get theirs
using Buffer = std::array<char, Bridge::kToGuest>;

bool try_again() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

void Bridge::start(std::shared_ptr<Link> link, Handle<virStream> stream, UniqueFd fd) {
    const auto bridge = std::make_shared<Bridge>(std::move(link), std::move(stream), std::move(fd));
    on_event_thread([bridge] { bridge->watch(); });
}

void Bridge::watch() {
    const auto free = [](void* opaque) { delete static_cast<Self*>(opaque); };
    watch_ = virEventAddHandle(
        fd_.get(), VIR_EVENT_HANDLE_READABLE,
        [](int, int, int, void* opaque) { Self(*static_cast<Self*>(opaque))->turn(); },
        new Self(shared_from_this()), free);
    virStreamEventAddCallback(
        stream_.get(), VIR_STREAM_EVENT_READABLE,
        [](virStreamPtr, int, void* opaque) { Self(*static_cast<Self*>(opaque))->turn(); },
        new Self(shared_from_this()), free);
    const auto lost = [self = weak_from_this()] {
        if (const Self bridge = self.lock()) bridge->lose();
    };
    listening_ = std::make_unique<Listening>(link_, Link::Listener{.lost = lost});
}

void Bridge::lose() {
    broken_ = true;
    turn();
}

void Bridge::turn() {
    if (!stream_) return;
    read_stream();
    write_socket();
    read_socket();
    write_stream();
    over() ? finish() : want_more();
}

void Bridge::read_stream() {
    Buffer buffer;
    for (std::size_t i = 0; i < kReadsPerTurn && !guest_ended_ && !broken_; ++i) {
        const int got = virStreamRecv(stream_.get(), buffer.data(), buffer.size());
        if (got == kWouldBlock) return;
        guest_ended_ = got <= 0;
        unanswered_ = 0;
        if (got > 0) from_guest_.append(buffer.data(), static_cast<std::size_t>(got));
        broken_ = from_guest_.size() > kFromGuest;
    }
}

void Bridge::write_socket() {
    if (from_guest_.empty() || broken_) return;
    const ssize_t sent = send(fd_.get(), from_guest_.data(), from_guest_.size(), MSG_NOSIGNAL);
    if (sent > 0)
        from_guest_.erase(0, static_cast<std::size_t>(sent));
    else if (!try_again())
        user_ended_ = true;
}

void Bridge::read_socket() {
    if (user_ended_ || broken_ || to_guest_.size() >= kToGuest) return;
    Buffer buffer;
    const ssize_t got = recv(fd_.get(), buffer.data(), kToGuest - to_guest_.size(), 0);
    if (got > 0)
        to_guest_.append(buffer.data(), static_cast<std::size_t>(got));
    else if (got == 0 || !try_again())
        user_ended_ = true;
}

void Bridge::write_stream() {
    if (!may_write() || broken_ || guest_ended_) return;
    const int sent = virStreamSend(stream_.get(), to_guest_.data(), to_guest_.size());
    ++unanswered_;
    if (sent >= 0)
        to_guest_.erase(0, static_cast<std::size_t>(sent));
    else if (sent != kWouldBlock)
        broken_ = true;
}

// A remote stream is always writable: asking without need would turn the loop for ever.
void Bridge::want_more() {
    int socket = 0;
    if (!user_ended_ && to_guest_.size() < kToGuest) socket |= VIR_EVENT_HANDLE_READABLE;
    if (!from_guest_.empty()) socket |= VIR_EVENT_HANDLE_WRITABLE;
    virEventUpdateHandle(watch_, socket);
    int stream = 0;
    if (!guest_ended_) stream |= VIR_STREAM_EVENT_READABLE;
    if (may_write()) stream |= VIR_STREAM_EVENT_WRITABLE;
    virStreamEventUpdateCallback(stream_.get(), stream);
}

bool Bridge::over() const {
    return broken_ || (user_ended_ && !may_write()) || (guest_ended_ && from_guest_.empty());
}

// The daemon is told, which may block.
void Bridge::finish() {
    virEventRemoveHandle(watch_);
    virStreamEventRemoveCallback(stream_.get());
    listening_.reset();
    fd_ = UniqueFd();
    std::thread([link = std::move(link_), stream = std::move(stream_)]() mutable {
        virStreamAbort(stream.get());
        stream.reset();
    }).detach();
}

}  // namespace hypnos::libvirt
