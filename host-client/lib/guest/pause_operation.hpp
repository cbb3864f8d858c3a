// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Guest::pause and Guest::unpause.

#pragma once

#include <string>

#include "guest/operation.hpp"

namespace hypnos {

class PauseOperation : public Operation<Result<void>> {
  public:
    enum class To { Stopped, Running };

    PauseOperation(Ports& ports, To to, std::chrono::milliseconds limit, Done done);

  private:
    using Next = void (PauseOperation::*)(const std::string& state);

    void ask_run_state(Next next);
    void found(const std::string& state);
    void give_order();
    void verify(const std::string& state);
    [[nodiscard]] tl::unexpected<Error> wrong(ErrorCode code, const std::string& why) const;

    To to_;
    bool ordered_ = false;
};

}  // namespace hypnos
