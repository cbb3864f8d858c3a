// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Guest::balloon.

#pragma once

#include "guest/operation.hpp"

namespace hypnos {

class BalloonOperation : public Operation<Result<Balloon>> {
  public:
    BalloonOperation(Ports& ports, std::chrono::milliseconds limit, Done done);
};

}  // namespace hypnos
