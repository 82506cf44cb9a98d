// SPDX-License-Identifier: MIT
#include "cache.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "messages.hpp"
#include "nlsq/cache.hpp"
#include "nlsq/config.hpp"
#include "nlsq/device.hpp"
#include "nlsq/error.hpp"
#include "nlsq/memory.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

std::string settings_file() {
  const std::string path = config_path();
  if (path.empty()) return "none (HOME is not set)";
  return printable(path) + (access(path.c_str(), F_OK) == 0 ? "" : " (not there)");
}

std::string about_the_cache() {
  const CacheStats now = cache_stats();
  const DeviceCacheInfo of_devices = device_cache_info();
  return fmt::format(
      "cache of compiled models\n"
      "  programs       in memory, while a process runs\n"
      "  devices        {} of {} in {}\n"
      "  enabled        {}\n"
      "  max size       {} models\n"
      "  settings file  {}\n"
      "\n"
      "The key cache_config of the settings file changes it: {{\"enable\": true, \"max_size\": "
      "1000}}.\n",
      of_devices.entries == 1 ? "1 binary" : fmt::format("{} binaries", of_devices.entries),
      shown_bytes(of_devices.bytes),
      of_devices.folder.empty() ? "no folder (HOME is not set)" : printable(of_devices.folder),
      now.enabled ? "yes" : "no", now.max_size, settings_file());
}

std::string as_json() {
  const CacheStats now = cache_stats();
  nlohmann::ordered_json json;
  json["schema"] = 1;
  json["enabled"] = now.enabled;
  json["max_size"] = now.max_size;
  const DeviceCacheInfo of_devices = device_cache_info();
  json["on_disk_bytes"] = of_devices.bytes;
  json["on_disk_entries"] = of_devices.entries;
  json["on_disk_most_bytes"] = of_devices.most_bytes;
  json["on_disk_folder"] = of_devices.folder;
  json["settings_file"] = config_path();
  return json.dump() + "\n";
}

}  // namespace

int run_cache(bool clear, bool json) {
  if (clear) {
    clear_cache();
    const DeviceCacheInfo was = clear_device_cache();
    print_result(
        was.entries == 0
            ? "Nothing is on disk: there is no program compiled for a device.\n"
            : fmt::format("Removed {} compiled for devices, {}.\n",
                          was.entries == 1 ? "1 program" : fmt::format("{} programs", was.entries),
                          shown_bytes(was.bytes)));
  } else {
    print_result(json ? as_json() : about_the_cache());
  }
  return 0;
}

void refuse_cache_action(const std::string& action) {
  const std::string actions[] = {"info", "clear"};
  const std::string near = nearest_name(action, actions);
  throw InputError("cache",
                   fmt::format("nlsq cache: no action '{}'{}; there are info and clear", action,
                               near.empty() ? "" : " (did you mean '" + near + "'?)"));
}

}  // namespace nlsq::command
