// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A sleep told in order: going to sleep, asleep, coming back. All moments are by the host's clock
// until the story ends. Pure.

#pragma once

#include <optional>
#include <string>

#include "hypnos/timeline.hpp"
#include "timeline/guest_clock.hpp"

namespace hypnos::chart {

using Moment = std::optional<Micros>;

class Story {
  public:
    explicit Story(const Evidence& evidence);
    [[nodiscard]] Timeline tell();

  private:
    void going();
    void kernel_goes();
    void machine_goes();
    void asleep();
    void coming();
    void machine_comes();
    void event();
    void missing();
    void limit_notes();

    [[nodiscard]] Moment seen_asleep() const;
    [[nodiscard]] Moment slept_at() const;
    [[nodiscard]] Moment awake_at() const;
    [[nodiscard]] Moment event_at() const;
    [[nodiscard]] Moment guest(const char* phase) const { return placed_.phases.first(phase); }
    [[nodiscard]] Moment zero() const;

    struct Name {
        Side side;
        std::string name, label;
    };
    void add(const Name& name, Moment start, Moment end);
    void note(const std::string& text) { timeline_.notes.push_back(text); }
    void count_from(Micros zero);

    const Evidence& evidence_;
    Placed placed_;
    Timeline timeline_;
    Moment slept_at_, awake_at_;
};

}  // namespace hypnos::chart
