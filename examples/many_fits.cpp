// SPDX-License-Identifier: MIT
// Ten thousand decays of forty points, side by side: values, errors, and what became of each.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "nlsq/nlsq.hpp"

int main() {
  const nlsq::index_t sets = 10000, rows = 40;
  std::vector<double> t, y;
  for (int i = 0; i < rows; ++i) t.push_back(0.1 * i);
  for (int k = 0; k < sets; ++k) {
    const double rate = 0.5 + 1e-4 * k;
    for (int i = 0; i < rows; ++i) {
      const double wobble = 0.02 * std::sin(37.0 * i + 11.0 * k);
      y.push_back(2.0 * std::exp(-rate * t[static_cast<std::size_t>(i)]) + 0.3 + wobble);
    }
  }
  y[7 * rows + 3] = NAN;  // the eighth set cannot be fitted, and stops no other

  const nlsq::Model model = nlsq::Model::parse("a*exp(-b*t) + c", {"t"});
  nlsq::ManyData data(sets, rows);
  data.column("t", t).response(y);
  nlsq::ManyOptions options;
  options.start = {{"a", 1.0}, {"b", 1.0}, {"c", 0.0}};
  const nlsq::ManyResult fits = nlsq::fit_many(model, data, options);

  std::printf("%td fits in %.1f ms, %td failed\n", fits.fits, fits.elapsed_ms, fits.failed);
  for (const nlsq::index_t k : {nlsq::index_t{0}, nlsq::index_t{7}, nlsq::index_t{9999}}) {
    const auto at = static_cast<std::size_t>(3 * k + 1);
    std::printf("set %td: b = %s (%s)\n", k, nlsq::with_error(fits.popt[at], fits.perr[at]).c_str(),
                fits.message(k).c_str());
  }
  return fits.failed == 1 && std::fabs(fits.popt[1] - 0.5) < 0.02 ? 0 : 1;
}
