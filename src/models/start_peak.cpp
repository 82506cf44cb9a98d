// SPDX-License-Identifier: MIT
// Starts of peaks: centres where running means of several lengths are largest and some across the
// range and beyond it, widths on a grid, the height by least squares.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/separable.hpp"
#include "models/start_rules.hpp"

namespace nlsq::models {
namespace {

constexpr std::size_t kMostPoints = 1024;

// Where means of 1, 3, 9, … neighbours are highest and lowest.
std::vector<double> extremes(const Samples& s) {
  std::vector<double> places;
  for (std::size_t length = 1; length <= (s.size() + 1) / 2; length *= 3) {
    double sum =
        std::accumulate(s.y.begin(), s.y.begin() + static_cast<std::ptrdiff_t>(length), 0.0);
    double highest = sum, lowest = sum;
    std::size_t top = 0, bottom = 0;
    for (std::size_t first = 1; first + length <= s.size(); ++first) {
      sum += s.y[first + length - 1] - s.y[first - 1];
      if (sum > highest) highest = sum, top = first;
      if (sum < lowest) lowest = sum, bottom = first;
    }
    places.push_back(s.x[top + length / 2]);
    places.push_back(s.x[bottom + length / 2]);
  }
  return places;
}

Axis centres(const Samples& s) {
  Axis axis = even_axis(s.low() - 0.25 * s.range(), s.high() + 0.25 * s.range(), 9);
  for (const double place : extremes(s)) axis.values.push_back(place);
  std::sort(axis.values.begin(), axis.values.end());
  axis.values.erase(std::unique(axis.values.begin(), axis.values.end()), axis.values.end());
  return axis;
}

Axis widths(const Samples& s) { return log_axis(0.5 * s.spacing(), 2.0 * s.range(), 16); }

double gaussian(double z) { return std::exp(-0.5 * z * z); }
double lorentzian(double z) { return 1.0 / (1.0 + z * z); }

Start symmetric_peak(const Samples& all, double (*shape)(double)) {
  const Samples s = averaged(all, kMostPoints);
  Search search(
      s, {1, [=](double x, const double* t, double* phi) { *phi = shape((x - t[0]) / t[1]); }, 0});
  const Found f = search.best({centres(s), widths(s)});
  return {f.linear[0], f.theta[0], f.theta[1]};
}

// Parts of a Voigt profile of full width 1 whose Lorentzian part is `eta` of the height: Thompson,
// Cox, Hastings 1987 (J. Appl. Cryst. 20, 79) solved for the Lorentzian width by bisection; the
// Gaussian width from Olivero and Longbothum 1977.
struct VoigtWidths {
  double gaussian, lorentzian;
};

VoigtWidths voigt_widths(double eta) {
  double low = 0.02, high = 0.98;
  for (int i = 0; i < 40; ++i) {
    const double l = 0.5 * (low + high);
    (l * (1.36603 + l * (-0.47719 + l * 0.11116)) < eta ? low : high) = l;
  }
  const double rest = 1.0 - 0.5346 * low;
  return {std::sqrt(std::max(rest * rest - 0.2166 * low * low, 1e-4)), low};
}

}  // namespace

Start start_gaussian(const Samples& s) { return symmetric_peak(s, gaussian); }
Start start_lorentzian(const Samples& s) { return symmetric_peak(s, lorentzian); }

Start start_pseudo_voigt(const Samples& all) {
  const Samples s = averaged(all, kMostPoints);
  const double gaussian_factor = 2.0 * std::sqrt(2.0 * std::log(2.0));
  Search search(s, {1, [=](double x, const double* t, double* phi) {
                      const double z = (x - t[0]) / t[1];
                      *phi =
                          t[2] * lorentzian(2.0 * z) + (1.0 - t[2]) * gaussian(gaussian_factor * z);
                    }});
  Axis shape = even_axis(0.1, 0.9, 3);
  shape.low = 0.0;
  shape.high = 1.0;
  const Found f = search.best({centres(s), widths(s), shape});
  return {f.linear[0], f.theta[0], f.theta[1], f.theta[2]};
}

Start start_voigt(const Samples& s) {
  const Start peak = start_pseudo_voigt(s);
  const VoigtWidths widths = voigt_widths(peak[3]);
  return {peak[0], peak[1], peak[2] * widths.gaussian / (2.0 * std::sqrt(2.0 * std::log(2.0))),
          peak[2] * widths.lorentzian / 2.0};
}

Start start_log_normal(const Samples& all) {
  const Samples s = averaged(positive(all), kMostPoints);
  if (s.size() == 0) return {};
  Search search(s, {1, [](double x, const double* t, double* phi) {
                      *phi = gaussian(std::log(x / t[0]) / t[1]);
                    }});
  Axis peak = log_axis(0.3 * s.low(), 3.0 * s.high(), 12);
  for (const double place : extremes(s)) peak.values.push_back(place);
  std::sort(peak.values.begin(), peak.values.end());
  const Found f = search.best({peak, log_axis(0.01, 4.0, 16)});
  return {f.linear[0], f.theta[0], f.theta[1]};
}

}  // namespace nlsq::models
