// SPDX-License-Identifier: MIT
// The smallest fit: data in vectors, a model as a formula or as a lambda, the report of the
// command.
#include <cmath>
#include <cstdio>
#include <vector>

#include "nlsq/nlsq.hpp"

int main() {
  // Activity of a source, counts per second, and its standard deviations.
  const std::vector<double> t{0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15};
  const std::vector<double> counts{1021, 779, 602, 463, 368, 300, 242, 201, 172, 133, 116, 106};
  std::vector<double> sigma;
  for (const double n : counts) sigma.push_back(std::sqrt(n));

  nlsq::Dataset data;
  data.column("t", t).response(counts).sigma(sigma);

  nlsq::FitOptions options;
  options.absolute_sigma = true;
  options.start = {{"A", 1000}, {"k", 0.3}};  // the background starts at 1
  options.bounds["background"] = {0.0, 1e6};

  const nlsq::Model formula = nlsq::Model::parse("A*exp(-k*t) + background", {"t"});
  const nlsq::FitResult fit = nlsq::curve_fit(formula, data, options);
  std::printf("%s\n", fit.report().c_str());

  // The same as C++ code: traced once, differentiated exactly, as fast.
  const nlsq::Model lambda = nlsq::Model::trace(
      {"A", "k", "background"}, [](const nlsq::Columns& c, const nlsq::Params& p) {
        return p["A"] * exp(-p["k"] * c["t"]) + p["background"];
      });
  const nlsq::FitResult same = nlsq::curve_fit(lambda, data, options);
  std::printf("half-life %.3f s, from the lambda %.3f s\n", std::log(2) / fit.popt[1],
              std::log(2) / same.popt[1]);
  return fit.success && same.popt == fit.popt ? 0 : 1;
}
