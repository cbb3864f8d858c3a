// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "far_end.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "hypnos/protocol/reader.hpp"

namespace hypnos::fuzz {

constexpr std::size_t kQuestionsMost = 256;

FarEnd::FarEnd(std::string path, std::string greeting)
    : path_(std::move(path)),
      greeting_(std::move(greeting)),
      listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    const bool listens =
        bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
        listen(listener_.get(), 8) == 0;
    if (!listens) std::abort();
}

FarEnd::~FarEnd() { unlink(path_.c_str()); }

bool FarEnd::look() {
    const bool came = accept();
    return read() || came;
}

bool FarEnd::accept() {
    if (client_) return false;
    client_ = UniqueFd(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client_) return false;
    framer_.reset();
    questions.clear();
    say(greeting_);
    return true;
}

bool FarEnd::read() {
    std::array<char, 4096> buffer{};
    const ssize_t got = client_ ? recv(client_.get(), buffer.data(), buffer.size(), 0) : -1;
    if (got == 0) hang_up();
    if (got <= 0) return got == 0;
    framer_.push({buffer.data(), static_cast<std::size_t>(got)});
    while (const auto text = framer_.next()) {
        const Result<Json> message = text->and_then([](const auto& t) { return read_json(t); });
        const Result<Request> request = message.and_then(parse_request);
        if (!request) std::abort();  // what the library sends is always a request
        if (questions.size() < kQuestionsMost) questions.push_back({*request, (*message)["id"]});
    }
    return true;
}

void FarEnd::say(std::string_view bytes) {
    // A full socket drops it: so be it.
    if (client_) (void)!send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace hypnos::fuzz
