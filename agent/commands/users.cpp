// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <string.h>

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/core/base64.hpp"
#include "agent/core/password_line.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {
namespace {

std::vector<std::vector<std::string>> chpasswd(bool crypted) {
    std::vector<std::vector<std::string>> programs;
    for (const char* directory : {"/usr/sbin", "/sbin", "/usr/bin", "/bin"}) {
        programs.push_back({std::string(directory) + "/chpasswd"});
        if (crypted) programs.back().emplace_back("-e");
    }
    return programs;
}

void wipe(std::string& secret) { explicit_bzero(secret.data(), secret.size()); }

void set_password(const Context& context, const std::string& line, bool crypted) {
    context.session.hold(context.caller);
    context.agent.passwords().run({.failure = "child process has failed to set user password",
                                   .programs = chpasswd(crypted),
                                   .input = line,
                                   .success = Json::object()},
                                  context.caller);
}

CommandResult take(const Context& context, PasswordWish& wish) {
    Result<std::string> line = password_line(wish);
    wipe(wish.password);
    if (!line) return fail(line.error());
    g_message("guest-set-user-password: user %s", in_quotes(wish.user).c_str());
    set_password(context, *line, wish.crypted);
    wipe(*line);
    return std::nullopt;
}

}  // namespace

CommandResult guest_set_user_password(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    PasswordWish wish;
    wish.user = given.string("username");
    const Result<std::string> password = base64_decode(given.string("password"));
    wish.crypted = given.boolean("crypted");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    if (!password) return fail(password.error());
    wish.password = *password;
    return take(context, wish);
}

}  // namespace hypnos::agent::commands
