// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/bus/block_inhibitors.hpp"

#include <string_view>

#include "sleep/system/bus/logind_names.hpp"

namespace hypnos::sleep {
namespace {

constexpr const char* kListType = "(a(ssssuu))";

/// `what` is a list with colons.
bool concerns_sleep(std::string_view what) {
    return (":" + std::string(what) + ":").find(":sleep:") != std::string::npos;
}

/// systemd 257 calls "block-weak" what "block" was before: root need not mind.
bool blocks(std::string_view mode) { return mode == "block" || mode == "block-weak"; }

/// Of an answer of kListType.
std::vector<Inhibitor> inhibitors_in(GVariant* list) {
    std::vector<Inhibitor> found;
    const char *what = nullptr, *who = nullptr, *why = nullptr, *mode = nullptr;
    guint32 uid = 0, pid = 0;
    GVariantIter* each = nullptr;
    g_variant_get(list, kListType, &each);
    while (g_variant_iter_next(each, "(&s&s&s&suu)", &what, &who, &why, &mode, &uid, &pid) ==
           TRUE) {
        if (concerns_sleep(what) && blocks(mode))
            found.push_back({who, why, static_cast<int>(pid)});
    }
    g_variant_iter_free(each);
    return found;
}

}  // namespace

std::vector<Inhibitor> block_inhibitors(const Root& root, BlockingBus::Limit limit) {
    if (!has_bus(root)) return {};
    const Result<BlockingBus> bus = BlockingBus::connect(root, limit);
    if (!bus) return {};
    const Result<BlockingBus::Answer> list = bus->call(
        {logind::kName, logind::kPath, logind::kInterface, "ListInhibitors"}, nullptr, kListType);
    return list ? inhibitors_in(list->get()) : std::vector<Inhibitor>();
}

}  // namespace hypnos::sleep
