// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/initramfs.hpp"

#include "agent/setup/core/listing.hpp"
#include "agent/setup/system/boot_files.hpp"
#include "agent/setup/system/programs.hpp"

namespace hypnos::setup {
namespace {

constexpr const char* kKernel = "vmlinuz-";

std::string release_of(const std::string& kernel) {
    return kernel.substr(std::string(kKernel).size());
}

/// Of kernels with modules: not of a rescue image's.
std::vector<std::string> releases(const Root& root) {
    std::vector<std::string> found;
    for (const std::string& name : root.list("/boot"))
        if (name.starts_with(kKernel) && root.has("/lib/modules/" + release_of(name)))
            found.push_back(release_of(name));
    return found;
}

/// By the name that Debian gives it, or Fedora.
std::string image_of(const Root& root, const std::string& release) {
    const std::string fedora = "/boot/initramfs-" + release + ".img";
    return root.has(fedora) ? fedora : "/boot/initrd.img-" + release;
}

Result<std::string> listing(const Root& root, Generator generator, const std::string& image) {
    const std::string program =
        find_program(root, generator == Generator::Dracut ? "lsinitrd" : "lsinitramfs");
    if (program.empty()) return fail("no program to look into " + image);
    return run({program, image});
}

std::vector<std::string> generator_command(const Root& root, const std::string& release) {
    const std::string image = image_of(root, release);
    if (find_generator(root) == Generator::Dracut)
        return {find_program(root, "dracut"), "--force", image, release};
    return {find_program(root, "update-initramfs"), root.has(image) ? "-u" : "-c", "-k", release};
}

}  // namespace

Generator find_generator(const Root& root) {
    if (!find_program(root, "mkinitramfs").empty()) return Generator::InitramfsTools;
    return find_program(root, "dracut").empty() ? Generator::None : Generator::Dracut;
}

InitramfsFacts InitramfsReader::read(const std::vector<std::string>& modules) {
    InitramfsFacts facts{.generator = find_generator(root_)};
    if (facts.generator == Generator::None) return facts;
    for (const std::string& release : releases(root_))
        facts.images.push_back(look_into(facts.generator, release, modules));
    return facts;
}

Initramfs InitramfsReader::look_into(Generator generator, const std::string& release,
                                     const std::vector<std::string>& modules) {
    Initramfs image{.path = image_of(root_, release), .release = release};
    image.there = root_.has(image.path);
    if (!image.there) return image;
    const Result<std::string>& names = names_in(generator, image.path);
    if (!names)
        image.lacks = {"what can be read: " + names.error().message};
    else
        image.lacks = lacks(generator, *names, modules,
                            root_.text("/lib/modules/" + release + "/modules.dep"));
    return image;
}

const Result<std::string>& InitramfsReader::names_in(Generator generator,
                                                     const std::string& image) {
    const SetupRecord::BootFile file =
        read_boot_file(root_, image).value_or(SetupRecord::BootFile{});
    const auto seen = seen_.find(image);
    if (seen != seen_.end() && seen->second.file.size == file.size &&
        seen->second.file.mtime_ns == file.mtime_ns)
        return seen->second.names;
    return seen_.insert_or_assign(image, Seen{file, listing(root_, generator, image)})
        .first->second.names;
}

Result<void> make_initramfs(const Root& root) {
    for (const std::string& release : releases(root)) {
        const auto made = run(generator_command(root, release));
        if (!made) return fail(made.error());
    }
    return {};
}

}  // namespace hypnos::setup
