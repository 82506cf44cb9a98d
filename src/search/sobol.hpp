// SPDX-License-Identifier: MIT
// Points that fill a unit cube evenly: a Sobol sequence (Bratley and Fox 1988) with the direction
// numbers of Joe and Kuo (2008), shifted digit by digit by a seed. Coordinates beyond the table are
// random.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::search {

class Sobol {
 public:
  Sobol(index_t dimensions, std::uint64_t seed);
  /// Coordinates in (0, 1) of the next point.
  void next(double* point);

 private:
  static constexpr int kBits = 32;
  index_t dimensions_;
  std::uint64_t seed_;
  std::uint32_t count_ = 0;
  std::vector<std::array<std::uint32_t, kBits>> directions_;
  std::vector<std::uint32_t> state_;
};

}  // namespace nlsq::search
