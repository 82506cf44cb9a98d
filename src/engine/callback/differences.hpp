// SPDX-License-Identifier: MIT
// Columns of a Jacobian by differences, whatever chose the steps (nlsq/differences.hpp).
#pragma once

#include "nlsq/differences.hpp"

namespace nlsq::engine {

/// A step of the given size for parameter j at p, put where the bounds leave room.
DifferenceStep fit_into_bounds(const DifferenceRule& rule, double p, std::size_t j, double size);

/// Column j by a step: column[i·stride] = ∂f_i/∂p_j, for i < f.size(). `point` is p, and is p again
/// afterwards; `work` has room for 2·m values. Returns the number of calls.
index_t difference_column(Differences kind, const ResidualFunction& function,
                          std::span<double> point, std::span<const double> f, std::size_t j,
                          DifferenceStep step, std::span<double> work, double* column,
                          std::size_t stride);

}  // namespace nlsq::engine
