// SPDX-License-Identifier: MIT
// Devices that fits can run on (FitOptions::device), data that stay on them, and the cache of what
// was compiled for them. docs/device.md says what runs where.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nlsq/data.hpp"
#include "nlsq/types.hpp"

namespace nlsq {

struct DeviceInfo {
  std::string id;    ///< "opencl:0", "cuda:0": what FitOptions::device takes
  std::string name;  ///< "NVIDIA H200"
  std::string driver;
  std::string why;  ///< why it cannot be used; empty: it can
  bool gpu = false;
  index_t memory = 0;  ///< bytes
};

struct DeviceList {
  std::vector<DeviceInfo> devices;
  std::string no_opencl, no_cuda;  ///< why there is none of that kind; empty: there is one
};

/// The devices of this machine. Loads the libraries of OpenCL and CUDA, if there are any.
DeviceList list_devices();

/// Arrays that are uploaded once and stay on a device while this lives: fits of the same arrays on
/// that device find them there. Who changes an array meanwhile makes another one of these.
class DeviceData {
 public:
  /// `device` as FitOptions::device ("auto": the first GPU). Throws InputError for a device that
  /// does not exist, cannot be used or is out of memory.
  DeviceData(const std::string& device, std::span<const Values> arrays);
  ~DeviceData();
  DeviceData(DeviceData&&) noexcept;
  DeviceData& operator=(DeviceData&&) noexcept;

  const std::string& device() const;
  index_t bytes() const;  ///< uploaded

 private:
  struct Kept;
  std::unique_ptr<Kept> kept_;
};

/// What is on disk of programs compiled for devices.
struct DeviceCacheInfo {
  std::string folder;  ///< empty: neither XDG_CACHE_HOME nor HOME is set
  index_t entries = 0, bytes = 0, most_bytes = 0;
};
DeviceCacheInfo device_cache_info();
/// Removes them, on disk and in memory. Returns what was on disk.
DeviceCacheInfo clear_device_cache();

}  // namespace nlsq
