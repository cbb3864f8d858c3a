// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/json.hpp"

#include <algorithm>

#include "text.hpp"

namespace hypnos {

struct Json::Array {
    std::vector<Json> elements;
};

/// Members in the order in which they came. A peer may send thousands: these are found by an index.
struct Json::Object {
    static constexpr std::size_t kFew = 8;

    struct Named {
        std::string name;
        Json value;
    };

    /// Its place in the index, or where it is to be.
    [[nodiscard]] std::size_t place_of(std::string_view name) const {
        const auto place = std::lower_bound(by_name.begin(), by_name.end(), name,
                                            [this](std::uint32_t index, std::string_view wanted) {
                                                return members[index].name < wanted;
                                            });
        return static_cast<std::size_t>(place - by_name.begin());
    }
    /// members.size() if there is none.
    [[nodiscard]] std::size_t find(std::string_view name) const {
        if (by_name.empty()) {
            const auto found = std::find_if(members.begin(), members.end(),
                                            [&](const Named& one) { return one.name == name; });
            return static_cast<std::size_t>(found - members.begin());
        }
        const std::size_t place = place_of(name);
        const bool there = place < by_name.size() && members[by_name[place]].name == name;
        return there ? by_name[place] : members.size();
    }

    void set(std::string name, Json value) {
        const std::size_t found = find(name);
        if (found < members.size()) {
            members[found].value = std::move(value);
            return;
        }
        if (members.empty()) members.reserve(kFew);
        members.push_back({std::move(name), std::move(value)});
        if (members.size() > kFew) extend_index();
    }
    void extend_index() {
        for (auto i = static_cast<std::uint32_t>(by_name.size()); i < members.size(); ++i) {
            const auto place = static_cast<std::ptrdiff_t>(place_of(members[i].name));
            by_name.insert(by_name.begin() + place, i);
        }
    }

    std::vector<Named> members;
    std::vector<std::uint32_t> by_name;  // empty while there are few
};

Json::Json(std::string value) : value_(make_utf8(std::move(value))) {}

Json Json::object(std::initializer_list<Member> members) {
    Json result;
    result.value_ = std::make_shared<Object>();
    for (const auto& [name, value] : members) result.set(name, value);
    return result;
}

Json Json::array(const std::vector<Json>& elements) {
    Json result;
    result.value_ = std::make_shared<Array>(Array{elements});
    return result;
}

Json::Type Json::type() const {
    static constexpr Type kTypes[] = {Type::Null,   Type::Boolean, Type::Integer, Type::Real,
                                      Type::String, Type::Array,   Type::Object};
    return kTypes[value_.index()];
}

std::optional<bool> Json::boolean() const {
    const auto* value = std::get_if<bool>(&value_);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<std::int64_t> Json::integer() const {
    const auto* value = std::get_if<std::int64_t>(&value_);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<std::string> Json::string() const {
    const auto* value = std::get_if<std::string>(&value_);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

Json Json::operator[](std::string_view name) const {
    const auto* object = std::get_if<std::shared_ptr<Object>>(&value_);
    if (object == nullptr) return {};
    const std::size_t found = (*object)->find(name);
    return found < (*object)->members.size() ? (*object)->members[found].value : Json();
}

bool Json::has(std::string_view name) const {
    const auto* object = std::get_if<std::shared_ptr<Object>>(&value_);
    return object != nullptr && (*object)->find(name) < (*object)->members.size();
}

std::vector<std::string> Json::names() const {
    std::vector<std::string> result;
    if (const auto* object = std::get_if<std::shared_ptr<Object>>(&value_)) {
        for (const Object::Named& member : (*object)->members) result.push_back(member.name);
    }
    return result;
}

Json& Json::set(std::string_view name, Json value) {
    if (const auto* object = std::get_if<std::shared_ptr<Object>>(&value_))
        (*object)->set(make_utf8(std::string(name)), std::move(value));
    return *this;
}

std::vector<Json> Json::elements() const {
    const auto* array = std::get_if<std::shared_ptr<Array>>(&value_);
    return array == nullptr ? std::vector<Json>() : (*array)->elements;
}

Json& Json::append(Json value) {
    if (const auto* array = std::get_if<std::shared_ptr<Array>>(&value_))
        (*array)->elements.push_back(std::move(value));
    return *this;
}

namespace {

template <typename Elements, typename Append>
void append_list(std::string& out, std::string_view brackets, const Elements& elements,
                 const Append& append) {
    out += brackets[0];
    bool first = true;
    for (const auto& element : elements) {
        if (!std::exchange(first, false)) out += ',';
        append(element);
    }
    out += brackets[1];
}

template <typename... F>
struct Overloaded : F... {
    using F::operator()...;
};

}  // namespace

void Json::dump_to(std::string& out) const {
    std::visit(Overloaded{[&](std::monostate) { out += "null"; },
                          [&](bool value) { out += value ? "true" : "false"; },
                          [&](std::int64_t value) { out += std::to_string(value); },
                          [&](double value) { append_json_real(out, value); },
                          [&](const std::string& value) { append_json_string(out, value); },
                          [&](const std::shared_ptr<Array>& array) {
                              append_list(out, "[]", array->elements,
                                          [&](const Json& element) { element.dump_to(out); });
                          },
                          [&](const std::shared_ptr<Object>& object) {
                              append_list(out, "{}", object->members,
                                          [&](const Object::Named& member) {
                                              append_json_string(out, member.name);
                                              out += ':';
                                              member.value.dump_to(out);
                                          });
                          }},
               value_);
}

std::string Json::dump() const {
    std::string out;
    dump_to(out);
    return out;
}

bool operator==(const Json& a, const Json& b) {
    if (a.type() != b.type()) return false;
    const auto* text = std::get_if<std::string>(&a.value_);
    return text != nullptr ? *text == std::get<std::string>(b.value_) : a.dump() == b.dump();
}

}  // namespace hypnos
