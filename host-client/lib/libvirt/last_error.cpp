// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/last_error.hpp"

#include <libvirt/virterror.h>

namespace hypnos::libvirt {
namespace {

constexpr const char* kNameUri = "; name a connection that is there, for example qemu:///system";
constexpr const char* kNoAccess =
    "; be root or a member of the group libvirt there, or see libvirt's auth.conf";

// Any driver may say anything: advice is given only where it fits whatever the text says.
const char* advice(int code) {
    switch (code) {
        case VIR_ERR_NO_CONNECT:
        case VIR_ERR_CONFIG_UNSUPPORTED:
        case VIR_ERR_INVALID_ARG:
            return kNameUri;
        case VIR_ERR_SYSTEM_ERROR:
        case VIR_ERR_RPC:
            return "; see whether libvirtd runs there and lets you in, and whether the URI is "
                   "right";
        case VIR_ERR_AUTH_FAILED:
        case VIR_ERR_AUTH_CANCELLED:
        case VIR_ERR_AUTH_UNAVAILABLE:
        case VIR_ERR_ACCESS_DENIED:
            return kNoAccess;
        case VIR_ERR_NO_DOMAIN:
            return "; 'virsh list --all' shows those that are there";
        default:
            return "";
    }
}

}  // namespace

Error last_error(ErrorCode code, const std::string& tried) {
    const virError* error = virGetLastError();
    if (error == nullptr || error->message == nullptr) return {code, tried + ": libvirt failed"};
    return {code, tried + ": " + error->message + advice(error->code)};
}

}  // namespace hypnos::libvirt
