// SPDX-License-Identifier: MIT
// Simulated data sets for tests of many fits, the same on every machine, and the fit of one of them
// by itself.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "nlsq/fit_many.hpp"
#include "support/decay.hpp"

namespace nlsq::test {

/// k sets of m values of one model with its starts (k×n), shared columns x (and z).
struct ManySets {
  Model model;
  index_t fits = 0, rows = 0;
  std::vector<double> x, z, y, starts;

  ManyData data() const {
    ManyData d(fits, rows);
    d.column("x", x);
    if (!z.empty()) d.column("z", z);
    return d.response(y);
  }

  Dataset one(index_t i) const {
    Dataset d;
    d.column("x", x);
    if (!z.empty()) d.column("z", z);
    return d.response(
        std::span(y).subspan(static_cast<std::size_t>(i * rows), static_cast<std::size_t>(rows)));
  }

  std::vector<double> start(index_t i) const {
    const auto n = static_cast<std::ptrdiff_t>(model.parameters().size());
    return {starts.begin() + i * n, starts.begin() + (i + 1) * n};
  }

  FitResult alone(index_t i, FitOptions options = {}) const {
    options.p0 = start(i);
    options.threads = 1;
    return curve_fit(model, one(i), options);
  }
};

/// Spots on side×side pixels: a Gaussian of amplitude 100 on a level of 10; noise of 100/snr;
/// starts off by up to a fifth.
inline ManySets make_spots(index_t fits, index_t side, double snr, std::uint64_t seed = 1) {
  ManySets sets{Model::parse("a*exp(-((x-x0)^2+(z-z0)^2)/(2*s^2))+b", {"x", "z"}),
                fits,
                side * side,
                {},
                {},
                {},
                {}};
  for (index_t i = 0; i < sets.rows; ++i) {
    sets.x.push_back(static_cast<double>(i % side));
    sets.z.push_back(static_cast<double>(i / side));
  }
  Noise noise(seed);
  const double centre = 0.5 * static_cast<double>(side - 1);
  for (index_t i = 0; i < fits; ++i) {
    const double truth[] = {100.0, centre + 0.5 * noise(), centre + 0.5 * noise(),
                            static_cast<double>(side) / 5.0 * (1.0 + 0.2 * noise()), 10.0};
    for (const double t : truth) sets.starts.push_back(t * (1.0 + 0.2 * noise()));
    for (index_t r = 0; r < sets.rows; ++r) {
      const double u = sets.x[static_cast<std::size_t>(r)] - truth[1];
      const double v = sets.z[static_cast<std::size_t>(r)] - truth[2];
      // About normal: the sum of uniform numbers.
      double error = 0.0;
      for (int part = 0; part < 12; ++part) error += 0.5 * noise();
      sets.y.push_back(100.0 * std::exp(-(u * u + v * v) / (2.0 * truth[3] * truth[3])) + 10.0 +
                       100.0 / snr * error);
    }
  }
  return sets;
}

/// Decays of m points: a in 1…3, b in 0.5…2, c in 0…1.
inline ManySets make_decays(index_t fits, index_t rows, double error, std::uint64_t seed = 1) {
  ManySets sets{Model::parse("a*exp(-b*x)+c", {"x"}), fits, rows, {}, {}, {}, {}};
  for (index_t i = 0; i < rows; ++i)
    sets.x.push_back(4.0 * static_cast<double>(i) / static_cast<double>(rows));
  Noise noise(seed);
  for (index_t i = 0; i < fits; ++i) {
    const double a = 2.0 + noise(), b = 1.25 + 0.75 * noise(), c = 0.5 + 0.5 * noise();
    for (const double t : {a, b, c}) sets.starts.push_back(t * (1.0 + 0.2 * noise()));
    for (const double x : sets.x) sets.y.push_back(a * std::exp(-b * x) + c + error * noise());
  }
  return sets;
}

/// How far a fit of many is from the same fit by itself.
struct Distance {
  double value = 0.0;   ///< over what is allowed: 1e-8 standard errors or 1e-10 of the value
  double errors = 0.0;  ///< relative, of the standard errors
};

inline Distance distance(const ManyResult& many, index_t i, const FitResult& one) {
  Distance d;
  const std::size_t n = one.popt.size();
  for (std::size_t j = 0; j < n; ++j) {
    const double value = many.popt[static_cast<std::size_t>(i) * n + j],
                 error = many.perr[static_cast<std::size_t>(i) * n + j];
    const double allowed = std::max(1e-8 * one.perr[j], 1e-10 * std::fabs(one.popt[j]));
    if (value != one.popt[j]) d.value = std::max(d.value, std::fabs(value - one.popt[j]) / allowed);
    if (error != one.perr[j]) d.errors = std::max(d.errors, std::fabs(error / one.perr[j] - 1.0));
  }
  return d;
}

inline bool same_minimum(const ManyResult& many, index_t i, const FitResult& one) {
  return std::fabs(many.cost[static_cast<std::size_t>(i)] - one.cost) <= 1e-9 * one.cost + 1e-18 &&
         distance(many, i, one).value < 1e6;
}

}  // namespace nlsq::test
