// SPDX-License-Identifier: MIT
// Starts, bounds and fixed values by name.
#include "problem/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/nearest.hpp"
#include "nlsq/error.hpp"

namespace nlsq::fit_impl {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Positions of a parameter, or of all elements of the vector of that name: first and number.
std::pair<index_t, index_t> require(const ParameterTable& table, const std::string& name,
                                    const char* argument) {
  const index_t at = table.find(name);
  if (at >= 0) return {at, 1};
  const std::string begin = name + "[";
  const auto is_element = [&](const std::string& own) { return own.starts_with(begin); };
  const auto first = std::find_if(table.names.begin(), table.names.end(), is_element);
  if (first != table.names.end()) {
    const auto last = std::find_if_not(first, table.names.end(), is_element);
    return {first - table.names.begin(), last - first};
  }
  const char* const constant = name == "e"    ? " ('e' is Euler's number, 2.718…)"
                               : name == "pi" ? " ('pi' is the number π)"
                                              : "";
  throw InputError(
      argument,
      fmt::format("{}: the model has no parameter '{}'{}{}; its parameters are {}", argument, name,
                  constant, base::did_you_mean(name, table.names), base::quoted_list(table.names)));
}

// 1 if the bounds allow it, else their middle, else one unit inside.
double default_start(double lower, double upper) {
  if (lower < 1.0 && 1.0 < upper) return 1.0;
  if (std::isfinite(lower) && std::isfinite(upper)) return lower + 0.5 * (upper - lower);
  if (lower <= 1.0 && 1.0 <= upper) return 1.0;
  return std::isfinite(lower) ? lower + 1.0 : upper - 1.0;
}

void apply_bounds(ParameterTable& table, const FitOptions& options) {
  for (const auto& [name, bounds] : options.bounds) {
    const auto [first, count] = require(table, name, "bounds");
    if (std::isnan(bounds.lower) || std::isnan(bounds.upper) || bounds.lower > bounds.upper) {
      throw InputError("bounds",
                       fmt::format("bounds: the lower bound {} of '{}' is above the upper bound {}",
                                   bounds.lower, name, bounds.upper));
    }
    for (index_t at = first; at < first + count; ++at) {
      // What is said of an element by itself counts.
      if (count > 1 && options.bounds.contains(table.names[z(at)])) continue;
      table.lower[z(at)] = bounds.lower;
      table.upper[z(at)] = bounds.upper;
    }
  }
}

void apply_starts(ParameterTable& table, const FitOptions& options) {
  if (!options.p0.empty() && static_cast<index_t>(options.p0.size()) != table.size()) {
    throw InputError(
        "p0", fmt::format("p0: {} values were given for {} parameters ({})", options.p0.size(),
                          table.size(), base::quoted_list(table.names)));
  }
  for (index_t i = 0; i < table.size(); ++i) {
    if (options.p0.empty()) {
      table.start[z(i)] = default_start(table.lower[z(i)], table.upper[z(i)]);
    } else {
      table.start[z(i)] = options.p0[z(i)];
      table.defaulted[z(i)] = z(i) < options.first_guess.size() && options.first_guess[z(i)];
    }
  }
  for (const auto& [name, value] : options.start) {
    const auto [first, count] = require(table, name, "p0");
    for (index_t at = first; at < first + count; ++at) {
      if (count > 1 && options.start.contains(table.names[z(at)])) continue;
      table.start[z(at)] = value;
      table.defaulted[z(at)] = false;
    }
  }
  for (const auto& [name, value] : options.fixed) {
    const auto [first, count] = require(table, name, "fix");
    for (index_t at = first; at < first + count; ++at) {
      if (count > 1 && options.fixed.contains(table.names[z(at)])) continue;
      table.fixed[z(at)] = true;
      if (!value) continue;
      table.start[z(at)] = *value;
      table.defaulted[z(at)] = false;
    }
  }
}

}  // namespace

index_t ParameterTable::find(const std::string& name) const {
  if (names.size() > kManyNames && !index_) {
    index_ = std::make_shared<std::unordered_map<std::string, index_t>>();
    for (std::size_t i = 0; i < names.size(); ++i)
      index_->emplace(names[i], static_cast<index_t>(i));
  }
  if (index_) {
    const auto known = index_->find(name);
    return known == index_->end() ? -1 : known->second;
  }
  const auto at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? -1 : at - names.begin();
}

ParameterTable make_parameters(std::vector<std::string> names, const FitOptions& options) {
  if (names.empty())
    throw InputError("model", "model: it has no parameter, so there is nothing to fit");
  ParameterTable table;
  table.names = std::move(names);
  const std::size_t n = table.names.size();
  table.start.assign(n, 1.0);
  table.lower.assign(n, -INFINITY);
  table.upper.assign(n, INFINITY);
  table.fixed.assign(n, false);
  table.defaulted.assign(n, true);
  apply_bounds(table, options);
  apply_starts(table, options);
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(table.start[i])) {
      throw InputError("p0", fmt::format("p0: the start {} of '{}' is not finite", table.start[i],
                                         table.names[i]));
    }
    // Equal bounds leave no room to move.
    if (table.lower[i] == table.upper[i]) table.fixed[i] = true;
    if (table.start[i] < table.lower[i] || table.start[i] > table.upper[i]) {
      throw InputError("p0",
                       fmt::format("p0: the start {} of '{}' is outside its bounds [{}, {}]",
                                   table.start[i], table.names[i], table.lower[i], table.upper[i]));
    }
    if (!table.fixed[i]) table.free.push_back(static_cast<index_t>(i));
  }
  return table;
}

linalg::Vector at_positions(const linalg::Vector& values, const linalg::Indices& positions) {
  linalg::Vector picked;
  for (const index_t i : positions) picked.push_back(values[static_cast<std::size_t>(i)]);
  return picked;
}

}  // namespace nlsq::fit_impl
