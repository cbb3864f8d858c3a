// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "glib/variant_json.hpp"

#include <memory>

namespace hypnos::glib {
namespace {

using Child = std::unique_ptr<GVariant, decltype(&g_variant_unref)>;

Child child(GVariant* container, gsize index) {
    return {g_variant_get_child_value(container, index), g_variant_unref};
}

GVariant* object_variant(const Json& object) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    for (const std::string& name : object.names()) {
        if (GVariant* value = to_variant(object[name]); value != nullptr)
            g_variant_builder_add(&builder, "{sv}", name.c_str(), value);
    }
    return g_variant_builder_end(&builder);
}

GVariant* array_variant(const Json& array) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("av"));
    for (const Json& element : array.elements()) {
        if (GVariant* value = to_variant(element); value != nullptr)
            g_variant_builder_add(&builder, "v", value);
    }
    return g_variant_builder_end(&builder);
}

Json unsigned_json(guint64 value) {
    if (value <= static_cast<guint64>(INT64_MAX)) return value;
    return static_cast<double>(value);
}

Json object_json(GVariant* dictionary) {
    Json result = Json::object();
    for (gsize i = 0; i < g_variant_n_children(dictionary); ++i) {
        const Child entry = child(dictionary, i);
        const Child name = child(entry.get(), 0), value = child(entry.get(), 1);
        result.set(g_variant_get_string(name.get(), nullptr), to_json(value.get()));
    }
    return result;
}

Json array_json(GVariant* container) {
    Json result = Json::array();
    for (gsize i = 0; i < g_variant_n_children(container); ++i)
        result.append(to_json(child(container, i).get()));
    return result;
}

Json container_json(GVariant* container) {
    if (g_variant_is_of_type(container, G_VARIANT_TYPE("a{s*}")) == TRUE)
        return object_json(container);
    if (g_variant_is_of_type(container, G_VARIANT_TYPE_VARIANT) == TRUE)
        return to_json(child(container, 0).get());
    return array_json(container);
}

}  // namespace

GVariant* to_variant(const Json& json) {
    switch (json.type()) {
        case Json::Type::Null:
            return nullptr;
        case Json::Type::Boolean:
            return g_variant_new_boolean(json.boolean().value_or(false) ? TRUE : FALSE);
        case Json::Type::Integer:
            return g_variant_new_int64(json.integer().value_or(0));
        case Json::Type::Real:
            return g_variant_new_double(g_ascii_strtod(json.dump().c_str(), nullptr));
        case Json::Type::String:
            return g_variant_new_string(json.string().value_or("").c_str());
        case Json::Type::Array:
            return array_variant(json);
        case Json::Type::Object:
            return object_variant(json);
    }
    return nullptr;
}

Json to_json(GVariant* variant) {
    switch (g_variant_classify(variant)) {
        case G_VARIANT_CLASS_BOOLEAN:
            return g_variant_get_boolean(variant) == TRUE;
        case G_VARIANT_CLASS_BYTE:
            return g_variant_get_byte(variant);
        case G_VARIANT_CLASS_INT16:
            return g_variant_get_int16(variant);
        case G_VARIANT_CLASS_UINT16:
            return g_variant_get_uint16(variant);
        case G_VARIANT_CLASS_INT32:
            return g_variant_get_int32(variant);
        case G_VARIANT_CLASS_UINT32:
            return g_variant_get_uint32(variant);
        case G_VARIANT_CLASS_INT64:
            return g_variant_get_int64(variant);
        case G_VARIANT_CLASS_UINT64:
            return unsigned_json(g_variant_get_uint64(variant));
        case G_VARIANT_CLASS_HANDLE:
            return g_variant_get_handle(variant);
        case G_VARIANT_CLASS_DOUBLE:
            return g_variant_get_double(variant);
        case G_VARIANT_CLASS_STRING:
        case G_VARIANT_CLASS_OBJECT_PATH:
        case G_VARIANT_CLASS_SIGNATURE:
            return g_variant_get_string(variant, nullptr);
        case G_VARIANT_CLASS_VARIANT:
        case G_VARIANT_CLASS_MAYBE:
        case G_VARIANT_CLASS_ARRAY:
        case G_VARIANT_CLASS_TUPLE:
        case G_VARIANT_CLASS_DICT_ENTRY:
            return container_json(variant);
    }
    return {};
}

}  // namespace hypnos::glib
