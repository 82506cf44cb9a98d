// SPDX-License-Identifier: MIT
// A term ready for reduction: a residual program and where its columns and parameters come from.
#pragma once

#include <memory>
#include <vector>

#include "nlsq/types.hpp"
#include "program/residual.hpp"

namespace nlsq::reduce {

/// `rows` values; nothing past them is read.
struct ColumnSource {
  const void* data = nullptr;
  bool float32 = false;
};

struct Term {
  std::shared_ptr<const program::ResidualProgram> program;
  index_t rows = 0;
  index_t masked_rows = 0;            ///< rows with infinite sigma
  std::vector<ColumnSource> columns;  ///< in the program's numbering
  std::vector<index_t> parameters;  ///< problem parameter of each of the program's model parameters
  std::vector<index_t> free;   ///< free position in the problem of each differentiated parameter
  std::vector<double> extras;  ///< scalar sigmas, then f_scale
  bool robust = false;
  double f_scale = 1.0;
};

}  // namespace nlsq::reduce
