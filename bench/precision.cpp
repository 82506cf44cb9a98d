// SPDX-License-Identifier: MIT
// Mixed precision on and off (docs/adr/0007): whole fits that begin with passes in float32 against
// the same fits in float64, in turn, covariance included. The answers are compared first. Fits that
// would begin on a sample are told not to, since with one there is nothing to gain. One thread, or
// as many as the first argument says.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "nlsq/fit.hpp"
#include "support/pairs.hpp"

namespace nlsq::bench {
namespace {

struct Case {
  const char* name;
  const char* formula;
  std::vector<double> truth, start;
  double from, to;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"exponential", "a*exp(-b*x)+c", {2.5, 1.3, 0.5}, {1, 1, 1}, 0, 4},
      {"Gaussian", "a*exp(-(x-b)^2/(2*c^2))+d", {2, 1.5, 0.6, 0.3}, {1, 1, 1, 0}, 0, 4},
      {"Lorentzian", "a/(1+((x-b)/c)^2)+d", {2, 1.5, 0.6, 0.3}, {1, 1, 1, 0}, 0, 4},
      {"sinusoid", "a*sin(b*x+c)+d", {2, 3, 0.5, 0.3}, {1.5, 2.9, 0.3, 0}, 0, 4},
      {"logistic", "a/(1+exp(-b*(x-c)))+d", {2, 3, 2, 0.3}, {1, 1, 1, 0}, 0, 4},
      {"Hill", "d+(a-d)/(1+(x/c)^b)", {0.2, 2, 1.5, 2}, {0.1, 1, 1, 1}, 0.01, 10},
      {"two exponentials", "a*exp(-b*x)+c*exp(-d*x)", {2, 3, 1, 0.5}, {1, 2, 1, 0.3}, 0, 6},
      {"two Gaussians",
       "a*exp(-(x-b)^2/(2*c^2))+d*exp(-(x-g)^2/(2*h^2))",
       {2, 1, 0.3, 1, 2.5, 0.5},
       {1, 0.8, 0.5, 1, 2.7, 0.4},
       0,
       4},
      {"rational", "(a+b*x+c*x^2)/(1+d*x+g*x^2)", {1, 2, 0.5, 0.5, 0.3}, {1, 1, 1, 1, 1}, 0, 4},
  };
  return all;
}

struct Data {
  std::vector<double> x, y;
};

Data make(const Case& c, const Model& model, index_t rows) {
  Data data;
  std::mt19937_64 random(11);
  std::normal_distribution<double> noise(0.0, 0.05);
  for (index_t i = 0; i < rows; ++i) {
    const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(rows);
    data.x.push_back(c.from + (c.to - c.from) * share);
  }
  Dataset grid;
  grid.column("x", data.x);
  data.y = evaluate(model, grid, c.truth);
  for (double& y : data.y) y += noise(random);
  return data;
}

// Largest difference of the parameters in standard errors.
double distance(const FitResult& a, const FitResult& b) {
  double worst = 0.0;
  const std::size_t n = a.popt.size();
  for (std::size_t i = 0; i < n; ++i)
    worst = std::max(worst, std::fabs(a.popt[i] - b.popt[i]) / std::sqrt(b.pcov[i * n + i]));
  return worst;
}

bool compare(const Case& c, index_t rows, int threads) {
  const Model model = Model::parse(c.formula);
  const Data d = make(c, model, rows);
  Dataset data;
  data.column("x", d.x).response(d.y);
  FitOptions options;
  options.p0 = c.start;
  options.threads = threads;
  options.progressive = false;
  FitOptions mixed = options;
  options.precision = Precision::float64;
  mixed.precision = Precision::mixed;
  const FitResult on = curve_fit(model, data, mixed), off = curve_fit(model, data, options);
  const double apart = distance(on, off);
  const Pair pair = alternate([&] { curve_fit(model, data, mixed); },
                              [&] { curve_fit(model, data, options); }, 31, 0.002);
  fmt::print("{:<17} {:>9} {:>6.1f} {:>10.1f} {:>10.1f} {:>6.2f}   {} of {} / {:<8} {:.1e}\n",
             c.name, rows, on.condition, 1e6 * pair.b, 1e6 * pair.a, pair.ratio, on.nfev_float32,
             on.nfev, off.nfev, apart);
  return apart < 1e-6;
}

int run(int threads) {
  bool good = true;
  fmt::print("{:<17} {:>9} {:>6} {:>10} {:>10} {:>6}   {:<16} {}\n", "model", "rows", "κ",
             "float64 µs", "mixed µs", "ratio", "passes", "apart (errors)");
  for (const Case& c : cases()) {
    for (const index_t rows : {1000, 2000, 4000, 8000, 100000, 1000000})
      good &= compare(c, rows, threads);
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace nlsq::bench

int main(int argc, char** argv) { return nlsq::bench::run(argc > 1 ? std::atoi(argv[1]) : 1); }
