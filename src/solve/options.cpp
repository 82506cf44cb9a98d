// SPDX-License-Identifier: MIT
// Checks of SolverOptions: an option that makes no sense is named with its value.
#include "nlsq/options.hpp"

#include <fmt/format.h>

#include <cmath>

#include "nlsq/error.hpp"

namespace nlsq {
namespace {

void check_tolerance(const char* name, double value) {
  if (!(value >= 0.0) || !std::isfinite(value)) {
    throw InputError(name, fmt::format("{} must be finite and not negative, not {}.", name, value));
  }
}

}  // namespace

void SolverOptions::validate(index_t n) const {
#define NLSQ_TOLERANCE(name, initial, meaning) check_tolerance(#name, name);
#include "nlsq/options.def"
  check_tolerance("first_step", first_step);
  if (max_nfev && *max_nfev < 1) {
    throw InputError("max_nfev", fmt::format("max_nfev must be at least 1, not {}.", *max_nfev));
  }
  if (x_scale.empty()) return;
  if (static_cast<index_t>(x_scale.size()) != n) {
    throw InputError("x_scale",
                     fmt::format("x_scale has {} values for {} parameters.", x_scale.size(), n));
  }
  for (const double s : x_scale) {
    if (!(s > 0.0) || !std::isfinite(s)) {
      throw InputError("x_scale", fmt::format("x_scale must be finite and positive, not {}.", s));
    }
  }
}

}  // namespace nlsq
