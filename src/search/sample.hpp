// SPDX-License-Identifier: MIT
// The rows that starts are judged on: all of few, else half of them drawn at random from equal
// parts of the data, never at equal distances, behind which a frequency may hide, and half of them
// where the response is far from its median or changes most.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::search {

inline constexpr index_t kMostRows = 256;
inline constexpr index_t kWaveRows = 8192;  ///< that frequencies are read from

/// Values of one column, float64 or float32: of all rows, or of those that are held.
struct Column {
  const void* data = nullptr;
  bool float32 = false;
  const std::vector<index_t>* held = nullptr;  ///< rows, ascending; null: all
  double operator[](index_t i) const {
    if (held != nullptr) i = std::lower_bound(held->begin(), held->end(), i) - held->begin();
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

/// Whether a row is finite and not masked.
bool counts(const Table& table, index_t row);

/// At most `most` rows that count and are finite, ascending.
std::vector<index_t> choose_rows(const Table& table, index_t most = kMostRows);

/// At most `most` rows that count and are finite, one at random of each equal part, in the order of
/// the first column that varies.
std::vector<index_t> spread_rows(const Table& table, index_t most);

/// The rows whose values spread_rows() asks for, of a table of so many.
std::vector<index_t> rows_to_spread(index_t rows, index_t most);

/// As choose_rows() of a table of very many rows, all of which count, that is not in memory.
class ChoiceOfMany {
 public:
  explicit ChoiceOfMany(index_t rows, index_t most = kMostRows);
  /// Whether there are as many rows as it takes.
  static bool serves(index_t rows);
  /// Those whose responses it wants first.
  const std::vector<index_t>& drawn() const { return chosen_; }
  void set_responses(std::vector<double> of_drawn);
  /// Then it wants to see all, in order.
  void see(index_t row, double response);
  /// Ascending.
  std::vector<index_t> rows();

 private:
  index_t rows_, parts_;
  double median_ = 0.0, distance_ = -1.0;
  index_t part_ = 0, farthest_ = 0;
  std::vector<index_t> chosen_;
};

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
