// SPDX-License-Identifier: MIT
// The cases of the gate, written against the public headers alone, so that they build with older
// commits too. Data are made once, of fixed seeds.
#include "cases.hpp"

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "nlsq/cache.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/least_squares.hpp"

namespace {

using namespace nlsq;

struct Problem {
  Model model;
  std::vector<double> x, y;
  FitOptions options;
  Dataset data;
};

Problem make(const std::string& formula, const std::vector<double>& truth,
             const std::vector<double>& start, int rows, double low, double high, double noise) {
  Problem p{Model::parse(formula, {"x"}), {}, {}, {}, {}};
  for (int i = 0; i < rows; ++i) p.x.push_back(low + (high - low) * i / (rows - 1));
  Dataset places;
  places.column("x", p.x);
  p.y = evaluate(p.model, places, truth);
  std::mt19937_64 generator(static_cast<unsigned>(rows));
  std::normal_distribution<double> normal(0.0, noise);
  for (double& v : p.y) v += normal(generator);
  p.options.p0 = start;
  p.options.threads = 1;
  return p;
}

double fit(const Problem& p) {
  Dataset data;
  data.column("x", p.x).response(p.y);
  const FitResult r = curve_fit(p.model, data, p.options);
  double sum = 0.0;
  for (const double v : r.popt) sum += v;
  return r.success ? sum : -1e300;
}

double repeat(const Problem& p, int repetitions) {
  double sum = 0.0;
  for (int i = 0; i < repetitions; ++i) sum += fit(p);
  return sum / repetitions;
}

Problem exponential(int rows, int threads = 1) {
  Problem p = make("a*exp(-b*x)+c", {2.5, 1.3, 0.5}, {1.0, 1.0, 1.0}, rows, 0.0, 4.0, 0.1);
  p.options.threads = threads;
  return p;
}

const char* const kPeaks =
    "a*exp(-(x-b)^2/(2*c^2)) + d*exp(-(x-k)^2/(2*f^2)) + g*exp(-(x-h)^2/(2*i^2))";

double exponential_100(int n) {
  static const Problem p = exponential(100);
  return repeat(p, n);
}
double exponential_10k(int n) {
  static const Problem p = exponential(10000);
  return repeat(p, n);
}
double exponential_1m(int n) {
  static const Problem p = exponential(1000000);
  return repeat(p, n);
}
double exponential_1m_threads(int n) {
  static const Problem p = exponential(1000000, 2);
  return repeat(p, n);
}
double gaussian_1k(int n) {
  static const Problem p =
      make("a*exp(-(x-m)^2/(2*s^2))", {3.0, 2.0, 0.6}, {2.0, 1.7, 0.9}, 1000, 0.0, 4.0, 0.1);
  return repeat(p, n);
}
double cubic_10k(int n) {
  static const Problem p =
      make("a+b*x+c*x^2+d*x^3", {1.0, -2.0, 0.5, 0.1}, {1.0, 1.0, 1.0, 1.0}, 10000, 0.0, 4.0, 0.1);
  return repeat(p, n);
}
double sine_1k(int n) {
  static const Problem p =
      make("a*sin(w*x+p)+c", {2.0, 3.0, 0.5, 1.0}, {1.5, 2.9, 0.3, 0.5}, 1000, 0.0, 4.0, 0.1);
  return repeat(p, n);
}
double rational_1k(int n) {
  static const Problem p = make("(a+b*x+c*x^2)/(1+d*x+k*x^2)", {1.0, 2.0, 0.5, 0.3, 0.2},
                                {1.1, 1.8, 0.4, 0.2, 0.15}, 1000, 0.0, 4.0, 0.01);
  return repeat(p, n);
}
double peaks_1k(int n) {
  static const Problem p =
      make(kPeaks, {3.0, 1.0, 0.2, 2.0, 2.0, 0.3, 1.0, 3.2, 0.2},
           {2.5, 1.1, 0.25, 2.2, 1.9, 0.25, 1.2, 3.1, 0.25}, 1000, 0.0, 4.0, 0.05);
  return repeat(p, n);
}
double bounded_1k(int n) {
  static const Problem p = [] {
    Problem q = exponential(1000);
    q.options.bounds["b"] = {0.0, 10.0};
    q.options.bounds["c"] = {0.0, 0.45};
    q.options.p0 = {1.0, 1.0, 0.3};
    return q;
  }();
  return repeat(p, n);
}
double huber_1k(int n) {
  static const Problem p = [] {
    Problem q = exponential(1000);
    for (std::size_t i = 0; i < q.y.size(); i += 50) q.y[i] += 3.0;
    q.options.loss = Loss::huber;
    q.options.f_scale = 0.1;
    return q;
  }();
  return repeat(p, n);
}

// A model never seen before: parsed, differentiated, lowered, fitted.
double cold(const std::string& formula, const Problem& data, int n) {
  double sum = 0.0;
  for (int i = 0; i < n; ++i) {
    clear_cache();
    Problem p{Model::parse(formula, {"x"}), {}, {}, data.options, {}};
    Dataset set;
    set.column("x", data.x).response(data.y);
    sum += curve_fit(p.model, set, p.options).popt[0];
  }
  return sum / n;
}
double cold_exponential(int n) {
  static const Problem p = exponential(100);
  return cold("a*exp(-b*x)+c", p, n);
}
double cold_peaks(int n) {
  static const Problem p =
      make(kPeaks, {3.0, 1.0, 0.2, 2.0, 2.0, 0.3, 1.0, 3.2, 0.2},
           {2.5, 1.1, 0.25, 2.2, 1.9, 0.25, 1.2, 3.1, 0.25}, 100, 0.0, 4.0, 0.05);
  return cold(kPeaks, p, n);
}

double memory_of_a_million(int n) {
  static const Problem p = exponential(1000000, 2);
  return repeat(p, n);
}

const GateCase kCases[] = {
    {"exponential, 100 rows", "hot", exponential_100},
    {"exponential, 10,000 rows", "hot", exponential_10k},
    {"exponential, 1,000,000 rows", "hot", exponential_1m},
    {"exponential, 1,000,000 rows, 2 threads", "hot", exponential_1m_threads},
    {"Gaussian, 1,000 rows", "hot", gaussian_1k},
    {"cubic, 10,000 rows", "hot", cubic_10k},
    {"sine, 1,000 rows", "hot", sine_1k},
    {"rational, 5 parameters, 1,000 rows", "hot", rational_1k},
    {"three peaks, 9 parameters, 1,000 rows", "hot", peaks_1k},
    {"exponential at a bound, 1,000 rows", "hot", bounded_1k},
    {"exponential, huber, 1,000 rows", "hot", huber_1k},
    {"new exponential, 100 rows", "cold", cold_exponential},
    {"new sum of three peaks, 100 rows", "cold", cold_peaks},
    {"peak memory, 1,000,000 rows", "memory", memory_of_a_million},
    {nullptr, nullptr, nullptr},
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const GateCase* nlsq_gate_cases() {
  return kCases;
}
