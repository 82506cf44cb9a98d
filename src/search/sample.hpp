// SPDX-License-Identifier: MIT
// The rows that starts are judged on: all of few, else half of them drawn at random from equal
// parts of the data, never at equal distances, behind which a frequency may hide, and half of them
// where the response is far from its median or changes most.
#pragma once

#include <span>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::search {

inline constexpr index_t kMostRows = 256;

/// Values of one column, float64 or float32.
struct Column {
  const void* data = nullptr;
  bool float32 = false;
  double operator[](index_t i) const {
    return float32 ? static_cast<double>(static_cast<const float*>(data)[i])
                   : static_cast<const double*>(data)[i];
  }
};

/// What there is: the model's columns, the response, its errors (data null: none).
struct Table {
  std::vector<Column> columns;
  Column y, sigma;
  index_t rows = 0;
};

/// At most `most` rows that count and are finite, ascending.
std::vector<index_t> choose_rows(const Table& table, index_t most = kMostRows);

/// At most `most` rows that count and are finite, one at random of each equal part, in the order of
/// the first column that varies.
std::vector<index_t> spread_rows(const Table& table, index_t most);

/// Copies of the values of some rows, padded to whole vectors with the last one.
struct Sample {
  index_t rows = 0;
  index_t padded = 0;
  index_t all_rows = 0;
  std::vector<std::vector<double>> columns;
  std::vector<double> y;
  std::vector<double> weight;  ///< 1/sigma, scaled to a largest of 1
  bool empty() const { return rows == 0; }
};

Sample take_sample(const Table& table, std::span<const index_t> rows);

}  // namespace nlsq::search
