// SPDX-License-Identifier: MIT
// How far two evaluations of a random expression may differ: the reference evaluator's own error in
// double shows how badly conditioned the expression is at that point.
#pragma once

#include <algorithm>
#include <cmath>

#include "support/reference_evaluator.hpp"

namespace nlsq::test {

template <class To, class From>
Inputs<To> converted(const Inputs<From>& from) {
  Inputs<To> to;
  for (const auto& p : from.parameters) to.parameters.emplace_back(p.begin(), p.end());
  to.columns.assign(from.columns.begin(), from.columns.end());
  return to;
}

struct Reference {
  long double value = 0.0L;
  double tolerance = 0.0;
};

/// The value in long double, and `factor` times what evaluating in double loses plus that many
/// roundings of the largest intermediate value.
inline Reference reference_with_tolerance(const expr::Graph& graph, expr::NodeId root,
                                          const Inputs<double>& in, double factor = 20.0) {
  const std::vector<long double> exact =
      reference_values<long double>(graph, root, converted<long double>(in));
  const std::vector<double> rough = reference_values<double>(graph, root, in);
  long double lost = std::fabs(rough[root] - exact[root]);
  long double largest = 1.0L;
  for (const long double v : exact) {
    if (std::isfinite(v)) largest = std::max(largest, std::fabs(v));
  }
  return {exact[root], static_cast<double>(factor * (lost + 0x1p-52L * largest))};
}

}  // namespace nlsq::test
