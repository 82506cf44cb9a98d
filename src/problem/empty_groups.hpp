// SPDX-License-Identifier: MIT
// Elements of parameter vectors that no row picks.
#pragma once

#include <span>

#include "nlsq/fit.hpp"
#include "problem/binding.hpp"

namespace nlsq::fit_impl {

/// Throws InputError for an element that moves and that no row of any term picks.
void refuse_empty_groups(std::span<const TermView> terms, const FitOptions& options);

}  // namespace nlsq::fit_impl
