// SPDX-License-Identifier: MIT
// The models in plain C++, written from their definitions.
#include "models/truths.hpp"

#include <cerf.h>

#include <cmath>

namespace nlsq::test {
namespace {

using P = std::vector<double>;

double voigt_shape(double x, double sigma, double gamma) { return voigt(x, sigma, gamma); }

double four_pl(double x, double bottom, double top, double ec50, double hill, double asym) {
  if (x == 0.0) return bottom;
  return bottom + (top - bottom) / std::pow(1.0 + std::pow(ec50 / x, hill), asym);
}

std::vector<Reference> curves() {
  return {
      {"linear",
       [](double x, const P& p) { return p[0] * x + p[1]; },
       {{{2.0, 1.0}, 0, 10}, {{-1e-3, 40.0}, 1e3, 2e4}, {{5e6, -3.0}, -1e-6, 1e-6}}},
      {"exponential_decay",
       [](double x, const P& p) { return p[0] * std::exp(-p[1] * x) + p[2]; },
       {{{5.0, 0.8, 1.0}, 0, 6},
        {{-3e3, 2e-4, 4e3}, 0, 2e4},
        {{20.0, 3.0, 0.0}, 1, 3},
        {{1e-6, 5e8, 2e-7}, 0, 2e-8}}},
      {"exponential_growth",
       [](double x, const P& p) { return p[0] * std::exp(p[1] * x) + p[2]; },
       {{{0.5, 0.6, 2.0}, 0, 6}, {{1e-3, 2e-3, 0.0}, 0, 4e3}, {{4.0, 5.0, -1.0}, -1, 0.5}}},
      {"double_exponential",
       [](double x, const P& p) {
         return p[0] * std::exp(-p[1] * x) + p[2] * std::exp(-p[3] * x) + p[4];
       },
       {{{5.0, 3.0, 4.0, 0.25, 1.0}, 0, 12},
        {{-400.0, 0.03, 900.0, 0.004, 100.0}, 0, 800},
        {{1e-3, 6e3, 2e-3, 700.0, 0.0}, 0, 4e-3}}},
      {"stretched_exponential",
       [](double x, const P& p) { return p[0] * std::exp(-std::pow(x / p[1], p[2])) + p[3]; },
       {{{3.0, 2.0, 0.7, 1.0}, 0, 12},
        {{-50.0, 1e3, 1.6, 80.0}, 0, 3e3},
        {{1.0, 1e-5, 1, 0}, 0, 5e-5}},
       Scale::either},
      {"power_law",
       [](double x, const P& p) { return p[0] * std::pow(x, p[1]); },
       {{{3.0, 0.5}, 0.1, 10},
        {{2e-4, 2.7}, 1, 300},
        {{50.0, -1.5}, 0.5, 20},
        {{1e9, -4.0}, 80, 400}},
       Scale::either},
      {"arrhenius",
       [](double x, const P& p) { return p[0] * std::exp(-p[1] / (8.31446261815324 * x)); },
       {{{1e13, 8e4}, 280, 360}, {{2e5, 3e4}, 300, 900}, {{40.0, -6e3}, 200, 350}}},
      {"polynomial(1)",
       [](double x, const P& p) { return p[0] * x + p[1]; },
       {{{2.0, 1.0}, 0, 10}}},
      {"polynomial(2)",
       [](double x, const P& p) { return (p[0] * x + p[1]) * x + p[2]; },
       {{{2.0, 1.0, -4.0}, -3, 3}, {{1e-6, 2e-3, 5.0}, 1e3, 5e3}}},
      {"polynomial(3)",
       [](double x, const P& p) { return ((p[0] * x + p[1]) * x + p[2]) * x + p[3]; },
       {{{1.0, 0.5, -4.0, 2.0}, -3, 3}, {{1e-3, -0.02, 3.0, 5.0}, 0, 40}}},
      {"polynomial(5)",
       [](double x, const P& p) {
         double sum = 0.0;
         for (const double c : p) sum = sum * x + c;
         return sum;
       },
       {{{1.0, 0.2, -4.0, 0.5, 2.0, 1.0}, -2, 2}}},
  };
}

std::vector<Reference> peaks() {
  return {
      {"gaussian",
       [](double x, const P& p) {
         return p[0] * std::exp(-(x - p[1]) * (x - p[1]) / (2.0 * p[2] * p[2]));
       },
       {{{3.0, 5.0, 1.5}, 0, 10}, {{2e4, -300.0, 60.0}, -600, 100}, {{1e-3, 2.0, 1.0}, 1.5, 6}}},
      {"lorentzian",
       [](double x, const P& p) { return p[0] / (1.0 + (x - p[1]) * (x - p[1]) / (p[2] * p[2])); },
       {{{3.0, 5.0, 1.2}, 0, 10}, {{2e4, -300.0, 60.0}, -600, 100}, {{1e-3, 2.0, 1.0}, 1.5, 6}}},
      {"voigt",
       [](double x, const P& p) {
         return p[0] * voigt_shape(x - p[1], p[2], p[3]) / voigt_shape(0.0, p[2], p[3]);
       },
       {{{3.0, 5.0, 0.8, 0.7}, -3, 13},
        {{-2e4, -300.0, 50.0, 60.0}, -900, 300},
        {{1e-3, 2e-6, 1e-6, 5e-7}, -6e-6, 9e-6}}},
      {"pseudo_voigt",
       [](double x, const P& p) {
         const double z = (x - p[1]) / p[2];
         return p[0] * (p[3] / (1.0 + 4.0 * z * z) +
                        (1.0 - p[3]) * std::exp(-4.0 * std::log(2.0) * z * z));
       },
       {{{3.0, 5.0, 2.5, 0.5}, -3, 13},
        {{-2e4, -300.0, 150.0, 0.3}, -900, 300},
        {{1e-3, 2e-6, 3e-6, 0.7}, -6e-6, 9e-6}}},
      {"log_normal",
       [](double x, const P& p) {
         if (x <= 0.0) return 0.0;
         const double z = std::log(x / p[1]) / p[2];
         return p[0] * std::exp(-0.5 * z * z);
       },
       {{{3.0, 2.0, 0.5}, 0.2, 8},
        {{500.0, 1e-4, 0.8}, 5e-6, 1e-3},
        {{-2.0, 300.0, 0.25}, 100, 700}},
       Scale::either},
  };
}

std::vector<Reference> waves() {
  const double two_pi = 2.0 * std::acos(-1.0);
  return {
      {"sine",
       [=](double x, const P& p) { return p[0] * std::sin(two_pi * p[1] * x + p[2]) + p[3]; },
       {{{3.0, 0.25, 0.7, 1.0}, 0, 8},
        {{40.0, 1e3, -2.0, 500.0}, 0, 2.7e-3},
        {{1e-3, 0.08, 3.0, 0.0}, 90, 108},
        {{2.0, 0.11, 1.0, -1.0}, 0, 8}}},
      {"damped_sine",
       [=](double x, const P& p) {
         return p[0] * std::exp(-p[1] * x) * std::sin(two_pi * p[2] * x + p[3]) + p[4];
       },
       {{{3.0, 0.2, 0.25, 0.7, 1.0}, 0, 8},
        {{40.0, 600.0, 1e3, -2.0, 500.0}, 0, 2.7e-3},
        {{1e-3, 0.05, 0.06, 3.0, 0.0}, 0, 40}}},
  };
}

std::vector<Reference> steps() {
  return {
      {"sigmoid",
       [](double x, const P& p) { return p[0] / (1.0 + std::exp(-p[2] * (x - p[1]))) + p[3]; },
       {{{4.0, 5.0, 1.2, 1.0}, 0, 10},
        {{2e3, -50.0, 0.1, -500.0}, -100, 20},
        {{1e-3, 2e-6, 2e6, 0}, 0, 5e-6}}},
      {"gompertz",
       [](double x, const P& p) { return p[0] * std::exp(-std::exp(-p[2] * (x - p[1]))); },
       {{{4.0, 3.0, 0.8}, 0, 10}, {{2e3, -50.0, 0.05}, -100, 50}, {{-1e-3, 2e-6, 1e6}, 0, 8e-6}}},
      {"weibull",
       [](double x, const P& p) {
         return x > 0.0 ? p[0] * (1.0 - std::exp(-std::pow(x / p[1], p[2]))) : 0.0;
       },
       {{{4.0, 3.0, 2.0}, 0, 8}, {{2e3, 50.0, 0.7}, 0, 300}, {{1e-3, 2e-6, 4.0}, 5e-7, 4e-6}}},
      {"hill",
       [](double x, const P& p) {
         return p[0] * std::pow(x, p[2]) / (std::pow(p[1], p[2]) + std::pow(x, p[2])) + p[3];
       },
       {{{4.0, 3.0, 2.0, 1.0}, 0, 15},
        {{-2e3, 50.0, 3.0, 4e3}, 0, 200},
        {{1e-3, 2e-6, 2.5, 0}, 1e-7, 1e-5}},
       Scale::either},
      {"four_pl",
       [](double x, const P& p) { return four_pl(x, p[0], p[1], p[2], p[3], 1.0); },
       {{{1.0, 9.0, 0.5, 1.5}, 0.01, 20},
        {{2e3, 50.0, 30.0, 3.0}, 1, 300},
        {{0.0, 1e-3, 1e-8, 1.0}, 1e-10, 1e-6}},
       Scale::log},
      {"five_pl",
       [](double x, const P& p) { return four_pl(x, p[0], p[1], p[2], p[3], p[4]); },
       {{{1.0, 9.0, 0.5, 2.0, 0.6}, 0.01, 50},
        {{2e3, 50.0, 30.0, 2.5, 2.0}, 1, 1e3},
        {{0.0, 1e-3, 1e-8, 3.0, 0.5}, 1e-10, 1e-6}},
       Scale::log},
      {"michaelis_menten",
       [](double x, const P& p) { return p[0] * x / (p[1] + x); },
       {{{4.0, 3.0}, 0.1, 15}, {{2e3, 500.0}, 0, 500}, {{1e-3, 2e-6}, 0, 5e-5}},
       Scale::either},
  };
}

}  // namespace

const std::vector<Reference>& references() {
  static const std::vector<Reference> all = [] {
    std::vector<Reference> list;
    for (const auto& part : {curves(), peaks(), waves(), steps()})
      list.insert(list.end(), part.begin(), part.end());
    return list;
  }();
  return all;
}

}  // namespace nlsq::test
