// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What the two reports say that a timeline is made of, checked and limited: they quote a guest, and
// come from files. What cannot be becomes a note. Pure.
//
//   step    a moment that the host saw, by the host's clock
//   phase   a moment that the guest's agent told, by the guest's clock
//   anchor  one moment by both clocks

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"
#include "timeline/words.hpp"

namespace hypnos::chart {

/// Named points of one clock, in the order of the report.
class Moments {
  public:
    using Entry = std::pair<std::string, Micros>;

    Moments() = default;
    explicit Moments(std::vector<Entry> entries) : entries_(std::move(entries)) {}

    void add(const std::string& name, Micros at) { entries_.emplace_back(name, at); }
    [[nodiscard]] std::optional<Micros> first(std::string_view name) const;
    [[nodiscard]] std::optional<Micros> last(std::string_view name) const;
    /// Of the first of these names that is there.
    [[nodiscard]] std::optional<Micros> first_of(
        std::initializer_list<std::string_view> names) const;
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

  private:
    std::vector<Entry> entries_;
};

struct HookRun {
    std::string name, result;
    bool pre = false;
    Micros took{};
};

struct Anchor {
    Micros host{}, guest{}, error{};
};

struct Evidence {
    std::string guest, mode, outcome;
    bool woken = false;  ///< there is a wake report
    bool has_record = false;
    bool slept = false;     ///< the host's word, or the guest's where the host has none
    bool lost = false;      ///< the guest booted afresh
    Moments going, coming;  ///< steps of the suspend report, of the wake report
    Moments phases;
    std::vector<HookRun> hooks;
    std::vector<Anchor> before, after;  ///< of the suspend report, of the wake report
    std::vector<std::string> notes;
};

[[nodiscard]] Result<Evidence> read_evidence(const Json& suspend, const Json& wake);

}  // namespace hypnos::chart
