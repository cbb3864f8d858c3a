// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "seeds.hpp"

namespace hypnos::fuzz {
namespace {

constexpr unsigned kQmp = 0, kAgent = 1, kPower = 2;
constexpr unsigned kAllPorts = 4 + 8 + 16;

class Script {
  public:
    Script(Verb verb, unsigned choices) { add(static_cast<unsigned>(verb)).add(choices); }

    Script& does(Step what, unsigned who) { return add(static_cast<unsigned>(what) + (who << 4U)); }
    Script& add(unsigned byte) {
        bytes_ += static_cast<char>(byte);
        return *this;
    }
    Script& text(const std::string& text) {
        add(static_cast<unsigned>(text.size()));
        bytes_ += text;
        return *this;
    }
    /// Everybody answers everything, often enough for any operation to get to its point.
    Script& honestly(int rounds = 6) {
        for (int i = 0; i < rounds; ++i) {
            for (const unsigned who : {kQmp, kAgent, kPower}) does(Step::Honest, who);
        }
        return *this;
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_;
};

Script suspending(unsigned mode, unsigned ports) {
    return Script(Verb::Suspend, mode + ports).honestly();
}

void add_suspends(std::vector<std::string>& all, unsigned mode) {
    for (const unsigned ports : {kAllPorts, 4U + 8U, 8U, 16U, kAllPorts + 32U}) {
        const unsigned event = mode == 1 ? 2 : 0;
        all.push_back(
            suspending(mode, ports).does(Step::Event, kQmp).add(3).add(0).text("").bytes());
        all.push_back(suspending(mode, ports)
                          .does(Step::Event, kQmp)
                          .add(event)
                          .add(0)
                          .text("")
                          .does(Step::Event, kQmp)
                          .add(3)
                          .add(0)
                          .text("{\"guest\":true}")
                          .does(Step::HangUp, kQmp)
                          .bytes());
        all.push_back(suspending(mode, ports)
                          .does(Step::Record, kPower)
                          .add(0)
                          .text("{\"phases\":[]}")
                          .honestly(2)
                          .bytes());
        all.push_back(suspending(mode, ports)
                          .does(Step::HangUp, kAgent)
                          .does(Step::HangUp, kPower)
                          .does(Step::Cancel, kQmp)
                          .honestly(3)
                          .bytes());
        all.push_back(Script(Verb::Suspend, mode + ports)
                          .honestly(2)
                          .does(Step::Return, kAgent)
                          .text("{\"boot-id\":7,\"last\":[]}")
                          .does(Step::Fail, kAgent)
                          .add(1)
                          .text("no")
                          .does(Step::Raw, kAgent)
                          .text("{\"return\":{},\"id\":1e308}\n")
                          .honestly(2)
                          .bytes());
        all.push_back(Script(Verb::Suspend, mode + ports + 64)
                          .honestly(4)
                          .does(Step::Wait, kQmp)
                          .honestly(2)
                          .bytes());
    }
}

}  // namespace

std::vector<std::string> seeds() {
    std::vector<std::string> all;
    for (unsigned mode = 0; mode < 3; ++mode) add_suspends(all, mode);
    for (const Verb verb : {Verb::Wake, Verb::WaitResumed, Verb::Status, Verb::Preflight,
                            Verb::Rehearse, Verb::Balloon}) {
        for (const unsigned choices :
             {kAllPorts, kAllPorts + 3, 4U + 8U, 16U, 4U, kAllPorts + 96}) {
            all.push_back(Script(verb, choices).honestly().bytes());
            all.push_back(Script(verb, choices)
                              .does(Step::State, kQmp)
                              .add(1)
                              .honestly(3)
                              .does(Step::Event, kQmp)
                              .add(1)
                              .add(0)
                              .text("{}")
                              .does(Step::Record, kPower)
                              .add(8)
                              .text("{\"slept-ms\":-1}")
                              .does(Step::Reboot, kQmp)
                              .honestly(4)
                              .bytes());
        }
    }
    all.push_back(suspending(0, kAllPorts)
                      .does(Step::Repeat, kPower)
                      .add(255)
                      .text("{\"event\":\"HYPNOS_RESUMED\",\"data\":{}}")
                      .bytes());
    return all;
}

std::vector<std::string> drawings() {
    const auto text = [](const std::string& words) {
        return static_cast<char>(words.size()) + words;
    };
    const std::string hooks =
        text(R"({"hooks":[{"name":"a","phase":"pre","ms":9e9,"result":"ok"}]})");
    const std::string phases = text(
        R"({"phases":[{"name":"requested","boottime-us":9223372036854775807},{"name":"returned","boottime-us":-1}]})");
    const std::string anchors =
        text(R"({"anchors":[{"host-us":1000000,"guest-us":-5,"error-us":9223372036854775807}]})");
    const std::string steps =
        text("{\"timeline\":[{\"name\":\"SUSPEND\\u001b[31m\",\"at-us\":-9223372036854775808}]}");
    return {hooks + anchors + phases + steps, phases + steps + hooks + anchors,
            std::string(5, '\0')};
}

const std::vector<std::string>& words() {
    static const std::vector<std::string> all = {
        "{\"return\":",
        "\"id\":",
        "{\"event\":\"SUSPEND\"",
        "\"status\":\"suspended\"",
        "\xFF",
        "\"outcome\":\"slept\"",
        "\"boot-id\":\"boot-1\"",
        "\"transaction\":",
        "[[[[[[[[",
        "}}}}",
        "1e308",
        "9223372036854775808",
        "-9223372036854775808",
        "null",
        "\"\\ud800\"",
        "\n",
        "\"phases\":[{\"name\":\"returned\",\"boottime-us\":",
        "{\"QMP\":{}}",
        "\"boottime-us\":",
        "{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"\"}",
        "\"last\":",
        "\"state\":\"idle\""};
    return all;
}

}  // namespace hypnos::fuzz
