// SPDX-License-Identifier: MIT
// What the tests know about each built-in model from elsewhere: its value in plain C++, and true
// parameters with a range of x that shows them.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace nlsq::test {

struct Truth {
  std::vector<double> parameters;
  double low = 0.0, high = 1.0;  ///< range of x
};

/// How points are spread that show the model: evenly, by their logarithms, or either way.
enum class Scale { even, either, log };

struct Reference {
  std::string name;
  std::function<double(double x, const std::vector<double>& p)> value;
  std::vector<Truth> truths;
  Scale scale = Scale::even;
};

/// One entry a model, polynomial(1) to polynomial(5) included.
const std::vector<Reference>& references();

}  // namespace nlsq::test
