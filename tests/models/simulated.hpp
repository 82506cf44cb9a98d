// SPDX-License-Identifier: MIT
// Simulated measurements of a built-in model; the same on every machine.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "models/truths.hpp"

namespace nlsq::test {

/// splitmix64 with Box and Muller's normal deviates.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}
  double uniform() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t v = state_;
    v = (v ^ (v >> 30)) * 0xBF58476D1CE4E5B9u;
    v = (v ^ (v >> 27)) * 0x94D049BB133111EBu;
    return static_cast<double>((v ^ (v >> 31)) >> 11) * 0x1p-53;
  }
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
    return radius * std::cos(2.0 * std::acos(-1.0) * uniform());
  }

 private:
  std::uint64_t state_;
};

enum class Spacing { even, random, log, random_log };

struct Measurement {
  std::vector<double> x, y;
};

inline std::vector<double> places(const Truth& t, Spacing spacing, int n, Noise& noise) {
  std::vector<double> x;
  // Log-spaced points begin at a thousandth of the range if it begins at zero.
  const double low = t.low > 0.0 ? t.low : 1e-3 * t.high;
  for (int i = 0; i < n; ++i) {
    const bool is_random = spacing == Spacing::random || spacing == Spacing::random_log;
    const double part = is_random ? noise.uniform() : double(i) / (n - 1);
    const bool is_log = spacing == Spacing::log || spacing == Spacing::random_log;
    x.push_back(is_log ? low * std::pow(t.high / low, part) : t.low + part * (t.high - t.low));
  }
  return x;
}

/// Noise of standard deviation `level` in units of the range of y.
inline Measurement simulate(const Reference& model, const Truth& truth, Spacing spacing, int n,
                            double level, Noise& noise) {
  Measurement m;
  m.x = places(truth, spacing, n, noise);
  double low = INFINITY, high = -INFINITY;
  for (const double x : m.x) {
    m.y.push_back(model.value(x, truth.parameters));
    low = std::min(low, m.y.back());
    high = std::max(high, m.y.back());
  }
  for (double& y : m.y) y += level * (high - low) * noise.normal();
  return m;
}

}  // namespace nlsq::test
