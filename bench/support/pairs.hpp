// SPDX-License-Identifier: MIT
// Timing by alternation: A and B run in turn, the ratio is taken pair by pair and its median
// quoted, so that a noisy machine disturbs both alike.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace nlsq::bench {

struct Pair {
  double a = 0.0;      ///< median seconds of A
  double b = 0.0;      ///< median seconds of B
  double ratio = 0.0;  ///< median of A/B
};

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

template <class F>
double seconds(const F& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// `repeats` calls a sample, so that a sample lasts at least `least` seconds.
template <class F>
int repeats_for(const F& f, double least) {
  int repeats = 1;
  while (true) {
    const double t = seconds([&] {
      for (int i = 0; i < repeats; ++i) f();
    });
    if (t >= least || repeats > (1 << 24)) return repeats;
    repeats *= t > 0 ? std::max(2, static_cast<int>(1.2 * least / t)) : 16;
  }
}

template <class A, class B>
Pair alternate(const A& a, const B& b, int pairs = 21, double least = 0.005) {
  const int repeats_a = repeats_for(a, least), repeats_b = repeats_for(b, least);
  std::vector<double> of_a, of_b, ratios;
  for (int k = 0; k < pairs; ++k) {
    of_a.push_back(seconds([&] {
                     for (int i = 0; i < repeats_a; ++i) a();
                   }) /
                   repeats_a);
    of_b.push_back(seconds([&] {
                     for (int i = 0; i < repeats_b; ++i) b();
                   }) /
                   repeats_b);
    ratios.push_back(of_a.back() / of_b.back());
  }
  return {median(of_a), median(of_b), median(ratios)};
}

}  // namespace nlsq::bench
