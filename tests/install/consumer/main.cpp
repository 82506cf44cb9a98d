// SPDX-License-Identifier: MIT
// A project that uses the installed library.
#include <cmath>
#include <vector>

#include "nlsq/nlsq.hpp"

int main() {
  const std::vector<double> x{0, 1, 2, 3, 4}, y{1.0, 2.7, 7.4, 20.1, 54.6};
  nlsq::Dataset data;
  data.column("x", x).response(y);
  const nlsq::FitResult fit = nlsq::curve_fit(nlsq::Model::parse("a*exp(b*x)"), data);
  return fit.success && std::fabs(fit.popt[1] - 1.0) < 1e-2 ? 0 : 1;
}
