// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/disks.hpp"

#include "agent/system/mounts/block_device.hpp"
#include "agent/system/mounts/nvme_smart.hpp"

namespace hypnos::agent {
namespace {

bool is_empty(const BlockDevice& device) {
    const std::string sectors = device.attribute("size");
    return sectors.empty() || sectors == "0";
}

Json nodes_json(const std::vector<BlockDevice>& devices) {
    Json nodes = Json::array();
    for (const BlockDevice& device : devices) nodes.append(device.node());
    return nodes;
}

Json disk_json(const Root& root, const BlockDevice& disk) {
    Json json = Json::object(
        {{"name", disk.node()}, {"partition", false}, {"dependencies", nodes_json(disk.slaves())}});
    if (const std::string alias = disk.attribute("dm/name"); !alias.empty())
        json.set("alias", alias);
    const std::optional<DiskAddress> address = disk.address();
    if (address) json.set("address", to_json(*address));
    if (address && address->bus_type == "nvme")
        if (const Json smart = read_nvme_smart(root, disk.node()); !smart.is_null())
            json.set("smart", smart);
    return json;
}

Json partition_json(const BlockDevice& partition) {
    return Json::object({{"name", partition.node()},
                         {"partition", true},
                         {"dependencies", nodes_json({partition.whole()})}});
}

}  // namespace

Json read_disks(const Root& root) {
    Json disks = Json::array();
    for (const std::string& name : root.list("/sys/block")) {
        const std::optional<BlockDevice> disk = BlockDevice::find(root, name);
        if (!disk || is_empty(*disk)) continue;
        disks.append(disk_json(root, *disk));
        for (const BlockDevice& partition : disk->partitions())
            disks.append(partition_json(partition));
    }
    return disks;
}

}  // namespace hypnos::agent
