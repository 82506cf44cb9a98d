// SPDX-License-Identifier: MIT
// Sorts, averages and draws points. Drawing is Knuth's algorithm S (TAOCP 2, 3.4.2) with a
// splitmix64 generator.
#include "models/samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace nlsq::models {
namespace {

Samples of_rows(const Samples& s, const std::vector<std::size_t>& rows) {
  Samples out;
  out.y_scale = s.y_scale;
  for (const std::size_t i : rows) {
    out.x.push_back(s.x[i]);
    out.y.push_back(s.y[i]);
  }
  return out;
}

bool usable(double length) { return length > 0.0 && std::isfinite(length); }

}  // namespace

double Samples::range() const {
  if (usable(high() - low())) return high() - low();
  return usable(std::abs(high())) ? std::abs(high()) : 1.0;
}

double Samples::spacing() const {
  double shortest = range();
  for (std::size_t i = 2; i < size(); ++i) {
    const double half = 0.5 * (x[i] - x[i - 2]);
    if (usable(half)) shortest = std::min(shortest, half);
  }
  return shortest;
}

Samples make_samples(std::span<const double> x, std::span<const double> y) {
  std::vector<std::size_t> rows;
  double largest = 0.0;
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
    rows.push_back(i);
    largest = std::max(largest, std::abs(y[i]));
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::size_t i, std::size_t j) { return x[i] < x[j]; });
  Samples s;
  s.y_scale = largest > 0.0 ? largest : 1.0;
  s.x.reserve(rows.size());
  s.y.reserve(rows.size());
  for (const std::size_t i : rows) {
    s.x.push_back(x[i]);
    s.y.push_back(y[i] / s.y_scale);
  }
  return s;
}

Samples positive(const Samples& s, bool or_zero) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s.x[i] > 0.0 || (or_zero && s.x[i] == 0.0)) rows.push_back(i);
  }
  return of_rows(s, rows);
}

Samples averaged(const Samples& s, std::size_t most) {
  if (s.size() <= most) return s;
  Samples out;
  out.y_scale = s.y_scale;
  for (std::size_t bin = 0; bin < most; ++bin) {
    const std::size_t first = bin * s.size() / most, end = (bin + 1) * s.size() / most;
    double x = 0.0, y = 0.0;
    const auto weight = 1.0 / static_cast<double>(end - first);
    for (std::size_t i = first; i < end; ++i) {
      x += weight * s.x[i];
      y += weight * s.y[i];
    }
    out.x.push_back(x);
    out.y.push_back(y);
  }
  return out;
}

Samples drawn(const Samples& s, std::size_t most) {
  if (s.size() <= most) return s;
  std::vector<std::size_t> rows;
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < s.size() && rows.size() < most; ++i) {
    state += 0x9E3779B97F4A7C15u;
    std::uint64_t v = state;
    v = (v ^ (v >> 30)) * 0xBF58476D1CE4E5B9u;
    v = (v ^ (v >> 27)) * 0x94D049BB133111EBu;
    const double uniform = static_cast<double>((v ^ (v >> 31)) >> 11) * 0x1p-53;
    if (uniform * static_cast<double>(s.size() - i) < static_cast<double>(most - rows.size()))
      rows.push_back(i);
  }
  return of_rows(s, rows);
}

}  // namespace nlsq::models
