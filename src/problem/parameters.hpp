// SPDX-License-Identifier: MIT
// The parameters of a problem: names from all terms, starts, bounds, which of them move.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "linalg/vector.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::fit_impl {

struct ParameterTable {
  std::vector<std::string> names;
  linalg::Vector start, lower, upper;
  std::vector<bool> fixed;
  std::vector<bool> defaulted;  ///< start not given by the caller
  linalg::Indices free;         ///< positions that move
  index_t size() const { return static_cast<index_t>(names.size()); }
  /// Position of a name; −1 if there is none.
  index_t find(const std::string& name) const;

 private:
  static constexpr std::size_t kManyNames = 64;
  mutable std::shared_ptr<std::unordered_map<std::string, index_t>> index_;  // of many names
};

/// No parameter that moves is without a start.
inline bool is_given(const ParameterTable& table) {
  for (const index_t i : table.free) {
    if (table.defaulted[static_cast<std::size_t>(i)]) return false;
  }
  return true;
}

/// Throws InputError: unknown names, crossed bounds, a start outside its bounds or not finite, a
/// wrong number of p0.
ParameterTable make_parameters(std::vector<std::string> names, const FitOptions& options);

/// Those of all parameters' values at some positions.
linalg::Vector at_positions(const linalg::Vector& values, const linalg::Indices& positions);

}  // namespace nlsq::fit_impl
