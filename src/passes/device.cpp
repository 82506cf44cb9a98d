// SPDX-License-Identifier: MIT
#include "passes/device.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "columns/resident.hpp"
#include "nlsq/error.hpp"
#include "plan/thresholds.hpp"

namespace nlsq::fit_impl {
namespace {

namespace device = engine::device;

std::string chosen(const std::string& wanted, const Problem& problem) {
  if (wanted != "auto") return wanted;
  index_t rows = 0;
  for (const reduce::Term& term : problem.terms) rows += term.rows;
  if (rows < plan::kRowsResident) return {};
  const std::string gpu = device::first_gpu();
  if (gpu.empty() || rows >= plan::kRowsToUpload) return gpu;
  for (const reduce::Term& term : problem.terms) {
    for (const reduce::ColumnSource& column : term.columns) {
      const index_t width = column.float32 ? index_t{sizeof(float)} : index_t{sizeof(double)};
      if (!resident_buffer(gpu, column.data, term.rows * width)) return {};
    }
  }
  return gpu;
}

}  // namespace

std::unique_ptr<PassEngines> DeviceFit::open(const plan::WantedDevice& wanted,
                                             const Problem& problem, engine::Isa isa) {
  const std::string id = chosen(wanted.id, problem);
  if (id.empty()) return nullptr;
  std::unique_ptr<DeviceFit> fit(new DeviceFit(id));
  try {
    const device::Opened opened = device::open(id, wanted.asked_by);
    fit->id_ = opened.device->about().id;
    fit->name_ = opened.device->about().name;
    fit->columns_.emplace(opened, [own = fit->id_](const void* data, index_t bytes) {
      return resident_buffer(own, data, bytes);
    });
    for (const reduce::Term& term : problem.terms) {
      fit->engines_.push_back(std::make_unique<reduce::DevicePass>(term, *fit->columns_, isa));
      fit->pointers_.push_back(fit->engines_.back().get());
    }
  } catch (const device::DeviceError& error) {
    fit->failure_ = error.what();
    fit->pointers_.clear();
  }
  return fit;
}

void DeviceFit::report(FitResult& result) const {
  const std::string& failure = failure_.empty() && columns_ ? columns_->failure : failure_;
  if (columns_) {
    const reduce::DeviceTraffic& traffic = columns_->traffic;
    result.device = {.id = id_,
                     .name = name_,
                     .uploaded = traffic.uploaded,
                     .moved = traffic.moved,
                     .most_a_pass = traffic.most_a_pass,
                     .passes = traffic.passes};
    result.compile_ms += traffic.compile_ms;
  }
  if (failure.empty()) {
    result.engine = id_;
    return;
  }
  result.warn({IssueId::device_left,
               fmt::format("the device {} could not go on ({}), so the CPU made the {}", id_,
                           failure, result.device.passes > 0 ? "other passes" : "fit"),
               {},
               {}});
}

}  // namespace nlsq::fit_impl
