// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "examining.hpp"

#include "fleet_run.hpp"
#include "hypnos/report.hpp"
#include "selecting.hpp"

namespace hypnos::cli {
namespace {

std::string in_one_line(const Json& finding) {
    return plain(finding["severity"]) + " " + plain(finding["code"]) + " (" +
           plain(finding["subject"]) + "): " + plain(finding["hint"]);
}

void print(const std::string& name, SleepMode mode, const PreflightReport& report) {
    const std::string verdict = report.works ? "could sleep" : "could not sleep";
    print_line(printable(name + ": " + verdict + " (" + std::string(name_of(mode)) + ")"));
    for (const Json& finding : report.findings) print_line("  " + printable(in_one_line(finding)));
}

/// The words are printed with the findings; what is left to tell is the exit status.
class Examination {
  public:
    Examination(GMainContext* context, const std::vector<GuestSpec>& specs,
                const ExamineChoices& choices)
        : choices_(choices), names_(names_of(specs)), guests_(make_guests(context, specs)) {}

    void start(std::size_t index, const FleetRun::Ended& ended) {
        guests_[index]->preflight(
            choices_.mode, choices_.limit,
            [this, index, ended](const auto& report) { ended(tell(names_[index], report)); });
    }

  private:
    Told tell(const std::string& name, const Result<PreflightReport>& report) const {
        if (!report) return failed(name, "preflight", report.error());
        if (!choices_.json) print(name, choices_.mode, *report);
        return {report->works ? Exit::Done : Exit::Refused, report->works ? "works" : "blocked",
                std::to_string(report->findings.size()) + " findings",
                to_json(name, choices_.mode, *report)};
    }

    ExamineChoices choices_;
    std::vector<std::string> names_;
    Guests guests_;
};

}  // namespace

Exit examine(GMainContext* context, const std::vector<GuestSpec>& specs, const FleetOptions& order,
             const ExamineChoices& choices) {
    // Asking disturbs nobody: all of them, whatever the others say.
    auto plan = FleetPlan::make(names_of(specs), {{}, order.parallel, OnFailure::Continue});
    if (!plan) return complain(plan.error());
    Examination examination(context, specs, choices);
    Teller teller(names_of(specs), choices.json);
    Interrupt interrupt(context);
    FleetRun run(context, *plan, teller, interrupt,
                 [&](std::size_t index, const auto& ended) { examination.start(index, ended); });
    run.run();
    run.tell_skipped(names_of(specs), "preflight");
    return teller.finish();
}

}  // namespace hypnos::cli
