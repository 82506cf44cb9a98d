// SPDX-License-Identifier: MIT
// Shorthands of the table tests: a table from a literal, a column as a vector, the text of an
// error.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nlsq/error.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {

inline constexpr double kMissingValue = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

inline Table parse(std::string_view text, const ReadOptions& options = {}) {
  return parse_table(text, "t.csv", options);
}

inline std::vector<double> column(const Table& table, index_t j) {
  const auto values = table.values(j);
  return {values.begin(), values.end()};
}

/// What a DataError of `action` says; a test failure if there is none.
template <typename Action>
std::string data_error(const Action& action) {
  try {
    action();
  } catch (const DataError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no DataError";
  return "";
}

inline std::string parse_error(std::string_view text, const ReadOptions& options = {}) {
  return data_error([&] { parse(text, options); });
}

inline std::string value_error(const Table& table, index_t j) {
  return data_error([&] { static_cast<void>(table.values(j)); });
}

using Names = std::vector<std::string>;
using Values = std::vector<double>;

/// The bits of a column, so that NaN equals NaN and 0 differs from -0.
inline std::vector<std::uint64_t> bits(std::span<const double> values) {
  std::vector<std::uint64_t> out;
  for (const double value : values) out.push_back(std::bit_cast<std::uint64_t>(value));
  return out;
}

}  // namespace nlsq::data
