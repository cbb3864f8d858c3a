// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// fleet_bench DIRECTORY ROUNDS [--json]: drives all guests of DIRECTORY/guests (a line each, as in
// parse_guest_spec) in one process on one thread. Stand-ins among them have a QMP socket, and
// DIRECTORY/control. Exit status 1 if a target is missed. bench/fleet/run.py starts all of it.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "echo.hpp"
#include "fleet.hpp"
#include "report.hpp"
#include "sockets.hpp"

namespace {

using namespace hypnos;
using namespace hypnos::fleet;

constexpr int kSweeps = 51;
constexpr int kMarks = 10;

std::vector<GuestSpec> read_guests(const std::string& path) {
    std::vector<GuestSpec> result;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const Result<GuestSpec> spec = parse_guest_spec(line);
        if (!spec) die(path + ": " + spec.error().message);
        result.push_back(*spec);
    }
    return result;
}

/// In turn, so that whatever else the machine does disturbs all alike.
void compare(Echo& echo, Fleet& fleet, Report& report) {
    std::vector<Cost> echoes, in_turn, questions, statuses;
    for (int i = 0; i < kSweeps; ++i) {
        echoes.push_back(echo.all_at_once());
        statuses.push_back(fleet.status());
        questions.push_back(echo.status_at_once());
        in_turn.push_back(echo.one_after_the_other());
    }
    report.echo = median(echoes);
    report.echo_in_turn = median(in_turn);
    report.echo_of_status = median(questions);
    report.status = median(statuses);
    report.ratio = median(ratios(statuses, echoes));
    report.ratio_in_turn = median(ratios(statuses, in_turn));
    report.ratio_of_status = median(ratios(statuses, questions));
}

void sleep_and_wake(Fleet& fleet, Report& report) {
    report.sweeps.emplace_back("suspend", fleet.suspend());
    report.sweeps.emplace_back("status, asleep", fleet.status_asleep());
    report.sweeps.emplace_back("wake", fleet.wake());
}

void watch(Fleet& fleet, const std::string& control, Report& report) {
    report.sweeps.emplace_back("watch", fleet.watch());
    const UniqueFd trigger = connect_to(control);
    report.sweeps.emplace_back("an event from each",
                               fleet.events([&] { send_all(trigger.get(), "{}"); }));
    report.kib_most = private_dirty_kib();
}

/// The first rounds may still fill caches: growth counts from the first mark.
void go_round(Fleet& fleet, int rounds, Report& report) {
    for (int i = 1; i <= rounds; ++i) {
        fleet.suspend();
        fleet.status_asleep();
        fleet.wake();
        fleet.status();
        if (i % std::max(1, rounds / kMarks) == 0)
            report.footprints.push_back({i, private_dirty_kib(), open_descriptors()});
    }
    for (const Footprint& at : report.footprints)
        report.kib_most = std::max(report.kib_most, at.kib);
}

Report measure(const std::string& directory, int rounds) {
    const std::vector<GuestSpec> guests = read_guests(directory + "/guests");
    Report report;
    report.guests = static_cast<std::int64_t>(guests.size());
    Echo echo(guests);
    echo.all_at_once();
    report.kib_before = private_dirty_kib();
    Fleet fleet(guests);
    report.sweeps.emplace_back("connect, first status", fleet.status());
    report.kib_connected = private_dirty_kib();
    compare(echo, fleet, report);
    sleep_and_wake(fleet, report);
    watch(fleet, directory + "/control", report);
    go_round(fleet, rounds, report);
    report.wrong = fleet.wrong();
    report.first_wrong = fleet.first_wrong();
    return report;
}

}  // namespace

int main(int argc, char** argv) {
    const bool json = argc == 4 && std::string_view(argv[3]) == "--json";
    if (argc != 3 && !json) {
        std::fprintf(stderr, "usage: fleet_bench DIRECTORY ROUNDS [--json]\n");
        return 2;
    }
    raise_descriptor_limit();
    const Report report = measure(argv[1], std::atoi(argv[2]));
    json ? report.print_json() : report.print();
    return report.missed().empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}
