// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One command of the agent: Guest::call, capabilities and rehearse.

#pragma once

#include <string>

#include "guest/operation.hpp"

namespace hypnos {

class AskOperation : public Operation<Result<Json>> {
  public:
    AskOperation(Ports& ports, const std::string& command, const Json& arguments,
                 std::chrono::milliseconds limit, Done done);
};

}  // namespace hypnos
