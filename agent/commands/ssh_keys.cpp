// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The keys by which users of the guest may log in. All is done with the user's own rights.

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/commands/jobs.hpp"
#include "agent/core/authorized_keys.hpp"
#include "agent/system/ssh/key_file.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {
namespace {

/// Runs `work` with that user's rights.
template <typename Work>
CommandResult as_user(const Context& context, const std::string& name, Work work) {
    return run_job(context, "reach the ssh keys of " + in_quotes(name),
                   [root = context.agent.root(), name, work]() -> Result<Json> {
                       const Result<User> user = find_user(root, name);
                       if (!user) return fail(user.error());
                       if (Result<void> taken = take_rights_of(*user); !taken)
                           return fail(taken.error());
                       return work(*user);
                   });
}

Result<void> check_keys(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
        if (Result<void> checked = check_key(key); !checked) return checked;
    }
    return {};
}

Result<Json> done(const Result<void>& result) {
    return result.map([] { return Json::object(); });
}

Result<Json> get_keys(const User& user) {
    return KeyFile::open(user)
        .and_then([](const KeyFile& file) { return file.read(); })
        .map([](const std::string& text) {
            Json keys = Json::array();
            for (const std::string& key : keys_in(text)) keys.append(key);
            return Json::object({{"keys", keys}});
        });
}

Result<Json> add_keys(const User& user, const std::vector<std::string>& keys, bool reset) {
    const Result<KeyFile> file = KeyFile::make(user);
    if (!file) return fail(file.error());
    const Result<std::string> text = reset ? std::string() : file->read_if_there();
    if (!text) return fail(text.error());
    return done(file->replace(with_keys(*text, keys)));
}

Result<Json> remove_keys(const User& user, const std::vector<std::string>& keys) {
    if (KeyFile::is_missing(user)) return Json::object();
    const Result<KeyFile> file = KeyFile::open(user);
    if (!file) return fail(file.error());
    const Result<std::string> text = file->read_if_there();
    if (!text) return fail(text.error());
    if (text->empty()) return Json::object();
    return done(file->replace(without_keys(*text, keys)));
}

}  // namespace

CommandResult guest_ssh_get_authorized_keys(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::string name = given.string("username");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return as_user(context, name, get_keys);
}

CommandResult guest_ssh_add_authorized_keys(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::string name = given.string("username");
    const std::vector<std::string> keys = given.strings("keys");
    const bool reset = given.optional_boolean("reset").value_or(false);
    Result<void> checked = given.finish();
    if (checked) checked = check_keys(keys);
    if (!checked) return fail(checked.error());
    return as_user(context, name,
                   [keys, reset](const User& user) { return add_keys(user, keys, reset); });
}

CommandResult guest_ssh_remove_authorized_keys(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::string name = given.string("username");
    const std::vector<std::string> keys = given.strings("keys");
    Result<void> checked = given.finish();
    if (checked) checked = check_keys(keys);
    if (!checked) return fail(checked.error());
    return as_user(context, name, [keys](const User& user) { return remove_keys(user, keys); });
}

}  // namespace hypnos::agent::commands
