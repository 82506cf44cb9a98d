// SPDX-License-Identifier: MIT
// Starts of curves that rise from one level to another: place and steepness on a grid, the levels
// by least squares.
#include <algorithm>
#include <cmath>

#include "models/separable.hpp"
#include "models/start_rules.hpp"

namespace nlsq::models {
namespace {

constexpr std::size_t kMostPoints = 128;

double expit(double z) { return 1.0 / (1.0 + std::exp(-z)); }

Axis places(const Samples& s) {
  return even_axis(s.low() - 0.3 * s.range(), s.high() + 0.3 * s.range(), 17);
}

Axis rates(const Samples& s) { return log_axis(0.5 / s.range(), 4.0 / s.spacing(), 16); }

// Of curves of ln x. Zero belongs to the data but has no logarithm.
Axis scales(const Samples& s) {
  const Samples p = positive(s);
  const double low = p.size() > 0 ? p.low() : 1.0, high = p.size() > 0 ? p.high() : 1.0;
  return log_axis(0.3 * low, 3.0 * high, 18);
}

Axis powers() { return log_axis(0.25, 16.0, 10); }

// (x/scale)^power/(1 + (x/scale)^power).
double hill(double x, double scale, double power) {
  return x > 0.0 ? expit(power * std::log(x / scale)) : 0.0;
}

// 1 − φ and φ: levels at small and large x.
Start start_of_levels(const Samples& all, std::function<double(double x, const double* t)> phi,
                      bool has_asymmetry) {
  const Samples s = averaged(positive(all, true), kMostPoints);
  if (s.size() == 0) return {};
  Search search(s, {2, [=](double x, const double* t, double* out) {
                      out[1] = phi(x, t);
                      out[0] = 1.0 - out[1];
                    }});
  std::vector<Axis> axes{scales(s), powers()};
  if (has_asymmetry) axes.push_back(log_axis(0.2, 5.0, 5));
  const Found f = search.best(axes);
  Start start{f.linear[0], f.linear[1]};
  start.insert(start.end(), f.theta.begin(), f.theta.end());
  return start;
}

}  // namespace

Start start_sigmoid(const Samples& all) {
  const Samples s = averaged(all, kMostPoints);
  Search search(s, {2,
                    [](double x, const double* t, double* phi) {
                      phi[0] = expit(t[1] * (x - t[0]));
                      phi[1] = 1.0;
                    },
                    0});
  const Found f = search.best({places(s), rates(s)});
  return {f.linear[0], f.theta[0], f.theta[1], f.linear[1]};
}

Start start_gompertz(const Samples& all) {
  const Samples s = averaged(all, kMostPoints);
  Search search(s, {1, [](double x, const double* t, double* phi) {
                      *phi = std::exp(-std::exp(-t[1] * (x - t[0])));
                    }});
  const Found f = search.best({places(s), rates(s)});
  return {f.linear[0], f.theta[0], f.theta[1]};
}

Start start_weibull(const Samples& all) {
  const Samples s = averaged(positive(all), kMostPoints);
  if (s.size() == 0) return {};
  Search search(s, {1, [](double x, const double* t, double* phi) {
                      *phi = -std::expm1(-std::pow(x / t[0], t[1]));
                    }});
  const Found f = search.best({scales(s), powers()});
  return {f.linear[0], f.theta[0], f.theta[1]};
}

Start start_four_pl(const Samples& s) {
  return start_of_levels(
      s, [](double x, const double* t) { return hill(x, t[0], t[1]); }, false);
}

// The place searched for is where the curve is half way up: ec50 and asym hold each other too
// tightly for a search coordinate by coordinate.
Start start_five_pl(const Samples& s) {
  const auto ec50 = [](const double* t) {
    return t[0] * std::pow(std::exp2(1.0 / t[2]) - 1.0, 1.0 / t[1]);
  };
  Start start = start_of_levels(
      s, [ec50](double x, const double* t) { return std::pow(hill(x, ec50(t), t[1]), t[2]); },
      true);
  if (!start.empty()) start[2] = ec50(&start[2]);
  return start;
}

Start start_hill(const Samples& s) {
  const Start levels = start_four_pl(s);
  if (levels.empty()) return {};
  return {levels[1] - levels[0], levels[2], levels[3], levels[0]};
}

Start start_michaelis_menten(const Samples& all) {
  const Samples s = averaged(positive(all, true), kMostPoints);
  if (s.size() == 0) return {};
  Search search(s, {1, [](double x, const double* t, double* phi) { *phi = x / (t[0] + x); }});
  const Axis all_scales = scales(s);
  const Found f =
      search.best({log_axis(0.1 * all_scales.values.front(), 30.0 * all_scales.values.back(), 40)});
  return {f.linear[0], f.theta[0]};
}

}  // namespace nlsq::models
