// SPDX-License-Identifier: MIT
// What a pass needs of a device: buffers, compiled modules, kernels, a queue. OpenCL and CUDA
// implement it (opencl.cpp, cuda.cpp); tests do so with devices that fail.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>

#include "nlsq/types.hpp"

namespace nlsq::engine::device {

/// A device that is there but does not do what it was asked for: lost, out of memory, a compiler
/// that refuses. Whoever asked goes on without it.
struct DeviceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The C that kernels are printed in.
enum class Dialect : std::uint8_t { opencl, cuda };

struct Description {
  std::string id;      ///< "opencl:0", "cuda:0"
  std::string name;    ///< the device's own
  std::string driver;  ///< platform and version
  std::string why;     ///< it cannot be used; empty: it can
  bool is_gpu = false;
  index_t memory = 0;        ///< bytes
  index_t most_bytes = 0;    ///< of one buffer
  index_t shared_bytes = 0;  ///< that the items of a group share
  int most_items = 0;        ///< of a group
};

class Buffer {
 public:
  virtual ~Buffer() = default;
};

/// A compiled source.
class Module {
 public:
  virtual ~Module() = default;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
};

using Argument = std::variant<const Buffer*, std::int64_t>;

/// Work in order. Used by one thread at a time; everything here throws DeviceError.
class Queue {
 public:
  virtual ~Queue() = default;
  /// `from` may change when it returns.
  virtual void write(const Buffer& to, const void* from, index_t bytes) = 0;
  /// After all that was launched before.
  virtual void read(const Buffer& from, void* to, index_t bytes) = 0;
  virtual std::unique_ptr<Kernel> kernel(const Module& module, const char* name) = 0;
  virtual void launch(Kernel& kernel, std::span<const Argument> arguments, index_t groups,
                      int items) = 0;
};

/// Thread-safe. Lives as long as the process; buffers, modules and queues outlive no device.
class Device {
 public:
  virtual ~Device() = default;
  virtual const Description& about() const = 0;
  virtual Dialect dialect() const = 0;
  /// Compiler, version and options: binaries of another one cannot be used.
  virtual std::string compiler() const = 0;
  virtual std::unique_ptr<Buffer> allocate(index_t bytes) = 0;
  virtual std::unique_ptr<Queue> queue() = 0;
  virtual std::shared_ptr<const Module> compile(const std::string& source) = 0;
  /// Empty: it cannot be had.
  virtual std::string binary(const Module& module) = 0;
  virtual std::shared_ptr<const Module> load(const std::string& binary) = 0;
};

}  // namespace nlsq::engine::device
