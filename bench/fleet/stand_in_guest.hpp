// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Plays one guest that sleeps when asked to and wakes when QEMU is told: an agent's socket and a QMP
// socket. It looks for words in requests instead of reading their JSON, so that as little as possible
// of what is measured is its own.

#pragma once

#include <cstdint>
#include <string>

#include "stand_in_port.hpp"

namespace hypnos::fleet {

class StandInGuest {
  public:
    /// Listens on STEM.agent and STEM.qmp.
    StandInGuest(EpollLoop& loop, const std::string& stem);

    /// Sends one event to every subscriber.
    void tell();

  private:
    void agent_asked(Client& client, const std::string& text);
    void qmp_asked(Client& client, const std::string& text);

    void suspend(Client& client, const std::string& text);
    void wake();

    [[nodiscard]] std::string status();
    [[nodiscard]] std::string position() const;
    [[nodiscard]] std::string record() const;
    [[nodiscard]] std::string event(const std::string& name, const std::string& data);

    bool asleep_ = false;
    std::string transaction_;
    std::int64_t requested_ = 0, returned_ = 0;  // CLOCK_BOOTTIME, microseconds
    std::int64_t sequence_ = 0, resumed_ = 0;
    std::string rest_of_status_;
    StandInPort agent_, qmp_;
};

}  // namespace hypnos::fleet
