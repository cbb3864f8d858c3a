// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/texts.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

#include "sleep/core/words.hpp"

namespace hypnos::setup {
namespace {

constexpr const char* kByUs = "# By hypnos-setup, which also takes it back.\n";

std::string fstab_lines(const std::string& swap) {
    return "# Swap for hibernation, by hypnos-setup.\n" + swap + " none swap sw 0 0\n";
}

std::string without(std::string text, const std::string& part) {
    if (const std::size_t at = text.find(part); at != std::string::npos)
        text.erase(at, part.size());
    return text;
}

/// Where the value of a BLS entry's `options` ends; nothing if it has none.
std::optional<std::size_t> end_of_options(const std::string& text) {
    for (const char* key : {"\noptions ", "\noptions\t"})
        if (const std::size_t at = ("\n" + text).find(key); at != std::string::npos)
            return std::min(text.find('\n', at), text.size());
    return std::nullopt;
}

/// Every key of an entry stands at the start of a line; a kernel command line has none of them.
bool is_entry(const std::string& text) {
    return ("\n" + text).find("\ntitle") != std::string::npos;
}

std::size_t end_of_word(const std::string& text, std::size_t begin) {
    return std::min(text.find_first_of(" \t\n", begin), text.size());
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> result;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) result.push_back(line);
    return result;
}

/// "linux", "linuxefi", "linux16": what GRUB starts a kernel with.
bool starts_kernel(const std::vector<std::string>& words) {
    return !words.empty() && words[0].starts_with("linux");
}

/// Words of a shell's text, quotes taken for white space.
std::vector<std::string> bare_words(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '"' || c == '\''; }, ' ');
    return sleep::split(text);
}

bool is_resume(const std::string& word) { return word.starts_with("resume="); }

}  // namespace

std::string kernel_arguments(const SwapRecord& swap) {
    const std::string resume = "resume=" + swap.resume;
    if (!swap.is_file()) return resume;
    return resume + " resume_offset=" + (swap.offset ? std::to_string(*swap.offset) : "?");
}

std::string grub_dropin(const std::string& arguments, bool partuuid_first) {
    std::string text = kByUs;
    if (partuuid_first)
        text += "# A kernel without an initramfs cannot resume.\nGRUB_FORCE_PARTUUID=\n";
    return text + "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX " + arguments + "\"\n";
}

std::string with_swap(const std::string& fstab, const std::string& swap) {
    const bool open = !fstab.empty() && fstab.back() != '\n';
    return fstab + (open ? "\n" : "") + fstab_lines(swap);
}

std::string without_swap(const std::string& fstab, const std::string& swap) {
    return without(fstab, fstab_lines(swap));
}

std::string with_arguments(const std::string& text, const std::string& arguments) {
    std::string result = text;
    if (const auto end = end_of_options(text)) return result.insert(*end, " " + arguments);
    if (is_entry(text))
        return text + (text.ends_with('\n') ? "" : "\n") + "options " + arguments + "\n";
    return result.insert(std::min(text.find('\n'), text.size()), " " + arguments);
}

std::string without_resume(const std::string& text, const std::string& resume) {
    const std::string first = " resume=" + resume, second = " resume_offset=";
    std::size_t at = text.find(first);
    while (at != std::string::npos && end_of_word(text, at + 1) != at + first.size())
        at = text.find(first, at + 1);
    if (at == std::string::npos) return text;
    std::string result = text;
    result.erase(at, first.size());
    if (result.compare(at, second.size(), second) == 0)
        result.erase(at, end_of_word(result, at + 1) - at);
    return result;
}

std::string dracut_dropin() { return std::string(kByUs) + "add_dracutmodules+=\" resume \"\n"; }

std::vector<std::string> entries_without(const std::string& menu, const std::string& arguments) {
    std::vector<std::string> found;
    for (const std::string& line : lines(menu))
        if (starts_kernel(sleep::split(line)) && !has_words(line, arguments))
            found.push_back(sleep::split(line).size() > 1 ? sleep::split(line)[1] : line);
    return found;
}

std::string resume_line(const std::string& text) {
    for (const std::string& line : lines(text)) {
        const std::vector<std::string> words = bare_words(line);
        if (!words.empty() && !words[0].starts_with('#') &&
            std::any_of(words.begin(), words.end(), is_resume))
            return line;
    }
    return "";
}

std::string resume_value(const std::string& text) {
    std::string value;
    for (const std::string& word : bare_words(resume_line(text)))
        if (is_resume(word)) value = word.substr(word.find('=') + 1);
    return value;
}

bool has_words(const std::string& text, const std::string& arguments) {
    const std::vector<std::string> words = bare_words(text);
    const std::vector<std::string> wanted = sleep::split(arguments);
    return std::all_of(wanted.begin(), wanted.end(), [&words](const std::string& word) {
        return std::find(words.begin(), words.end(), word) != words.end();
    });
}

}  // namespace hypnos::setup
