// SPDX-License-Identifier: MIT
// Made-up measurements for tests of how fits of many rows are led.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "nlsq/fit.hpp"

namespace nlsq::test {

struct Columns {
  std::vector<double> x, y, sigma;
};

// y = f(x) + noise at `rows` places from 0 to 1.
inline Columns measured(int rows, double noise, const std::function<double(double)>& f) {
  std::mt19937_64 generator(static_cast<unsigned>(rows));
  std::normal_distribution<double> normal;
  Columns data;
  for (int i = 0; i < rows; ++i) {
    data.x.push_back(static_cast<double>(i) / (rows - 1));
    data.y.push_back(f(data.x.back()) + noise * normal(generator));
  }
  return data;
}

inline FitResult fit_columns(const std::string& formula, const Columns& data,
                             const FitOptions& options) {
  Dataset set;
  set.column("x", data.x).response(data.y);
  if (!data.sigma.empty()) set.sigma(data.sigma);
  return curve_fit(Model::parse(formula, {"x"}), set, options);
}

}  // namespace nlsq::test
