// SPDX-License-Identifier: MIT
#include "linalg/sparse_normal.hpp"

#include <algorithm>

#include "linalg/sparse_factor.hpp"

namespace nlsq::linalg {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Columns given as lists with repetitions, `begin` where each starts: sorted, each entry once.
SparsePattern compacted(index_t n, const std::vector<index_t>& begin,
                        std::vector<std::int32_t>& rows) {
  SparsePattern out;
  out.n = n;
  out.start.resize(z(n) + 1, 0);
  std::size_t kept = 0;
  for (index_t j = 0; j < n; ++j) {
    const auto first = rows.begin() + begin[z(j)], last = rows.begin() + begin[z(j) + 1];
    std::sort(first, last);
    const auto end = std::unique(first, last);
    kept = static_cast<std::size_t>(
        std::copy(first, end, rows.begin() + static_cast<index_t>(kept)) - rows.begin());
    out.start[z(j) + 1] = static_cast<std::int32_t>(kept);
  }
  out.row.assign(rows.begin(), rows.begin() + static_cast<index_t>(kept));
  return out;
}

}  // namespace

std::int32_t SparsePattern::find(std::int32_t i, std::int32_t j) const {
  const auto first = row.begin() + start[z(j)], last = row.begin() + start[z(j) + 1];
  const auto at = std::lower_bound(first, last, i);
  return at != last && *at == i ? static_cast<std::int32_t>(at - row.begin()) : -1;
}

SparsePattern pattern_of_groups(index_t n, std::span<const std::int32_t> positions,
                                std::size_t width) {
  std::vector<index_t> begin(z(n) + 1, 0);
  const auto each_pair = [&](const auto& take) {
    for (std::size_t g = 0; g < positions.size(); g += width) {
      for (std::size_t a = g; a < g + width; ++a) {
        for (std::size_t b = g; b < a; ++b) {
          const std::int32_t i = positions[a], j = positions[b];
          if (i >= 0 && j >= 0 && i != j) take(std::max(i, j), std::min(i, j));
        }
      }
    }
  };
  for (index_t j = 0; j < n; ++j) begin[z(j) + 1] = 1;  // the diagonal
  each_pair([&](std::int32_t, std::int32_t j) { ++begin[z(j) + 1]; });
  for (index_t j = 0; j < n; ++j) begin[z(j) + 1] += begin[z(j)];
  std::vector<index_t> next(begin.begin(), begin.end() - 1);
  std::vector<std::int32_t> rows(z(begin.back()));
  for (index_t j = 0; j < n; ++j) rows[z(next[z(j)]++)] = static_cast<std::int32_t>(j);
  each_pair([&](std::int32_t i, std::int32_t j) { rows[z(next[z(j)]++)] = i; });
  return compacted(n, begin, rows);
}

SparsePattern merged(const SparsePattern& a, const SparsePattern& b) {
  std::vector<index_t> begin(z(a.n) + 1, 0);
  std::vector<std::int32_t> rows;
  rows.reserve(a.row.size() + b.row.size());
  for (index_t j = 0; j < a.n; ++j) {
    for (const SparsePattern* p : {&a, &b})
      rows.insert(rows.end(), p->row.begin() + p->start[z(j)], p->row.begin() + p->start[z(j) + 1]);
    begin[z(j) + 1] = static_cast<index_t>(rows.size());
  }
  return compacted(a.n, begin, rows);
}

double SparseNormal::product(std::span<const double> u, std::span<const double> v,
                             std::span<const double> scale) const {
  double sum = 0.0;
  for (std::size_t j = 0; j + 1 < pattern->start.size(); ++j) {
    const double uj = scale[j] * u[j], vj = scale[j] * v[j];
    auto e = z(pattern->start[j]);
    sum += uj * values[e] * vj;
    for (++e; e < z(pattern->start[j + 1]); ++e) {
      const auto i = z(pattern->row[e]);
      sum += values[e] * scale[i] * (u[i] * vj + v[i] * uj);
    }
  }
  return sum;
}

void SparseNormal::multiply(std::span<const double> v, std::span<const double> scale,
                            std::span<double> out) const {
  std::fill(out.begin(), out.end(), 0.0);
  for (std::size_t j = 0; j + 1 < pattern->start.size(); ++j) {
    auto e = z(pattern->start[j]);
    out[j] += scale[j] * values[e] * scale[j] * v[j];
    for (++e; e < z(pattern->start[j + 1]); ++e) {
      const auto i = z(pattern->row[e]);
      const double entry = scale[i] * values[e] * scale[j];
      out[i] += entry * v[j];
      out[j] += entry * v[i];
    }
  }
}

std::unique_ptr<LocalSolver> SparseNormal::solver() const {
  return std::make_unique<SparseFactor>(pattern);
}

SparseNormal& own_normal(std::shared_ptr<LocalModel>& held,
                         const std::shared_ptr<const SparsePattern>& pattern) {
  auto* known = held.use_count() == 1 ? dynamic_cast<SparseNormal*>(held.get()) : nullptr;
  if (known != nullptr && known->pattern == pattern) return *known;
  auto made = std::make_shared<SparseNormal>();
  made->pattern = pattern;
  held = made;
  return *made;
}

}  // namespace nlsq::linalg
