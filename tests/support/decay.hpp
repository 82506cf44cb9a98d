// SPDX-License-Identifier: MIT
// A noisy exponential decay, the same on every machine.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::test {

/// A small generator whose numbers do not depend on the standard library: uniform in (−1, 1).
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}
  double operator()() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<double>(static_cast<std::int64_t>(state_) >> 11) * 0x1p-52;
  }

 private:
  std::uint64_t state_;
};

struct Decay {
  std::vector<double> x, y, sigma;
};

/// y = 2.5 exp(−1.3 x) + 0.5 + noise of size 0.05 on [0, 4].
inline Decay make_decay(index_t rows, std::uint64_t seed = 1) {
  Decay data;
  Noise noise(seed);
  for (index_t i = 0; i < rows; ++i) {
    const double x = 4.0 * static_cast<double>(i) / static_cast<double>(rows);
    data.x.push_back(x);
    data.y.push_back(2.5 * std::exp(-1.3 * x) + 0.5 + 0.05 * noise());
    data.sigma.push_back(0.05 * (1.5 + noise()));
  }
  return data;
}

}  // namespace nlsq::test
