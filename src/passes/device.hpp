// SPDX-License-Identifier: MIT
// A fit whose passes are made on a device.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "passes/pass_engines.hpp"
#include "reduce/device_pass.hpp"

namespace nlsq::fit_impl {

class DeviceFit final : public PassEngines {
 public:
  /// Opens the device and prepares the terms' first kernels; null for "auto" where no device is
  /// worth it. Throws InputError for a device that does not exist. Where the device cannot do it,
  /// there are no passes and the result gets a warning.
  static std::unique_ptr<PassEngines> open(const plan::WantedDevice& wanted, const Problem& problem,
                                           engine::Isa isa);

  std::span<reduce::PassEngine* const> passes() const override { return pointers_; }
  void report(FitResult& result) const override;

 private:
  explicit DeviceFit(std::string id) : id_(std::move(id)) {}

  std::string id_, name_;
  std::string failure_;  // before the first pass
  std::optional<reduce::DeviceColumns> columns_;
  std::vector<std::unique_ptr<reduce::DevicePass>> engines_;
  std::vector<reduce::PassEngine*> pointers_;
};

}  // namespace nlsq::fit_impl
