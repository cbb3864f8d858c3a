// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Guest::status: both sides at once, each with its own way to fail.

#pragma once

#include <optional>

#include "guest/operation.hpp"
#include "hypnos/guest.hpp"

namespace hypnos {

class StatusOperation : public Operation<GuestStatus> {
  public:
    StatusOperation(Ports& ports, std::chrono::milliseconds limit, Done done);

  private:
    void begin_agent();
    void open_agent();
    void agent_came(const Result<Json>& status);
    void begin_qemu();
    void ask_qemu();
    void qemu_came(const Result<std::string>& state);
    void report_if_complete();

    std::optional<Result<Json>> agent_;
    std::optional<Result<std::string>> run_state_;
};

}  // namespace hypnos
