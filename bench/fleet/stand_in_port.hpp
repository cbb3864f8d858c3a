// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A listening socket of a stand-in, and those who have connected to it.

#pragma once

#include <sys/socket.h>

#include <array>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <utility>

#include "epoll_loop.hpp"
#include "hypnos/protocol/framer.hpp"
#include "sockets.hpp"

namespace hypnos::fleet {

struct Client {
    UniqueFd fd;
    Framer framer;
    bool subscribed = false;
};

class StandInPort {
  public:
    struct Handlers {
        std::function<void(Client&)> connected;
        std::function<void(Client&, const std::string&)> text;
    };

    StandInPort(EpollLoop& loop, const std::string& path, Handlers handlers)
        : loop_(loop), handlers_(std::move(handlers)), listener_(listen_at(path)) {
        loop_.add(listener_.get(), [this] { accept(); });
    }

    /// A guest that sleeps reads nothing.
    void pause() {
        paused_ = true;
        for (const Client& client : clients_) loop_.pause(client.fd.get());
    }
    void go_on() {
        paused_ = false;
        for (const Client& client : clients_) loop_.go_on(client.fd.get());
    }

    void send_to_subscribed(std::string_view bytes) {
        for (const Client& client : clients_) {
            if (client.subscribed) send_all(client.fd.get(), bytes);
        }
    }

  private:
    void accept() {
        const auto client = clients_.emplace(clients_.end());
        client->fd = UniqueFd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        loop_.add(client->fd.get(), [this, client] { read(client); });
        if (paused_) loop_.pause(client->fd.get());
        if (handlers_.connected) handlers_.connected(*client);
    }

    void read(std::list<Client>::iterator client) {
        std::array<char, 16384> buffer;
        const ssize_t got = recv(client->fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0) return;
        if (got == 0) {
            loop_.remove(client->fd.get());
            clients_.erase(client);
            return;
        }
        client->framer.push({buffer.data(), static_cast<std::size_t>(got)});
        while (const auto text = client->framer.next()) {
            if (*text) handlers_.text(*client, **text);
        }
    }

    EpollLoop& loop_;
    Handlers handlers_;
    UniqueFd listener_;
    std::list<Client> clients_;
    bool paused_ = false;
};

}  // namespace hypnos::fleet
