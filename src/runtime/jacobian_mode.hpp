// SPDX-License-Identifier: MIT
// Who chooses the order of derivation: the argument, else NLSQ_JACOBIAN_MODE, else the settings
// file, else nobody (automatic). The one place of this order of precedence.
#pragma once

#include <optional>
#include <string>

#include "nlsq/options.hpp"
#include "nlsq/result.hpp"

namespace nlsq::fit_impl {

struct ModeChoice {
  JacobianMode mode = JacobianMode::automatic;
  const char* source = "default";
  std::string problem;  ///< what is wrong with the environment variable
};

ModeChoice choose_jacobian_mode(std::optional<JacobianMode> argument);

/// Fills jacobian_mode (automatic: rev if n > m), its source and the warnings about settings that
/// make no sense, and logs one line. Called when the fit has succeeded, so that no warning is lost.
void report_jacobian_mode(const ModeChoice& choice, index_t n, index_t m, FitResult& result);

}  // namespace nlsq::fit_impl
