// SPDX-License-Identifier: MIT
// The 27 NIST StRD nonlinear regression sets: data, starts and certified values are parsed from
// tests/data/nist; the formulas are those of the files' headers.
#pragma once

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "dense_evaluator.hpp"

namespace nlsq::test {

struct NistSet {
  std::string name;
  std::vector<double> start[2], certified, error;
  double rss = 0;
  index_t dof = 0;
  std::vector<double> y, x, x2;
  Rows rows;

  index_t n() const { return static_cast<index_t>(certified.size()); }
  index_t m() const { return static_cast<index_t>(y.size()); }
};

/// −log10 of the relative error, in [0, 11]; 0 when not finite.
inline double lre(double value, double certified) {
  if (!std::isfinite(value)) return 0.0;
  if (value == certified) return 11.0;
  return std::clamp(-std::log10(std::abs(value - certified) / std::abs(certified)), 0.0, 11.0);
}

inline const std::vector<std::string>& nist_names() {
  static const std::vector<std::string> names{
      "Bennett5", "BoxBOD", "Chwirut1", "Chwirut2", "DanWood",  "ENSO",     "Eckerle4",
      "Gauss1",   "Gauss2", "Gauss3",   "Hahn1",    "Kirby2",   "Lanczos1", "Lanczos2",
      "Lanczos3", "MGH09",  "MGH10",    "MGH17",    "Misra1a",  "Misra1b",  "Misra1c",
      "Misra1d",  "Nelson", "Rat42",    "Rat43",    "Roszman1", "Thurber"};
  return names;
}

namespace nist_detail {

// Residuals model − y, row by row, for a model f(b, x, x2).
template <std::size_t N, class F>
Rows pointwise(const NistSet& set, F f) {
  const auto y = set.y;
  const auto x = set.x;
  const auto x2 = set.x2;
  return rows_of<N>(
      [=](const auto* b, auto* r) {
        for (std::size_t i = 0; i < y.size(); ++i)
          r[i] = f(b, x[i], x2.empty() ? 0.0 : x2[i]) - y[i];
      },
      y.size());
}

inline Rows model_of(const NistSet& s) {
  const std::string& name = s.name;
  if (name == "Bennett5")
    return pointwise<3>(
        s, [](auto* b, double x, double) { return b[0] * pow(b[1] + x, -1.0 / b[2]); });
  if (name == "BoxBOD" || name == "Misra1a")
    return pointwise<2>(s, [](auto* b, double x, double) { return b[0] * (1.0 - exp(-b[1] * x)); });
  if (name == "Chwirut1" || name == "Chwirut2")
    return pointwise<3>(
        s, [](auto* b, double x, double) { return exp(-b[0] * x) / (b[1] + b[2] * x); });
  if (name == "DanWood")
    return pointwise<2>(s, [](auto* b, double x, double) {
      using T = std::decay_t<decltype(*b)>;
      return b[0] * pow(T(x), b[1]);
    });
  if (name == "ENSO")
    return pointwise<9>(s, [](auto* b, double x, double) {
      const double w = 2.0 * std::numbers::pi * x;
      return b[0] + b[1] * std::cos(w / 12) + b[2] * std::sin(w / 12) + b[4] * cos(w / b[3]) +
             b[5] * sin(w / b[3]) + b[7] * cos(w / b[6]) + b[8] * sin(w / b[6]);
    });
  if (name == "Eckerle4")
    return pointwise<3>(s, [](auto* b, double x, double) {
      const auto z = (x - b[2]) / b[1];
      return b[0] / b[1] * exp(-0.5 * z * z);
    });
  if (name.starts_with("Gauss"))
    return pointwise<8>(s, [](auto* b, double x, double) {
      const auto u = (x - b[3]) / b[4];
      const auto v = (x - b[6]) / b[7];
      return b[0] * exp(-b[1] * x) + b[2] * exp(-u * u) + b[5] * exp(-v * v);
    });
  if (name == "Hahn1" || name == "Thurber")
    return pointwise<7>(s, [](auto* b, double x, double) {
      return (b[0] + x * (b[1] + x * (b[2] + x * b[3]))) /
             (1.0 + x * (b[4] + x * (b[5] + x * b[6])));
    });
  if (name == "Kirby2")
    return pointwise<5>(s, [](auto* b, double x, double) {
      return (b[0] + x * (b[1] + x * b[2])) / (1.0 + x * (b[3] + x * b[4]));
    });
  if (name.starts_with("Lanczos"))
    return pointwise<6>(s, [](auto* b, double x, double) {
      return b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x);
    });
  if (name == "MGH09")
    return pointwise<4>(s, [](auto* b, double x, double) {
      return b[0] * (x * x + x * b[1]) / (x * x + x * b[2] + b[3]);
    });
  if (name == "MGH10")
    return pointwise<3>(s, [](auto* b, double x, double) { return b[0] * exp(b[1] / (x + b[2])); });
  if (name == "MGH17")
    return pointwise<5>(s, [](auto* b, double x, double) {
      return b[0] + b[1] * exp(-x * b[3]) + b[2] * exp(-x * b[4]);
    });
  if (name == "Misra1b")
    return pointwise<2>(s, [](auto* b, double x, double) {
      return b[0] * (1.0 - pow(1.0 + b[1] * x / 2.0, -2.0));
    });
  if (name == "Misra1c")
    return pointwise<2>(s, [](auto* b, double x, double) {
      return b[0] * (1.0 - pow(1.0 + 2.0 * b[1] * x, -0.5));
    });
  if (name == "Misra1d")
    return pointwise<2>(
        s, [](auto* b, double x, double) { return b[0] * b[1] * x / (1.0 + b[1] * x); });
  if (name == "Nelson")
    return pointwise<3>(
        s, [](auto* b, double x, double x2) { return b[0] - b[1] * x * exp(-b[2] * x2); });
  if (name == "Rat42")
    return pointwise<3>(
        s, [](auto* b, double x, double) { return b[0] / (1.0 + exp(b[1] - b[2] * x)); });
  if (name == "Rat43")
    return pointwise<4>(s, [](auto* b, double x, double) {
      return b[0] / pow(1.0 + exp(b[1] - b[2] * x), 1.0 / b[3]);
    });
  if (name == "Roszman1")
    return pointwise<4>(s, [](auto* b, double x, double) {
      return b[0] - b[1] * x - atan(b[2] / (x - b[3])) / std::numbers::pi;
    });
  throw std::logic_error("no model for " + name);
}

}  // namespace nist_detail

/// Reads a set: parameter lines are "b1 = start1 start2 certified error", data follow the second
/// "Data:".
inline NistSet load_nist(const std::string& name) {
  std::ifstream file(std::string(NLSQ_TEST_DATA) + "/nist/" + name + ".dat");
  if (!file) throw std::runtime_error("cannot open the NIST set " + name);
  NistSet set;
  set.name = name;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    std::istringstream words(line);
    std::string word, equals;
    if (number <= 60) {
      words >> word;
      double a = 0, b = 0, c = 0, d = 0;
      if (number > 40 && word.size() >= 2 && word[0] == 'b' &&
          (words >> equals >> a >> b >> c >> d)) {
        set.start[0].push_back(a);
        set.start[1].push_back(b);
        set.certified.push_back(c);
        set.error.push_back(d);
      }
      if (line.starts_with("Residual Sum of Squares:")) set.rss = std::stod(line.substr(24));
      continue;
    }
    double y = 0, x = 0, x2 = 0;
    if (!(words >> y >> x)) continue;
    set.y.push_back(name == "Nelson" ? std::log(y) : y);
    set.x.push_back(x);
    if (words >> x2) set.x2.push_back(x2);
  }
  set.dof = set.m() - set.n();  // Rat43's file says 9, its standard errors say 11
  set.rows = nist_detail::model_of(set);
  return set;
}

}  // namespace nlsq::test
