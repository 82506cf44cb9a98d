// SPDX-License-Identifier: MIT
// Compiled modules: in memory while the process lives, on disk (binary_cache.hpp) from one to the
// next.
#pragma once

#include <memory>
#include <string>

#include "engine/device/device.hpp"

namespace nlsq::engine::device {

/// Modules of one device, by source; the least recently used go when there are kMost. Thread-safe.
class Modules {
 public:
  static constexpr std::size_t kMost = 256;

  struct Got {
    std::shared_ptr<const Module> module;
    enum class From : std::uint8_t { memory, disk, compiler } from = From::memory;
    double milliseconds = 0.0;  ///< spent on loading or compiling
    double store_microseconds = 0.0;
  };

  Modules();
  ~Modules();
  Modules(const Modules&) = delete;
  Modules& operator=(const Modules&) = delete;

  /// Throws DeviceError where the source does not compile.
  Got get(Device& device, const std::string& source);
  void clear();

 private:
  struct Kept;
  std::unique_ptr<Kept> kept_;
};

}  // namespace nlsq::engine::device
