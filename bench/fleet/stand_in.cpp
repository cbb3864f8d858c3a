// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// fleet_stand_in DIRECTORY N: plays N guests, DIRECTORY/0.agent and 0.qmp and so on, in one process on
// one thread. Says "ready" when all listen. Each {} on DIRECTORY/control makes every guest send one
// event. Ends with its standard input.

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <list>
#include <memory>
#include <string>

#include "stand_in_guest.hpp"

namespace {

using namespace hypnos::fleet;

class StandIns {
  public:
    StandIns(const std::string& directory, int count)
        : control_(loop_, directory + "/control",
                   {nullptr, [this](Client&, const std::string&) { tell(); }}) {
        for (int i = 0; i < count; ++i)
            guests_.emplace_back(loop_, directory + "/" + std::to_string(i));
        loop_.add(STDIN_FILENO, [this] { over_ = true; });
    }

    void run() {
        while (!over_) loop_.turn();
    }

  private:
    void tell() {
        for (StandInGuest& guest : guests_) guest.tell();
    }

    EpollLoop loop_;
    StandInPort control_;
    std::list<StandInGuest> guests_;
    bool over_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: fleet_stand_in DIRECTORY N\n");
        return 2;
    }
    raise_descriptor_limit();
    StandIns stand_ins(argv[1], std::atoi(argv[2]));
    std::puts("ready");
    std::fflush(stdout);
    stand_ins.run();
    return 0;
}
