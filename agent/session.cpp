// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/session.hpp"

#include <utility>

#include "hypnos/protocol/message.hpp"
#include "hypnos/protocol/reader.hpp"

namespace hypnos::agent {

Session::Session(UniqueFd fd, Connection::Kind kind, Deps deps)
    : deps_(std::move(deps)),
      framer_(deps_.message_bytes),
      sent_seq_(deps_.events.last_seq()),
      connection_(std::move(fd), kind,
                  {.received = [this](std::string_view bytes) { received(bytes); },
                   .drained = [this] { drained(); },
                   .detached = [this] { detached(); },
                   .reply_due = [this] { return replies_due_ > 0; },
                   .held = [this] { return held_for_ != 0; },
                   .ended = [this] { deps_.ended(); }}) {
    start_over();
}

void Session::start_over() {
    framer_.reset();
    oldest_ = serial_ + 1;
    held_for_ = 0;
    replies_due_ = 0;
    subscribed_ = deps_.role == Role::Power;
    delimit_ = false;
    hold_events_ = false;
}

void Session::received(std::string_view bytes) {
    framer_.push(bytes);
    take_texts();
}

/// A peer that does not read its answers gets no more of them: its texts wait in the framer.
void Session::take_texts() {
    if (std::exchange(taking_texts_, true)) return;
    while (std::optional<Result<std::string>> text = next_text()) handle(*std::move(text));
    taking_texts_ = false;
}

std::optional<Result<std::string>> Session::next_text() {
    return held_for_ != 0 || connection_.congested() ? std::nullopt : framer_.next();
}

/// The text goes as soon as it is read: it may be as large as a file.
void Session::handle(Result<std::string> text) {
    ++serial_;
    const Result<Json> message =
        text ? read_json(*std::exchange(text, std::string())) : fail(text.error());
    if (message)
        answer(*message);
    else
        send_reply(error_reply(message.error(), std::nullopt));
}

void Session::answer(const Json& message) {
    const Caller caller = {deps_.number, serial_, request_id(message)};
    const Result<Request> request = parse_request(message);
    ++replies_due_;  // a command may answer through reply() before it returns
    const CommandResult result =
        request ? deps_.execute(*request, *this, caller) : fail(request.error());
    if (!result || *result) reply(caller, result);
}

void Session::send_reply(const Json& reply) {
    const bool delimited = std::exchange(delimit_, false);
    hold_events_ = delimited && deps_.role == Role::Qemu;
    connection_.send((delimited ? "\xFF" : "") + reply.dump() + "\n");
}

void Session::reply(const Caller& caller, const CommandResult& result) {
    const bool asked_by_another_host = caller.serial < oldest_;
    if (asked_by_another_host) return;
    --replies_due_;
    const bool held = held_for_ == caller.serial;
    if (held) held_for_ = 0;
    const bool ambiguous = !caller.id && caller.serial != serial_;
    if (!ambiguous) send_result(caller, result);
    if (held) connection_.look();  // at what has come meanwhile
}

void Session::send_result(const Caller& caller, const CommandResult& result) {
    if (!result)
        send_reply(error_reply(result.error(), caller.id));
    else if (*result)
        send_reply(success_reply(**result, caller.id));
    else
        connection_.look();  // silence is the answer, and may have been the last thing due
}

void Session::expect_silence() {
    hold_events_ = false;
    send_events();
}

void Session::subscribe(std::optional<std::int64_t> since) {
    subscribed_ = true;
    leaving_seq_ = 0;
    const std::int64_t last = deps_.events.last_seq();
    const bool of_another_boot = since && *since > last;
    sent_seq_ = of_another_boot ? 0 : since.value_or(last);
}

void Session::send_events() {
    if (std::exchange(sending_events_, true)) return;
    while (const EventLog::Entry* next = next_event()) send_event(*next);
    sending_events_ = false;
}

const EventLog::Entry* Session::next_event() const {
    const bool may_send =
        subscribed_ && !hold_events_ && connection_.attached() && !output_pending();
    return may_send ? deps_.events.after(sent_seq_) : nullptr;
}

void Session::send_event(const EventLog::Entry& entry) {
    leaving_seq_ = entry.seq;
    connection_.send(to_json(entry.event).dump() + "\n");
}

void Session::drained() {
    if (const std::int64_t left = std::exchange(leaving_seq_, 0)) sent_seq_ = left;
    take_texts();
    send_events();
    if (!output_pending()) deps_.drained();
}

/// Events that have not left stay due: a device's next host gets them.
void Session::detached() {
    leaving_seq_ = 0;
    start_over();
}

}  // namespace hypnos::agent
