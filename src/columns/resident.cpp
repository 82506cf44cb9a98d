// SPDX-License-Identifier: MIT
// The public face of devices: their list, data that stay on them, their cache.
#include "columns/resident.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>
#include <vector>

#include "base/environment.hpp"
#include "engine/device/binary_cache.hpp"
#include "engine/device/devices.hpp"
#include "nlsq/device.hpp"
#include "nlsq/error.hpp"
#include "runtime/settings.hpp"

namespace nlsq {
namespace {

namespace device = engine::device;

struct Entry {
  std::string device;
  const void* data;
  index_t bytes;
  std::shared_ptr<const device::Buffer> buffer;
  fit_impl::Moments moments;
};

struct Residents {
  std::mutex mutex;
  std::vector<Entry> entries;
};

// Never destroyed: fits of other threads may outlive main().
Residents& residents() {
  static Residents& all = *new Residents;
  return all;
}

index_t bytes_of(const Values& values) {
  return values.size * (values.float32 ? index_t{sizeof(float)} : index_t{sizeof(double)});
}

std::shared_ptr<const device::Buffer> uploaded(device::Device& on, device::Queue& queue,
                                               const Values& values) {
  const index_t bytes = bytes_of(values);
  std::shared_ptr<device::Buffer> buffer = on.allocate(std::max<index_t>(bytes, 8));
  if (bytes > 0) queue.write(*buffer, values.data, bytes);
  return buffer;
}

}  // namespace

std::shared_ptr<const device::Buffer> fit_impl::resident_buffer(std::string_view on,
                                                                const void* data, index_t bytes) {
  Residents& all = residents();
  const std::lock_guard<std::mutex> lock(all.mutex);
  for (const Entry& entry : all.entries) {
    if (entry.data == data && entry.bytes == bytes && entry.device == on) return entry.buffer;
  }
  return nullptr;
}

// NaN and infinity survive in the sums, unless squares overflow, which counts as the same.
std::optional<fit_impl::Moments> fit_impl::resident_moments(const Values& values) {
  Residents& all = residents();
  const std::lock_guard<std::mutex> lock(all.mutex);
  for (const Entry& entry : all.entries) {
    if (entry.data != values.data || entry.bytes != bytes_of(values)) continue;
    if (std::isfinite(entry.moments.wdd)) return entry.moments;
  }
  return std::nullopt;
}

struct DeviceData::Kept {
  std::string device;
  index_t bytes = 0;
  std::vector<std::shared_ptr<const device::Buffer>> buffers;

  ~Kept() {
    Residents& all = residents();
    const std::lock_guard<std::mutex> lock(all.mutex);
    const auto is_ours = [this](const Entry& entry) {
      return std::find(buffers.begin(), buffers.end(), entry.buffer) != buffers.end();
    };
    all.entries.erase(std::remove_if(all.entries.begin(), all.entries.end(), is_ours),
                      all.entries.end());
  }
};

DeviceData::DeviceData(const std::string& name, std::span<const Values> arrays)
    : kept_(std::make_unique<Kept>()) {
  const base::EnvironmentScope environment;
  const std::string id = name == "auto" ? device::first_gpu() : name;
  if (id.empty() || id == "cpu")
    throw InputError("device",
                     "device: data are kept on a device, and there is no GPU; 'nlsq "
                     "info' lists what there is");
  try {
    const device::Opened opened = device::open(id);
    kept_->device = opened.device->about().id;
    const std::unique_ptr<device::Queue> queue = opened.device->queue();
    std::vector<Entry> entries;
    for (const Values& values : arrays) {
      kept_->buffers.push_back(uploaded(*opened.device, *queue, values));
      kept_->bytes += bytes_of(values);
      const int threads = fit_impl::useful_threads(0, values.size);
      const fit_impl::Moments moments = values.size > 0
                                            ? fit_impl::moments({values, Values(), 0.0}, threads)
                                            : fit_impl::Moments();
      entries.push_back(
          {kept_->device, values.data, bytes_of(values), kept_->buffers.back(), moments});
    }
    Residents& all = residents();
    const std::lock_guard<std::mutex> lock(all.mutex);
    // What was uploaded last of an array is found first.
    all.entries.insert(all.entries.begin(), entries.begin(), entries.end());
  } catch (const device::DeviceError& error) {
    throw InputError("device", "device " + id + ": " + error.what());
  }
}

DeviceData::~DeviceData() = default;
DeviceData::DeviceData(DeviceData&&) noexcept = default;
DeviceData& DeviceData::operator=(DeviceData&&) noexcept = default;

const std::string& DeviceData::device() const { return kept_->device; }
index_t DeviceData::bytes() const { return kept_->bytes; }

DeviceList list_devices() {
  const device::Found& found = device::found();
  DeviceList list{{}, found.no_opencl, found.no_cuda};
  for (const device::Description& d : found.devices)
    list.devices.push_back({d.id, d.name, d.driver, d.why, d.is_gpu, d.memory});
  return list;
}

DeviceCacheInfo device_cache_info() {
  const base::EnvironmentScope environment;
  const auto cache = device::BinaryCache::of_user();
  const auto size = cache.size();
  return {cache.folder(), size.entries, size.bytes, device::BinaryCache::kMostBytes};
}

DeviceCacheInfo clear_device_cache() {
  const base::EnvironmentScope environment;
  const auto cache = device::BinaryCache::of_user();
  const auto was = cache.clear();
  device::forget_modules();
  return {cache.folder(), was.entries, was.bytes, device::BinaryCache::kMostBytes};
}

}  // namespace nlsq
