#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include "glib/source.hpp"
#include "hypnos/protocol/error.hpp"
namespace hypnos::hostd {
class WakeOnLan {
  public:
    static Result<std::unique_ptr<WakeOnLan>> listen(GMainContext*, std::uint16_t, std::function<void(const std::string&)>) { return fail("not yet"); }
};
}
