// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet/names.hpp"

#include <fnmatch.h>
#include <glib.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "spelling.hpp"

namespace hypnos {
namespace {

using Names = std::vector<std::string>;

std::string host_of(const std::string& uri) {
    const std::unique_ptr<GUri, decltype(&g_uri_unref)> parsed(
        g_uri_parse(uri.c_str(), G_URI_FLAGS_NONE, nullptr), g_uri_unref);
    if (parsed == nullptr && !uri.empty()) return uri;
    const char* host = parsed == nullptr ? nullptr : g_uri_get_host(parsed.get());
    return host == nullptr || *host == '\0' ? "localhost" : host;
}

bool has_slash(const std::string& text) { return text.find('/') != text.npos; }

std::string without_host(const std::string& name) { return name.substr(name.find('/') + 1); }

bool is_pattern(const std::string& word) { return word.find_first_of("*?[\\") != word.npos; }

Names filtered(const Names& names, const std::function<bool(const std::string&)>& fits) {
    Names result;
    std::copy_if(names.begin(), names.end(), std::back_inserter(result), fits);
    return result;
}

Names fitting(const std::string& pattern, const Names& names) {
    return filtered(names, [&](const std::string& name) {
        const std::string text = has_slash(pattern) ? name : without_host(name);
        return fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
    });
}

Names called(const std::string& word, const Names& names) {
    if (std::find(names.begin(), names.end(), word) != names.end()) return {word};
    return filtered(names, [&](const std::string& name) { return without_host(name) == word; });
}

std::string near_names(const std::string& word, const Names& names) {
    if (has_slash(word)) return did_you_mean(word, names);
    Names known;
    std::transform(names.begin(), names.end(), std::back_inserter(known), without_host);
    return did_you_mean(word, known);
}

std::string joined(const Names& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
    return text;
}

}  // namespace

std::vector<std::string> host_names(const std::vector<std::string>& uris) {
    Names result;
    std::map<std::string, int> bearers;
    for (const std::string& uri : uris) {
        const std::string host = host_of(uri);
        const int number = ++bearers[host];
        result.push_back(number == 1 ? host : host + "#" + std::to_string(number));
    }
    return result;
}

Result<std::vector<std::string>> meant_by(const std::string& word, const Names& names,
                                          const std::string& where) {
    const Names exact = called(word, names);
    if (exact.size() > 1)
        return fail(ErrorCode::Usage,
                    "'" + word + "' could be any of " + joined(exact) + "; say which");
    if (!exact.empty()) return exact;
    if (!is_pattern(word))
        return fail(ErrorCode::Usage,
                    "there is no guest '" + word + "' " + where + near_names(word, names));
    Names found = fitting(word, names);
    if (found.empty())
        return fail(ErrorCode::Usage, "no guest's name fits '" + word + "' " + where);
    return found;
}

}  // namespace hypnos
