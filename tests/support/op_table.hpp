// SPDX-License-Identifier: MIT
// Reads the tables of tests/data/ops, which scripts/make_op_tables.py writes: exact values and
// derivatives.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace nlsq::test {

struct OpRow {
  int k = 0;
  std::vector<double> x;
  long double f = 0.0L;
  std::vector<std::optional<long double>> first, second;  ///< empty: not defined there
};

struct OpTable {
  std::string name;
  int arity = 0;
  std::vector<OpRow> rows;
};

inline OpTable read_op_table(const std::string& name) {
  std::ifstream file(std::string(NLSQ_TEST_DATA) + "/ops/" + name + ".txt");
  if (!file) throw std::runtime_error("no table for " + name);
  OpTable table;
  std::string word, line;
  file >> word >> table.name >> table.arity;
  std::getline(file, line);
  const int n = table.arity;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    OpRow row;
    words >> row.k;
    for (int i = 0; i < n && words >> word; ++i) {
      row.x.push_back(std::strtod(word.c_str(), nullptr));
    }
    words >> word;
    row.f = std::strtold(word.c_str(), nullptr);
    const auto read = [&](int count, auto& into) {
      for (int i = 0; i < count && words >> word; ++i) {
        into.push_back(word == "skip" ? std::nullopt
                                      : std::optional(std::strtold(word.c_str(), nullptr)));
      }
    };
    read(n, row.first);
    read(n * (n + 1) / 2, row.second);
    if (!words) throw std::runtime_error(name + ": a row is too short: " + line);
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// One unit in the last place of a double of this size; at least the smallest subnormal.
inline long double ulp_of(long double exact) {
  if (exact == 0.0L) return 0x1p-1074L;
  return std::ldexp(1.0L, std::max(std::ilogb(exact) - 52, -1074));
}

/// Distance of `got` from `exact` in units of the last place; 0 for equal infinities and two NaN,
/// infinite when only one of them is. A double that rounds to infinity where the exact value is
/// within one ulp of the largest is close.
inline double ulps_between(double got, long double exact) {
  if (std::isnan(got) || std::isnan(exact)) {
    return std::isnan(got) && std::isnan(exact) ? 0.0 : INFINITY;
  }
  if (std::isinf(got) || std::isinf(exact)) {
    return static_cast<long double>(got) == exact ? 0.0 : INFINITY;
  }
  return static_cast<double>(std::fabs(got - exact) / ulp_of(exact));
}

}  // namespace nlsq::test
