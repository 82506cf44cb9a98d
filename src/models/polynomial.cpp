// SPDX-License-Identifier: MIT
// Polynomials: made for each degree; starts by least squares in t = (x − centre)/half range, turned
// into powers of x by Horner's scheme.
#include <algorithm>
#include <cmath>

#include "models/linear_fit.hpp"
#include "models/start_rules.hpp"
#include "models/table.hpp"

namespace nlsq::models {
namespace {

constexpr std::size_t kMostPoints = 4096;

BuiltInModel make_polynomial(int degree) {
  BuiltInModel model;
  const std::string number = std::to_string(degree);
  model.name = "polynomial(" + number + ")";
  for (int power = degree; power >= 0; --power) {
    const std::string c = "c" + std::to_string(degree - power);
    model.parameters.push_back(c);
    model.formula += (power == degree ? "" : " + ") + c;
    if (power > 0) model.formula += "*x";
    if (power > 1) model.formula += "^" + std::to_string(power);
  }
  model.bounds.resize(model.parameters.size());
  model.doc = "Polynomial of degree " + number + "; c0 belongs to the highest power.";
  model.aliases = {"polynomial_" + number, "poly" + number};
  if (degree == 2) model.aliases.push_back("quadratic");
  if (degree == 3) model.aliases.push_back("cubic");
  return model;
}

}  // namespace

const std::vector<BuiltInModel>& polynomials() {
  static const std::vector<BuiltInModel> all = [] {
    std::vector<BuiltInModel> made;
    for (int degree = 0; degree <= kMostDegree; ++degree) made.push_back(make_polynomial(degree));
    return made;
  }();
  return all;
}

Start start_polynomial(const Samples& all, int degree) {
  const Samples s = averaged(all, kMostPoints);
  const std::size_t m = s.size(), n = static_cast<std::size_t>(degree) + 1;
  const double centre = 0.5 * s.low() + 0.5 * s.high(), half = 0.5 * s.range();
  std::vector<double> columns(m * n, 1.0);  // rising powers of t
  for (std::size_t j = 1; j < n; ++j) {
    for (std::size_t i = 0; i < m; ++i)
      columns[j * m + i] = columns[(j - 1) * m + i] * ((s.x[i] - centre) / half);
  }
  LinearFit fit;
  fit.solve(columns, s.y);
  // p ← p·(x − centre)/half + c, from the highest coefficient down.
  Start rising(n, 0.0);
  for (std::size_t j = n; j-- > 0;) {
    for (std::size_t i = n; i-- > 0;)
      rising[i] = ((i > 0 ? rising[i - 1] : 0.0) - centre * rising[i]) / half;
    rising[0] += fit.coefficients()[j] * s.y_scale;
  }
  return {rising.rbegin(), rising.rend()};
}

Start start_linear(const Samples& s) { return start_polynomial(s, 1); }

}  // namespace nlsq::models
