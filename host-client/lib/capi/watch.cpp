// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "capi/watch.hpp"

namespace hypnos::capi {
namespace {

Json to_json(const std::string& guest, const WatchedEvent& watched) {
    return Json::object({{"guest", guest},
                         {"port", watched.port},
                         {"at-us", watched.at.count()},
                         {"event", watched.event.name},
                         {"data", watched.event.data},
                         {"realtime-us", watched.event.realtime_us}});
}

}  // namespace
}  // namespace hypnos::capi

hypnos_watch::hypnos_watch(hypnos_guest& guest, hypnos_event event, void* data)
    : loop_(guest.loop), guest_(guest.guest.spec().name), event_(event), data_(data) {
    watch_ = guest.guest.events(
        {.on_event = [this](const hypnos::WatchedEvent& watched) { tell(watched); },
         .on_note = nullptr});
}

void hypnos_watch::tell(const hypnos::WatchedEvent& watched) {
    if (freed_) return;
    ++calling_;
    event_(hypnos::capi::to_json(guest_, watched).dump().c_str(), data_);
    --calling_;
    if (freed_ && calling_ == 0) loop_.ended.emplace_back(this);
}

void hypnos_watch::free() {
    freed_ = true;
    if (calling_ == 0) delete this;
}

hypnos_watch* hypnos_guest_watch(hypnos_guest* guest, hypnos_event event, void* data) {
    return new hypnos_watch(*guest, event, data);
}

void hypnos_watch_free(hypnos_watch* watch) {
    if (watch != nullptr) watch->free();
}
