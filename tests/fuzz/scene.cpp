// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "scene.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "far_end.hpp"
#include "hypnos/guest.hpp"
#include "hypnos/loop.hpp"
#include "hypnos/protocol/reader.hpp"
#include "hypnos/report.hpp"
#include "hypnos/timeline.hpp"
#include "input.hpp"

namespace hypnos::fuzz {
namespace {

using namespace std::chrono_literals;

constexpr const char* kGreeting = "{\"QMP\":{}}\n";
constexpr int kTurns = 400;
constexpr int kStepsMost = 64;
constexpr std::array kEvents = {
    "SUSPEND",           "WAKEUP",         "SUSPEND_DISK",
    "SHUTDOWN",          "RESET",          events::kReady,
    events::kSuspending, events::kResumed, events::kSuspendFailed,
    events::kImageLost,  "POWERDOWN",      "",
};
constexpr std::array kStates = {"running", "suspended", "shutdown", "paused", "?"};

/// Of sockets; goes with the process.
class Home {
  public:
    Home() {
        if (mkdtemp(path_.data()) == nullptr) std::abort();
    }
    ~Home() { rmdir(path_.c_str()); }
    [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }

  private:
    std::string path_ = "/tmp/hypnos-fuzz-XXXXXX";
};

const Home& home() {
    static const Home one;
    return one;
}

[[noreturn]] void wrong(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::abort();
}

/// What hypnosctl --json prints must be JSON, whatever the guest put into it.
void must_be_readable(const Json& json) {
    const std::string text = json.dump();
    if (!read_json(text)) wrong("this is no JSON: " + text);
}

void must_be_printable(const std::string& text) {
    for (const char c : text) {
        if (c != '\n' && (c < ' ' || c > '~')) wrong("this is not for a terminal: " + text);
    }
}

/// Whatever the reports say, what is drawn of them is text.
void render(const Json& suspend, const Json& wake) {
    const Result<Timeline> timeline = make_timeline(suspend, wake);
    if (!timeline) return;
    must_be_printable(timeline_table(*timeline, 80, false));
    must_be_readable(timeline_json(*timeline));
    if (timeline_svg(*timeline).find('\x1b') != std::string::npos) wrong("an escape in the chart");
}

/// Members of an object, replaced by those in a text.
Json overlaid(const Json& object, const std::string& text) {
    Json result = Json::object();
    for (const std::string& name : object.names()) result.set(name, object[name]);
    const Result<Json> members = read_json(text);
    for (const std::string& name : members ? members->names() : std::vector<std::string>())
        result.set(name, (*members)[name]);
    return result;
}

class Scene {
  public:
    explicit Scene(Input input);
    std::string play();

  private:
    void begin();
    void suspend();
    void wake(bool others);
    void step();
    void act(Step what, FarEnd& end);
    void settle();
    bool look();
    void answer_honestly(FarEnd& end);
    void say_to(FarEnd& end, const std::string& text);
    [[nodiscard]] Json honest(const Question& question);
    [[nodiscard]] Json status() const;
    [[nodiscard]] Json record(const std::string& outcome, const std::string& more) const;
    void returns(FarEnd& end, const std::string& value);
    void fails(FarEnd& end);
    void event(FarEnd& end);
    [[nodiscard]] FarEnd* who(unsigned number);

    template <typename T>
    auto once();
    void check(const Result<SuspendReport>& report);
    void check(const Result<WakeReport>& report);
    void check(const GuestStatus& status);
    void check(const Result<PreflightReport>& report);
    void check(const Result<Json>& reply);
    void check(const Result<Balloon>&) {}

    Input input_;
    Verb verb_;
    unsigned choices_;
    MainContext context_;
    std::unique_ptr<FarEnd> qmp_, agent_, power_;
    std::string transaction_ = "?";
    int boot_ = 1;
    int waits_ = 0;
    std::string ended_;
    std::string state_ = "running";
    Json last_;
    bool qemu_said_asleep_ = false;
    std::optional<Guest> guest_;
    std::unique_ptr<Watch> watch_;
};

GuestSpec spec_of(const FarEnd* qmp, const FarEnd* agent, const FarEnd* power) {
    GuestSpec spec;
    if (qmp != nullptr) spec.qmp = home().file("q");
    if (agent != nullptr) spec.agent = home().file("a");
    if (power != nullptr) spec.power = home().file("p");
    return spec;
}

Scene::Scene(Input input)
    : input_(input),
      verb_(static_cast<Verb>(input_.byte() % (static_cast<int>(Verb::Last) + 1))),
      choices_(input_.byte()) {
    if ((choices_ & 4U) != 0) qmp_ = std::make_unique<FarEnd>(home().file("q"), kGreeting);
    if ((choices_ & 8U) != 0) agent_ = std::make_unique<FarEnd>(home().file("a"), "");
    if ((choices_ & 16U) != 0) power_ = std::make_unique<FarEnd>(home().file("p"), "");
    guest_.emplace(context_.get(), spec_of(qmp_.get(), agent_.get(), power_.get()));
}

std::string Scene::play() {
    if ((choices_ & 32U) != 0)
        watch_ = guest_->events(
            {.on_event = [](const WatchedEvent&) {}, .on_note = [](const std::string&) {}});
    begin();
    settle();
    for (int steps = 0; steps < kStepsMost && !input_.empty(); ++steps) step();
    return ended_;
}

template <typename T>
auto Scene::once() {
    return [this](const T& result) {
        if (!ended_.empty()) wrong("an operation ended twice");
        ended_ = "done";
        check(result);
    };
}

void Scene::begin() {
    const auto limit = (choices_ & 64U) != 0 ? 1ms : 10000ms;
    switch (verb_) {
        case Verb::Suspend:
            return suspend();
        case Verb::Wake:
            return wake(false);
        case Verb::WaitResumed:
            return wake(true);
        case Verb::Status:
            return guest_->status(limit, once<GuestStatus>());
        case Verb::Preflight:
            return guest_->preflight(SleepMode::Disk, limit, once<Result<PreflightReport>>());
        case Verb::Rehearse:
            return guest_->rehearse(limit, once<Result<Json>>());
        case Verb::Balloon:
            return guest_->balloon(limit, once<Result<Balloon>>());
    }
}

void Scene::suspend() {
    SuspendOptions options;
    options.mode = static_cast<SleepMode>((choices_ & 3U) % 3);
    if ((choices_ & 64U) != 0) options.limit = 1ms;
    guest_->suspend(options, once<Result<SuspendReport>>());
}

void Scene::wake(bool others) {
    WakeOptions options;
    if ((choices_ & 64U) != 0) options.limit = 1ms;
    if ((choices_ & 1U) != 0) options.balloon = std::int64_t{200} << 20;
    if ((choices_ & 2U) != 0) options.boot_id = "boot-1";
    others ? guest_->wait_resumed(options, once<Result<WakeReport>>())
           : guest_->wake(options, once<Result<WakeReport>>());
}

void Scene::check(const Result<SuspendReport>& report) {
    ended_ = report ? name_of(report->verdict.outcome) : "error";
    if (!report) return;
    const Json json = to_json("guest", SleepMode::Ram, *report);
    must_be_readable(json);
    render(json, Json());
    const bool slept = report->verdict.outcome == Outcome::Slept;
    if (slept && qmp_ && !qemu_said_asleep_)
        wrong("slept, and QEMU knew nothing of it: " + report->verdict.text);
    if (report->timeline.size() > 128) wrong("the timeline grows without end");
}

void Scene::check(const Result<WakeReport>& report) {
    if (!report) ended_ = "error";
    if (!report) return;
    must_be_readable(to_json("guest", *report));
    if (report->timeline.size() > 128) wrong("the timeline grows without end");
}

void Scene::check(const GuestStatus& status) {
    if (status.agent) must_be_readable(*status.agent);
}

void Scene::check(const Result<PreflightReport>& report) {
    if (report) must_be_readable(Json::array(report->findings));
}

void Scene::check(const Result<Json>& reply) {
    if (reply) must_be_readable(*reply);
}

bool Scene::look() {
    bool any = false;
    for (FarEnd* end : {qmp_.get(), agent_.get(), power_.get()}) any |= end && end->look();
    return any;
}

/// Until nothing moves any more.
void Scene::settle() {
    for (int turn = 0; turn < kTurns; ++turn) {
        const bool turned = g_main_context_iteration(context_.get(), FALSE) == TRUE;
        if (!look() && !turned) return;
    }
}

FarEnd* Scene::who(unsigned number) {
    const std::array ends = {qmp_.get(), agent_.get(), power_.get()};
    for (unsigned i = 0; i < ends.size(); ++i) {
        if (FarEnd* end = ends.at((number + i) % ends.size())) return end;
    }
    return nullptr;
}

void Scene::step() {
    const unsigned code = input_.byte();
    FarEnd* const end = who(code >> 4U & 3U);
    const auto what = static_cast<Step>((code & 15U) % (static_cast<unsigned>(Step::Last) + 1));
    const bool has_no_effect = what == Step::Honest && end && end->questions.empty();
    if (end == nullptr || has_no_effect) return;
    act(what, *end);
    settle();
}

void Scene::act(Step what, FarEnd& end) {
    switch (what) {
        case Step::Raw:
            return say_to(end, input_.text());
        case Step::Return:
            return returns(end, input_.text());
        case Step::Fail:
            return fails(end);
        case Step::Event:
            return event(end);
        case Step::Record: {
            const std::string outcome(kOutcomeNames.at(input_.byte() % kOutcomeNames.size()));
            last_ = record(outcome, input_.text());
            const char* name = outcome == "slept" ? events::kResumed : events::kSuspendFailed;
            return end.say(to_json(Event{name, last_, g_get_real_time()}).dump() + "\n");
        }
        case Step::HangUp:
            return end.hang_up();
        case Step::Honest:
            return answer_honestly(end);
        case Step::State:
            state_ = kStates.at(input_.byte() % kStates.size());
            return;
        case Step::Reboot:
            ++boot_;
            return;
        case Step::Wait:
            if ((choices_ & 64U) != 0 && ++waits_ == 1) usleep(2000);
            return;
        case Step::Cancel:
            return guest_->cancel();
        case Step::Repeat: {
            const unsigned times = input_.byte();
            const std::string text = input_.text();
            for (unsigned i = 0; i < times; ++i) say_to(end, text);
            return;
        }
    }
}

void Scene::say_to(FarEnd& end, const std::string& text) {
    if (&end == qmp_.get()) qemu_said_asleep_ = true;  // it may have: do not look into it
    end.say(text);
}

void Scene::returns(FarEnd& end, const std::string& value) {
    if (end.questions.empty()) return;
    const Question question = end.questions.front();
    end.questions.pop_front();
    say_to(end, "{\"return\":" + value + ",\"id\":" + question.id.dump() + "}\n");
}

void Scene::fails(FarEnd& end) {
    const std::string outcome(kOutcomeNames.at(input_.byte() % kOutcomeNames.size()));
    const std::string why = input_.text();
    if (end.questions.empty()) return;
    const Json data = Json::object({{"outcome", outcome}});
    end.say(error_reply({ErrorCode::Generic, why, data}, end.questions.front().id).dump() + "\n");
    end.questions.pop_front();
}

void Scene::event(FarEnd& end) {
    const char* name = kEvents.at(input_.byte() % kEvents.size());
    const std::int64_t age = std::int64_t{input_.byte()} * 1'000'000;
    const std::string data = input_.text();
    const std::int64_t us = g_get_real_time() - age;
    // Data that is no JSON may be anything, also the end of this event.
    const bool holds = data.empty() || read_json(data).has_value();
    if (&end == qmp_.get() && (age == 0 || !holds)) qemu_said_asleep_ = true;
    end.say("{\"event\":\"" + std::string(name) + "\",\"data\":" + (data.empty() ? "{}" : data) +
            ",\"timestamp\":{\"seconds\":" + std::to_string(us / 1'000'000) +
            ",\"microseconds\":" + std::to_string(us % 1'000'000) + "}}\n");
}

Json Scene::record(const std::string& outcome, const std::string& more) const {
    const Json data = Json::object({{"transaction", transaction_},
                                    {"boot-id", "boot-" + std::to_string(boot_)},
                                    {"outcome", outcome},
                                    {"slept-ms", 5000}});
    return overlaid(data, more);
}

Json Scene::status() const {
    Json status = Json::object({{"state", "idle"},
                                {"boot-id", "boot-" + std::to_string(boot_)},
                                {"boottime-us", 60'000'000},
                                {"last-seq", 1}});
    if (!last_.is_null()) status.set("last", last_);
    return status;
}

Json Scene::honest(const Question& question) {
    const std::string& command = question.request.execute;
    if (command == "hypnos-suspend")
        transaction_ = question.request.arguments["transaction"].string().value_or("");
    if (command == "hypnos-status") return status();
    if (command == "guest-get-time") return g_get_real_time() * 1000;
    if (command == "query-status") {
        if (state_ == "suspended") qemu_said_asleep_ = true;
        return Json::object({{"status", state_}});
    }
    return Json::object({{"accepted", true}, {"actual", 1 << 28}, {"base-memory", 1 << 28}});
}

void Scene::answer_honestly(FarEnd& end) {
    for (const Question& question : std::exchange(end.questions, {})) {
        if (question.request.execute == "guest-sync-delimited")
            end.say("\xFF" + success_reply(question.request.arguments["id"], {}).dump() + "\n");
        else
            end.say(success_reply(honest(question), question.id).dump() + "\n");
    }
}

}  // namespace

std::string play(std::string_view bytes) { return Scene(Input(bytes)).play(); }

void draw(std::string_view bytes) {
    Input input(bytes);
    const Json step = Json::object({{"name", "requested"}, {"at-us", 1'000'000}});
    const Json phase = Json::object({{"name", "entering"}, {"boottime-us", 1'000'000}});
    const Json record =
        Json::object({{"outcome", "slept"}, {"phases", Json::array({phase, phase})}});
    Json suspend = Json::object({{"guest", "g"},
                                 {"verb", "suspend"},
                                 {"outcome", "slept"},
                                 {"mode", "disk"},
                                 {"transaction", "t"},
                                 {"timeline", Json::array({step, step})}});
    suspend = overlaid(suspend.set("record", overlaid(record, input.text())), input.text());
    Json wake = overlaid(suspend, "{\"verb\":\"wake\"}");
    wake = overlaid(wake.set("record", overlaid(record, input.text())), input.text());
    render(suspend, input.byte() % 2 == 0 ? wake : Json());
}

}  // namespace hypnos::fuzz
