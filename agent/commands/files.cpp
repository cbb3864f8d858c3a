// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Files of the guest, read and written by a host. Bytes go straight to the system, without a buffer of
// ours: what a write cannot store is an error of that write, where qemu-ga tells of it at the next
// flush or never.

#include <array>
#include <memory>
#include <string_view>

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/commands/jobs.hpp"
#include "agent/core/base64.hpp"
#include "agent/core/open_mode.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {
namespace {

constexpr std::int64_t kReadDefault = 4096;

/// In base64 this is 64 MiB.
constexpr std::int64_t kReadMax = std::int64_t{48} << 20;

/// How long a job waits for another connection's with the same file: less than it has itself.
constexpr std::chrono::seconds kTurnLimit{20};

constexpr std::array<std::string_view, 3> kWhence = {"set", "cur", "end"};
constexpr std::array kWhenceOfSystem = {SEEK_SET, SEEK_CUR, SEEK_END};

using Files = std::shared_ptr<OpenFiles>;

tl::unexpected<Error> invalid_count(std::int64_t count) {
    return fail("value '" + std::to_string(count) + "' is invalid for argument count");
}

/// Runs `work` with the file of that handle, when it is its turn.
template <typename Work>
CommandResult with_file(const Context& context, const std::string& what, std::int64_t handle,
                        Work work) {
    return run_job(context, what + " of handle " + std::to_string(handle),
                   [files = context.agent.open_files(), handle, work]() -> Result<Json> {
                       const Result<std::shared_ptr<OpenFile>> file = files->find(handle);
                       if (!file) return fail(file.error());
                       const std::unique_lock turn((*file)->turn(), kTurnLimit);
                       if (!turn)
                           return fail("handle '" + std::to_string(handle) +
                                       "' is busy: another request has not ended yet; try again");
                       return work(*files, **file);
                   });
}

Result<Json> open_file(OpenFiles& files, const Root& root, const std::string& path,
                       const std::string& mode, int flags) {
    if (Result<void> room = files.check_room(); !room) return fail(room.error());
    int error = 0;
    const bool relative = !path.starts_with('/');
    const std::shared_ptr<OpenFile> file =
        path.empty() ? nullptr
                     : OpenFile::open(root.path((relative ? "/" : "") + path), flags, error);
    if (!file)
        return fail("failed to open file " + in_quotes(path) + " (mode: '" + mode +
                    "'): " + g_strerror(path.empty() ? ENOENT : error));
    return files.add(file).map([](std::int64_t handle) { return Json(handle); });
}

Result<Json> read_file(const OpenFile& file, std::int64_t count) {
    if (count < 0 || count > kReadMax) return invalid_count(count);
    return file.read(static_cast<std::size_t>(count)).map([](const OpenFile::Chunk& chunk) {
        return Json::object({{"count", chunk.bytes.size()},
                             {"buf-b64", base64_encode(chunk.bytes)},
                             {"eof", chunk.at_end}});
    });
}

Result<Json> write_file(const OpenFile& file, const std::string& text,
                        std::optional<std::int64_t> count) {
    const Result<std::string> bytes = base64_decode(text);
    if (!bytes) return fail(bytes.error());
    const auto size = static_cast<std::int64_t>(bytes->size());
    if (count && (*count < 0 || *count > size)) return invalid_count(*count);
    return file
        .write(std::string_view(*bytes).substr(0, static_cast<std::size_t>(count.value_or(size))))
        .map([](std::size_t written) {
            return Json::object({{"count", written}, {"eof", false}});
        });
}

/// 0, 1, 2 or a name: an index in kWhence; beyond it: an integer that is none.
std::int64_t whence_of(Arguments& given, const Json& arguments) {
    const std::optional<std::int64_t> number = arguments["whence"].integer();
    if (!number) return static_cast<std::int64_t>(given.choice("whence", kWhence));
    given.integer("whence");
    return *number;
}

Result<Json> seek_file(const OpenFile& file, std::int64_t offset, std::int64_t whence) {
    if (whence < 0 || whence >= static_cast<std::int64_t>(kWhenceOfSystem.size()))
        return fail("invalid whence code " + std::to_string(whence));
    return file.seek(offset, kWhenceOfSystem.at(static_cast<std::size_t>(whence)))
        .map([](std::int64_t position) {
            return Json::object({{"position", position}, {"eof", false}});
        });
}

}  // namespace

/// A path that does not begin with a slash begins at the root, where services run.
CommandResult guest_file_open(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::string path = given.string("path");
    const std::string mode = given.optional_string("mode").value_or("r");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    const std::optional<int> flags = open_flags(mode);
    if (!flags) return fail("invalid file open mode " + in_quotes(mode));
    g_message("guest-file-open: %s, mode %s", in_quotes(path).c_str(), mode.c_str());
    return run_job(context, "open " + in_quotes(path),
                   [files = context.agent.open_files(), root = context.agent.root(), path, mode,
                    flags = *flags] { return open_file(*files, root, path, mode, flags); });
}

CommandResult guest_file_close(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::int64_t handle = given.integer("handle");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return with_file(context, "close the file", handle,
                     [handle](OpenFiles& files, const OpenFile& file) {
                         files.remove(handle);
                         return file.check_closing().map([] { return Json::object(); });
                     });
}

CommandResult guest_file_read(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::int64_t handle = given.integer("handle");
    const std::int64_t count = given.optional_integer("count").value_or(kReadDefault);
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return with_file(context, "read the file", handle,
                     [count](OpenFiles&, const OpenFile& file) { return read_file(file, count); });
}

CommandResult guest_file_write(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::int64_t handle = given.integer("handle");
    const auto text = std::make_shared<const std::string>(given.string("buf-b64"));  // no copies
    const std::optional<std::int64_t> count = given.optional_integer("count");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return with_file(
        context, "write the file", handle,
        [text, count](OpenFiles&, const OpenFile& file) { return write_file(file, *text, count); });
}

CommandResult guest_file_seek(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::int64_t handle = given.integer("handle");
    const std::int64_t offset = given.integer("offset");
    const std::int64_t whence = whence_of(given, arguments);
    const bool wrong_type =
        arguments.has("whence") && !arguments["whence"].integer() && !arguments["whence"].string();
    if (wrong_type) return fail("Invalid parameter type for 'whence', expected: GuestFileWhence");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return with_file(context, "seek in the file", handle,
                     [offset, whence](OpenFiles&, const OpenFile& file) {
                         return seek_file(file, offset, whence);
                     });
}

/// There is nothing to flush.
CommandResult guest_file_flush(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::int64_t handle = given.integer("handle");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return with_file(context, "flush the file", handle,
                     [](OpenFiles&, const OpenFile&) -> Result<Json> { return Json::object(); });
}

}  // namespace hypnos::agent::commands
