// SPDX-License-Identifier: MIT
#include "engine/device/devices.hpp"

#include <unistd.h>

#include <functional>
#include <map>
#include <mutex>

#include "base/fork_safe_mutex.hpp"
#include "base/nearest.hpp"
#include "engine/device/cuda.hpp"
#include "engine/device/opencl.hpp"
#include "nlsq/error.hpp"

namespace nlsq::engine::device {
namespace {

struct Registry {
  base::ForkSafeMutex mutex{base::ForkSafeMutex::Order::device};
  Found found;
  bool looked = false;
  pid_t process = 0;  // in which libraries of devices were used
  std::map<std::string, Opened, std::less<>> opened;
};

// Never destroyed: fits of other threads may outlive main().
Registry& registry() {
  static Registry& all = *new Registry;
  return all;
}

void look(Registry& all) {
  if (all.looked) return;
  all.looked = true;
  all.process = getpid();
  all.found.devices = opencl_devices(all.found.no_opencl);
  for (Description& d : cuda_devices(all.found.no_cuda)) all.found.devices.push_back(std::move(d));
}

[[noreturn]] void throw_unknown(std::string_view id, std::string_view asked_by,
                                const Found& found) {
  std::vector<std::string> names{"cpu", "auto"};
  for (const Description& d : found.devices) names.push_back(d.id);
  std::string text = std::string(asked_by) + ": '" + std::string(id) + "' does not exist" +
                     base::did_you_mean(std::string(id), names) + "; there is cpu";
  for (const Description& d : found.devices) {
    text += ", " + d.id + " (" + d.name + (d.why.empty() ? "" : "; not usable: " + d.why) + ")";
  }
  if (!found.no_opencl.empty() && id.rfind("opencl", 0) == 0)
    text += "; OpenCL: " + found.no_opencl;
  if (!found.no_cuda.empty() && id.rfind("cuda", 0) == 0) text += "; CUDA: " + found.no_cuda;
  throw InputError(std::string(asked_by), text);
}

}  // namespace

const Found& found() {
  Registry& all = registry();
  const std::lock_guard<base::ForkSafeMutex> lock(all.mutex);
  look(all);
  return all.found;
}

std::string first_gpu() {
  for (const Description& d : found().devices) {
    if (d.is_gpu && d.why.empty()) return d.id;
  }
  return {};
}

Opened open(std::string_view id, std::string_view asked_by) {
  const std::string full =
      id == "opencl" || id == "cuda" ? std::string(id) + ":0" : std::string(id);
  Registry& all = registry();
  const std::lock_guard<base::ForkSafeMutex> lock(all.mutex);
  if (const auto at = all.opened.find(full); at != all.opened.end()) {
    if (all.process != 0 && all.process != getpid())
      throw DeviceError("it was opened before this process was forked from its parent");
    return at->second;
  }
  look(all);
  if (all.process != getpid())
    throw DeviceError("devices were looked for before this process was forked from its parent");
  for (const Description& d : all.found.devices) {
    if (d.id != full) continue;
    if (!d.why.empty()) throw DeviceError(d.why);
    Opened opened;
    opened.device = d.id.rfind("cuda:", 0) == 0 ? open_cuda(d) : open_opencl(d);
    opened.modules = std::make_shared<Modules>();
    all.opened.emplace(full, opened);
    return opened;
  }
  throw_unknown(id, asked_by, all.found);
}

void forget_modules() {
  Registry& all = registry();
  const std::lock_guard<base::ForkSafeMutex> lock(all.mutex);
  for (const auto& [id, opened] : all.opened) opened.modules->clear();
}

void add_device(std::shared_ptr<Device> device) {
  Registry& all = registry();
  const std::lock_guard<base::ForkSafeMutex> lock(all.mutex);
  const std::string id = device->about().id;
  all.opened[id] = {std::move(device), std::make_shared<Modules>()};
}

}  // namespace nlsq::engine::device
