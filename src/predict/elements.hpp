// SPDX-License-Identifier: MIT
// How many elements gathered parameters have where the data do not hold every group that was
// fitted.
#pragma once

#include "nlsq/result.hpp"
#include "problem/binding.hpp"

namespace nlsq::fit_impl {

/// Raises the numbers of elements that the data tell to those of `parameters` values: vectors that
/// one index column picks get more, each the same number. Throws InputError where that cannot be.
void grow_to(const Model& model, index_t parameters, linalg::Indices& sizes);

/// The same to the elements whose names a result holds.
void grow_to_result(const Model& model, const FitResult& result, linalg::Indices& sizes);

}  // namespace nlsq::fit_impl
