// SPDX-License-Identifier: MIT
// Hand-fused loops: residual, Jacobian and Gram fold of one model in one loop of AVX-512
// intrinsics, with SLEEF for the transcendental functions. The reference for throughput.
#pragma once

#include <string>
#include <vector>

namespace nlsq::bench {

struct HandFused {
  std::string name, formula;
  std::vector<double> parameters;
  double from, to;  ///< range of x
  /// Adds the packed lower triangle of [J f]ᵀ[J f] over m rows (a multiple of 256) to gram.
  void (*run)(const double* x, const double* y, long m, const double* p, double* gram);
};

/// Reads n values (a multiple of 64) and adds them up: the least that a pass over them can do.
/// AVX-512 needed.
double read_all(const double* values, long n);

/// Empty on a machine without AVX-512.
const std::vector<HandFused>& hand_fused_models();

}  // namespace nlsq::bench
