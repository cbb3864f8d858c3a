// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "report.hpp"

#include <cstdio>

#include "hypnos/protocol/json.hpp"

namespace hypnos::fleet {
namespace {

void print_cost(const std::string& name, const Cost& cost) {
    std::printf("  %-34s %9.1f ms %9.1f ms\n", name.c_str(), cost.wall, cost.processor);
}

Json to_json(const Cost& cost) {
    return Json::object({{"ms", cost.wall}, {"processor-ms", cost.processor}});
}

Json to_json(const Footprint& footprint) {
    return Json::object({{"rounds", footprint.rounds},
                         {"private-dirty-kib", footprint.kib},
                         {"descriptors", footprint.descriptors}});
}

}  // namespace

double Report::kib_per_guest(std::int64_t kib) const {
    return static_cast<double>(kib - kib_before) / static_cast<double>(guests);
}

std::int64_t Report::grown_descriptors() const {
    return footprints.empty() ? 0 : footprints.back().descriptors - footprints[0].descriptors;
}

std::int64_t Report::grown_kib() const {
    return footprints.empty() ? 0 : footprints.back().kib - footprints[0].kib;
}

std::vector<std::string> Report::missed() const {
    std::vector<std::string> result;
    if (wrong > 0) result.emplace_back("outcomes");
    if (ratio_in_turn.wall > kRatioMost) result.emplace_back("ratio-in-turn");
    if (kib_per_guest(kib_most) > kKibPerGuestMost) result.emplace_back("memory");
    if (grown_descriptors() != 0) result.emplace_back("descriptors");
    if (static_cast<double>(grown_kib()) > kGrowthKibPerGuestMost * static_cast<double>(guests))
        result.emplace_back("growth");
    return result;
}

void Report::print() const {
    std::printf("%d guests; one process, one thread\n\n  %-34s %12s %12s\n",
                static_cast<int>(guests), "all at once", "time", "processor");
    for (const auto& [name, cost] : sweeps) print_cost(name, cost);
    print_cost("bare echo (median)", echo);
    print_cost("bare echo, one after the other", echo_in_turn);
    print_cost("the same questions, bare", echo_of_status);
    print_cost("status (median)", status);
    std::printf("\n  status / sum of bare echoes: %.2f in time (at most %.0f)\n",
                ratio_in_turn.wall, kRatioMost);
    std::printf("  status / bare echo, all at once: %.2f in time, %.2f in processor time\n",
                ratio.wall, ratio.processor);
    std::printf("  status / the same questions, bare: %.2f in time\n", ratio_of_status.wall);
    std::printf("  memory a guest: %.1f KiB connected, %.1f KiB at most (at most %.0f)\n",
                kib_per_guest(kib_connected), kib_per_guest(kib_most), kKibPerGuestMost);
    for (const Footprint& at : footprints)
        std::printf("  after %3d rounds: %lld KiB, %lld descriptors\n", at.rounds,
                    static_cast<long long>(at.kib), static_cast<long long>(at.descriptors));
    if (wrong > 0) std::printf("  %zu wrong, the first: %s\n", wrong, first_wrong.c_str());
    for (const std::string& what : missed()) std::printf("  MISSED: %s\n", what.c_str());
}

void Report::print_json() const {
    Json result = Json::object({{"guests", guests},
                                {"echo", to_json(echo)},
                                {"echo-in-turn", to_json(echo_in_turn)},
                                {"status", to_json(status)},
                                {"ratio", ratio.wall},
                                {"processor-ratio", ratio.processor},
                                {"ratio-in-turn", ratio_in_turn.wall},
                                {"ratio-of-status", ratio_of_status.wall},
                                {"connected-kib-per-guest", kib_per_guest(kib_connected)},
                                {"kib-per-guest", kib_per_guest(kib_most)},
                                {"grown-kib", grown_kib()},
                                {"grown-descriptors", grown_descriptors()},
                                {"wrong", static_cast<std::int64_t>(wrong)},
                                {"first-wrong", first_wrong}});
    Json all_sweeps = Json::object(), all_footprints = Json::array(), all_missed = Json::array();
    for (const auto& [name, cost] : sweeps) all_sweeps.set(name, to_json(cost));
    for (const Footprint& footprint : footprints) all_footprints.append(to_json(footprint));
    for (const std::string& what : missed()) all_missed.append(what);
    result.set("sweeps", all_sweeps).set("footprints", all_footprints).set("missed", all_missed);
    std::puts(result.dump().c_str());
}

}  // namespace hypnos::fleet
