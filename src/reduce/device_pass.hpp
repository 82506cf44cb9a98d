// SPDX-License-Identifier: MIT
// Passes over a term's rows on a device: columns are uploaded once, a pass sends the uniform values
// that rows read and brings back the sums of its fold.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/device/devices.hpp"
#include "engine/device/printer.hpp"
#include "engine/interpreter/interpreter.hpp"
#include "reduce/pass_engine.hpp"
#include "reduce/term.hpp"

namespace nlsq::reduce {

/// What went over the bus, and what it took to get kernels.
struct DeviceTraffic {
  index_t uploaded = 0;     ///< bytes of columns
  index_t moved = 0;        ///< bytes of passes, both ways
  index_t most_a_pass = 0;  ///< of these
  index_t passes = 0;
  double compile_ms = 0.0;
};

/// What passes of several terms share: the device, its queue, their columns.
class DeviceColumns {
 public:
  using Buffer = std::shared_ptr<const engine::device::Buffer>;
  /// A column that is on the device already; null: it is not.
  using Resident = std::function<Buffer(const void* data, index_t bytes)>;

  DeviceColumns(engine::device::Opened device, Resident resident);
  /// On the device; uploaded at the first call for the same array. Throws DeviceError.
  Buffer column(const void* data, index_t bytes);

  engine::device::Device& device() { return *opened_.device; }
  engine::device::Modules& modules() { return *opened_.modules; }
  engine::device::Queue& queue() { return *queue_; }
  DeviceTraffic traffic;
  std::string failure;  ///< what ended the use of the device; empty: nothing

 private:
  struct Known {
    const void* data;
    index_t bytes;
    Buffer buffer;
  };
  engine::device::Opened opened_;
  Resident resident_;
  std::vector<Known> known_;
  std::unique_ptr<engine::device::Queue> queue_;
};

class DevicePass final : public PassEngine {
 public:
  /// `term` and `shared` must outlive this. Throws DeviceError where the device cannot: what it
  /// lacks, no memory, a source that does not compile.
  DevicePass(const Term& term, DeviceColumns& shared, engine::Isa isa);
  ~DevicePass() override;
  std::span<const double> run(const PassRequest& request) override;

 private:
  struct Prepared;
  Prepared& prepared(const PassRequest& request);
  std::span<const double> answer(const PassRequest& request);

  const Term* term_;
  DeviceColumns* shared_;
  engine::Isa isa_;
  std::vector<DeviceColumns::Buffer> columns_;
  std::array<std::unique_ptr<Prepared>, 3> prepared_;  // cost, gram, gram in coordinates
};

}  // namespace nlsq::reduce
