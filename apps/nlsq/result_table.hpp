// SPDX-License-Identifier: MIT
// The table of results of many fits, a row a group, and the ways it is written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::command {

struct ResultColumn {
  enum class Kind { number, count, text };
  std::string name;
  Kind kind = Kind::number;
  std::vector<double> numbers;
  std::vector<std::int64_t> counts;
  /// Text: the different words, and for each row the position of its own.
  std::vector<std::string> words;
  std::vector<std::int32_t> codes;
};

struct ResultTable {
  index_t rows = 0;
  std::vector<ResultColumn> columns;
};

/// RFC 4180 but for line ends, which are LF; what is not a number is an empty field. Numbers have
/// as many digits as it takes to read back the same. Text that a spreadsheet would run is guarded
/// (spreadsheet.hpp).
std::string to_csv(const ResultTable& table, int threads);

/// An uncompressed .npz: float64, int64 and Unicode arrays.
std::string to_npz(const ResultTable& table);

}  // namespace nlsq::command
