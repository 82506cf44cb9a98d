// SPDX-License-Identifier: MIT
// Vectors and matrices of parameters. Up to 8 (6) of them they are part of their owner, so that a
// small fit allocates next to nothing.
#pragma once

#include "base/small_vector.hpp"

namespace nlsq::linalg {

using Vector = base::SmallVector<double, 8>;  ///< n
using base::Indices;
using Matrix = base::SmallVector<double, 36>;  ///< n×n, column-major unless said otherwise

}  // namespace nlsq::linalg
