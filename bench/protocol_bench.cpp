// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a message costs on its way in and out, without any system call.

#include <benchmark/benchmark.h>

#include "agent/core/event_log.hpp"
#include "hypnos/protocol/framer.hpp"
#include "hypnos/protocol/message.hpp"
#include "hypnos/protocol/reader.hpp"

namespace hypnos {
namespace {

constexpr const char* kPing = R"({"execute":"guest-ping","id":"7f2d05eb"})";

void round_trip_of_a_ping(benchmark::State& state) {
    Framer framer;
    for (auto _ : state) {
        framer.push(kPing);
        const Json message = *read_json(**framer.next());
        benchmark::DoNotOptimize(parse_request(message));
        benchmark::DoNotOptimize(success_reply(Json::object(), request_id(message)).dump());
    }
}
BENCHMARK(round_trip_of_a_ping);

void read_a_string(benchmark::State& state) {
    const std::string text = '"' + std::string(static_cast<std::size_t>(state.range(0)), 'x') + '"';
    for (auto _ : state) benchmark::DoNotOptimize(read_json(text));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(read_a_string)->Range(64, 1 << 19);

void log_an_event(benchmark::State& state) {
    agent::EventLog log;
    for (auto _ : state)
        benchmark::DoNotOptimize(log.add({"HYPNOS_RESUMED", Json::object({{"slept-ms", 5}}), 0}));
}
BENCHMARK(log_an_event);

}  // namespace
}  // namespace hypnos

BENCHMARK_MAIN();
