// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "capi/error.hpp"
#include "capi/options.hpp"
#include "capi/spec.hpp"
#include "hypnos/directory.hpp"

namespace hypnos::capi {
namespace {

Result<Selection> read_selection(const char* text) {
    const Result<Json> object = text == nullptr
                                    ? fail(ErrorCode::Usage, "selection: a JSON object is needed")
                                    : read_object("selection", text);
    if (!object) return fail(object.error());
    Options options("selection", *object);
    Selection selection{.words = options.texts("words"),
                        .all = options.flag("all", false),
                        .connect = options.texts("connect")};
    if (const std::string path = options.text("guests-d"); !path.empty()) selection.guests_d = path;
    if (const Result<void> good = options.finish(); !good) return fail(good.error());
    return selection;
}

Result<std::string> select(const char* text) {
    const Result<Selection> selection = read_selection(text);
    if (!selection) return fail(selection.error());
    const Result<std::vector<GuestSpec>> specs = select_guests(*selection);
    if (!specs) return fail(specs.error());
    Json result = Json::array();
    for (const GuestSpec& spec : *specs) result.append(to_json(spec));
    return result.dump();
}

}  // namespace
}  // namespace hypnos::capi

char* hypnos_select(const char* selection, hypnos_error** error) {
    const hypnos::Result<std::string> specs = hypnos::capi::select(selection);
    if (specs) return hypnos::capi::owned_text(*specs);
    hypnos::capi::set_error(error, specs.error());
    return nullptr;
}
