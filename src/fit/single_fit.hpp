// SPDX-License-Identifier: MIT
// A fit of terms that share parameters, whose parameters are not tied.
#pragma once

#include <span>

#include "nlsq/fit.hpp"
#include "problem/binding.hpp"

namespace nlsq::fit_impl {

/// Sparsely where that pays. Throws InputError.
FitResult fit_terms(std::span<const TermView> terms, const FitOptions& options);

}  // namespace nlsq::fit_impl
