// SPDX-License-Identifier: MIT
// A fit whose passes are made on a device: which one, and what the result says about it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fit/problem.hpp"
#include "nlsq/fit.hpp"
#include "plan/environment.hpp"
#include "reduce/device_pass.hpp"

namespace nlsq::fit_impl {

class DeviceFit {
 public:
  /// Opens the device and prepares the terms' first kernels; null for "auto" where no device is
  /// worth it. Throws InputError for a device that does not exist. Where the device cannot do it,
  /// runs() is false and the result gets a warning.
  static std::unique_ptr<DeviceFit> open(const plan::WantedDevice& wanted, const Problem& problem,
                                         engine::Isa isa);

  bool runs() const { return failure_.empty(); }
  std::span<reduce::PassEngine* const> passes() const { return pointers_; }
  /// Names the device, and warns if it was left on the way.
  void report(FitResult& result) const;

 private:
  explicit DeviceFit(std::string id) : id_(std::move(id)) {}

  std::string id_, name_;
  std::string failure_;  // before the first pass
  std::optional<reduce::DeviceColumns> columns_;
  std::vector<std::unique_ptr<reduce::DevicePass>> engines_;
  std::vector<reduce::PassEngine*> pointers_;
};

}  // namespace nlsq::fit_impl
