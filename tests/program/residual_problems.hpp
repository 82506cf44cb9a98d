// SPDX-License-Identifier: MIT
// The models that the tests of residual programs run on, with parameters and columns.
#pragma once

#include <string>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::test {

struct Problem {
  std::string name;
  std::vector<std::string> formulas, columns;
  base::Indices sizes;
  std::vector<double> parameters;
  std::vector<std::vector<double>>
      data;  ///< the model's columns, in the order in which it uses them
};

inline std::vector<double> grid(double from, double to, std::size_t count) {
  std::vector<double> x;
  for (std::size_t i = 0; i < count; ++i) {
    x.push_back(from + (to - from) * (static_cast<double>(i) + 0.37) / static_cast<double>(count));
  }
  return x;
}

inline const std::vector<Problem>& problems() {
  const auto x = grid(-2.0, 3.0, 37), t = grid(0.1, 4.0, 37);
  std::vector<double> group;
  for (std::size_t i = 0; i < 37; ++i) group.push_back(static_cast<double>(i % 3));
  static const std::vector<Problem> all{
      {"line", {"a*x + b"}, {"x"}, {1, 1}, {1.5, -0.3}, {x}},
      {"decay", {"a*exp(-b*x) + c"}, {"x"}, {1, 1, 1}, {2.0, 0.7, 0.1}, {t}},
      {"peak",
       {"a*exp(-((x - m)/s)^2/2) + c + d*x"},
       {"x"},
       {1, 1, 1, 1, 1},
       {2.0, 0.4, 0.8, 0.1, -0.2},
       {x}},
      {"rational",
       {"(a + b*x + c*x^2 + d*x^3)/(1 + e1*x + f*x^2 + g*x^3)"},
       {"x"},
       {1, 1, 1, 1, 1, 1, 1},
       {1.2, 0.5, 0.3, 0.1, 0.4, 0.2, 0.05},
       {t}},
      {"wave",
       {"a*sin(w*x + p) + b*cos(w*x + p) - sqrt(abs(q)*x)"},
       {"x"},
       {1, 1, 1, 1, 1},
       {1.0, 2.5, 0.3, 0.6, 0.9},
       {t}},
      {"dead branch",
       {"a*where(x > c, sqrt(x - c), 0) + b*log(where(x > c, x - c, 1))"},
       {"x"},
       {1, 1, 1},
       {1.3, 0.28, 0.4},
       {x}},
      {"groups",
       {"a[g]*exp(-k*x) + b[g]"},
       {"x", "g"},
       {3, 1, 3},
       {1.0, 2.0, 3.0, 0.6, 0.1, 0.2, 0.3},
       {group, t}},
      {"two outputs",
       {"a*exp(-k*x)", "a*(1 - exp(-k*x)) + b"},
       {"x"},
       {1, 1, 1},
       {2.0, 0.8, 0.1},
       {t}},
      {"power", {"a*x^b + c*x**-2 + d*x^0.5"}, {"x"}, {1, 1, 1, 1}, {1.1, 1.7, 0.3, 0.5}, {t}},
      {"unused parameter", {"a*x + 0*b"}, {"x"}, {1, 1}, {1.0, 2.0}, {x}},
      {"cubic less two terms",
       {"a + b*x + c*x^2 + d*x^3 - cos(x) - exp(-x)"},
       {"x"},
       {1, 1, 1, 1},
       {0.3, -0.7, 0.2, 0.1},
       {x}},
  };
  return all;
}

}  // namespace nlsq::test
