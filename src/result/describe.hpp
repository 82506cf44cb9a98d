// SPDX-License-Identifier: MIT
// What a result says of the problem that was solved, whichever solver it was.
#pragma once

#include <span>

#include "nlsq/fit.hpp"
#include "problem/binding.hpp"
#include "problem/parameters.hpp"

namespace nlsq::fit_impl {

/// Names and kinds of the parameters (taken from the table), method, loss, engine, the model and
/// how it was had, and whether there are standard deviations of the data.
void describe(std::span<const TermView> terms, const FitOptions& options,
              const Preparation& preparation, ParameterTable& table, FitResult& result);

}  // namespace nlsq::fit_impl
