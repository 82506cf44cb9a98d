// SPDX-License-Identifier: MIT
// The Faddeeva function w(z) and its derivatives.
#pragma once

#include <complex>

namespace nlsq::engine {

/// k-th derivative of w(z) = exp(−z²) erfc(−iz), k ≥ 0.
std::complex<double> faddeeva_derivative(int k, std::complex<double> z);

}  // namespace nlsq::engine
