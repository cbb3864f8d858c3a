// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet/directory.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "fleet/domains.hpp"
#include "fleet/guests_d.hpp"
#include "fleet/names.hpp"
#include "libvirt/libvirt.hpp"

namespace hypnos {
namespace {

using Names = std::vector<std::string>;

bool is_spec(const std::string& word) { return word.find('=') != word.npos; }

template <typename T>
Result<std::unique_ptr<Catalogue>> boxed(Result<T> catalogue) {
    if (!catalogue) return fail(catalogue.error());
    return std::make_unique<T>(*std::move(catalogue));
}

Result<std::unique_ptr<Catalogue>> open(const Selection& selection, const ListDomains& list) {
    if (selection.connect.empty()) return boxed(GuestsD::open(selection.guests_d, list));
    return boxed(Domains::ask(selection.connect, list));
}

/// Guests as they are chosen, each once: two words, or two files, may mean the same.
class Chosen {
  public:
    void add(GuestSpec guest) {
        if (seen_.emplace(guest.qmp, guest.agent, guest.power, guest.uri, guest.domain).second)
            guests_.push_back(std::move(guest));
    }
    [[nodiscard]] Result<void> add(const Names& names, Catalogue& catalogue) {
        for (const std::string& name : names) {
            Result<GuestSpec> guest = catalogue.guest(name);
            if (!guest) return fail(guest.error());
            add(*std::move(guest));
        }
        return {};
    }
    [[nodiscard]] std::vector<GuestSpec> take() { return std::move(guests_); }

  private:
    using Identity = std::tuple<std::string, std::string, std::string, std::string, std::string>;
    std::set<Identity> seen_;
    std::vector<GuestSpec> guests_;
};

/// `catalogue` is null if no word needs it.
Result<void> choose(const std::string& word, Catalogue* catalogue, Chosen& chosen) {
    if (is_spec(word)) {
        Result<GuestSpec> guest = parse_guest_spec(word);
        if (!guest) return fail(guest.error());
        return chosen.add(*std::move(guest)), Result<void>();
    }
    const Result<Names> meant = meant_by(word, catalogue->names(), catalogue->where());
    return meant ? chosen.add(*meant, *catalogue) : fail(meant.error());
}

}  // namespace

Result<std::vector<GuestSpec>> select_guests(const Selection& selection, const ListDomains& list) {
    std::unique_ptr<Catalogue> catalogue;
    const Names& words = selection.words;
    if (selection.all || !std::all_of(words.begin(), words.end(), is_spec)) {
        Result<std::unique_ptr<Catalogue>> opened = open(selection, list);
        if (!opened) return fail(opened.error());
        catalogue = *std::move(opened);
    }
    Chosen chosen;
    for (const std::string& word : words) {
        if (const Result<void> done = choose(word, catalogue.get(), chosen); !done)
            return fail(done.error());
    }
    if (selection.all) {
        if (const Result<void> done = chosen.add(catalogue->names(), *catalogue); !done)
            return fail(done.error());
    }
    return chosen.take();
}

Result<std::vector<GuestSpec>> select_guests(const Selection& selection) {
    return select_guests(selection, libvirt::list_domains);
}

}  // namespace hypnos
