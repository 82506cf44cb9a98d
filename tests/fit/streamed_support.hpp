// SPDX-License-Identifier: MIT
// A source that makes its rows when they are asked for, and comparisons bit by bit.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "nlsq/fit.hpp"
#include "nlsq/rows.hpp"

namespace nlsq::test {

/// A decay with noise and some masked rows, a row at a time.
namespace decay_rows {

constexpr index_t kRows = 200'123;  // the last leaf and its last block are not full

// A number in [−1, 1) that is another one in each row.
inline double noise(index_t row) {
  auto bits = static_cast<std::uint64_t>(row) * 0x9E3779B97F4A7C15U + 12345;
  bits ^= bits >> 31;
  bits *= 0xBF58476D1CE4E5B9U;
  bits ^= bits >> 29;
  return static_cast<double>(bits >> 11) * 0x1p-52 - 1.0;
}

inline double x_of(index_t row) { return 4.0 * static_cast<double>(row) / kRows; }
inline double decay(index_t row) {
  return 2.5 * std::exp(-1.3 * x_of(row)) + 0.5 + 0.1 * noise(row);
}
inline double sigma_of(index_t row) {
  return row % 1000 == 7 ? std::numeric_limits<double>::infinity() : 0.05 + 0.01 * noise(3 * row);
}

}  // namespace decay_rows

/// Rows of functions of the row number; nothing is held but these.
class MadeRows : public RowSource {
 public:
  using Function = std::function<double(index_t row)>;
  MadeRows(index_t rows, std::vector<std::pair<std::string, Function>> columns) {
    std::vector<SourceColumn> named;
    for (auto& [name, of_row] : columns) {
      named.push_back({.name = name});
      functions_.push_back(std::move(of_row));
    }
    set(rows, std::move(named));
  }
  void read(index_t first, index_t rows, std::span<const index_t> columns,
            std::span<void* const> to) const override {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Function& of_row = functions_[static_cast<std::size_t>(columns[c])];
      for (index_t i = 0; i < rows; ++i) static_cast<double*>(to[c])[i] = of_row(first + i);
    }
  }
  /// The same values in memory.
  std::vector<double> values(const std::string& name) const {
    std::vector<double> all(static_cast<std::size_t>(rows()));
    void* const to = all.data();
    const index_t index = column(name).index;
    read(0, rows(), {&index, 1}, {&to, 1});
    return all;
  }

 private:
  std::vector<Function> functions_;
};

inline void expect_same_bits(const FitResult& a, const FitResult& b, const std::string& what) {
  EXPECT_EQ(a.popt, b.popt) << what;
  EXPECT_EQ(a.pcov, b.pcov) << what;
  EXPECT_EQ(a.cost, b.cost) << what;
  EXPECT_EQ(a.rss, b.rss) << what;
  EXPECT_EQ(a.r_squared, b.r_squared) << what;
  EXPECT_EQ(a.aic, b.aic) << what;
  EXPECT_EQ(a.n, b.n) << what;
  EXPECT_EQ(a.n_masked, b.n_masked) << what;
  EXPECT_EQ(a.nfev, b.nfev) << what;
  EXPECT_EQ(a.nfev_subsample, b.nfev_subsample) << what;
  EXPECT_EQ(a.status, b.status) << what;
  EXPECT_EQ(a.fold, b.fold) << what;
  ASSERT_EQ(a.issues.size(), b.issues.size()) << what;
  for (std::size_t i = 0; i < a.issues.size(); ++i)
    EXPECT_EQ(a.issues[i].sentence, b.issues[i].sentence) << what;
}

}  // namespace nlsq::test
