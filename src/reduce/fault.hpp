// SPDX-License-Identifier: MIT
// A value that is not finite, and where.
#pragma once

#include <cstddef>

#include "nlsq/types.hpp"

namespace nlsq::reduce {

struct Fault {
  std::size_t term = 0;
  index_t row = 0;
  bool in_residual = true;  ///< else in a derivative
  index_t parameter = -1;   ///< of the derivative, among the free ones; −1: not known
  double value = 0.0;
};

}  // namespace nlsq::reduce
