// SPDX-License-Identifier: MIT
#include "reduce/sparse_callback.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nlsq::reduce {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

double half_square(std::span<const double> f) {
  double sum = 0.0;
  for (const double v : f) sum += v * v;
  return 0.5 * sum;
}

}  // namespace

std::vector<index_t> group_columns(const RowPattern& pattern, index_t n) {
  // Rows of each column.
  std::vector<index_t> start(z(n) + 1, 0);
  for (const std::int32_t j : pattern.column) ++start[z(j) + 1];
  for (index_t j = 0; j < n; ++j) start[z(j) + 1] += start[z(j)];
  std::vector<index_t> rows(pattern.column.size()), next(start.begin(), start.end() - 1);
  for (std::size_t i = 0; i + 1 < pattern.start.size(); ++i) {
    for (index_t e = pattern.start[i]; e < pattern.start[i + 1]; ++e)
      rows[z(next[z(pattern.column[z(e)])]++)] = static_cast<index_t>(i);
  }
  std::vector<index_t> group(z(n), -1), taken;  // taken[g] = j: column j may not be in group g
  for (index_t j = 0; j < n; ++j) {
    for (index_t r = start[z(j)]; r < start[z(j) + 1]; ++r) {
      const index_t row = rows[z(r)];
      for (index_t e = pattern.start[z(row)]; e < pattern.start[z(row) + 1]; ++e) {
        const index_t other = group[z(pattern.column[z(e)])];
        if (other >= 0) taken[z(other)] = j;
      }
    }
    index_t own = 0;
    while (own < static_cast<index_t>(taken.size()) && taken[z(own)] == j) ++own;
    if (own == static_cast<index_t>(taken.size())) taken.push_back(-1);
    group[z(j)] = own;
  }
  return group;
}

SparseCallback::SparseCallback(SparseResiduals fun, index_t m, index_t n, RowPattern pattern,
                               std::vector<double> relative_steps, std::span<const double> lower,
                               std::span<const double> upper)
    : fun_(std::move(fun)),
      m_(m),
      n_(n),
      rows_(std::move(pattern)),
      group_(group_columns(rows_, n)),
      steps_(std::move(relative_steps)),
      lower_(lower.begin(), lower.end()),
      upper_(upper.begin(), upper.end()),
      at_(z(n)),
      f_(z(m)),
      moved_(z(n)),
      f_moved_(z(m)),
      h_(z(n)),
      J_(rows_.column.size()) {
  for (const index_t g : group_) groups_ = std::max(groups_, g + 1);
  std::vector<std::int32_t> pairs;
  for (index_t i = 0; i < m_; ++i) {
    for (index_t a = rows_.start[z(i)]; a < rows_.start[z(i) + 1]; ++a) {
      for (index_t b = rows_.start[z(i)]; b < a; ++b)
        pairs.insert(pairs.end(), {rows_.column[z(a)], rows_.column[z(b)]});
    }
  }
  pattern_ = std::make_shared<const linalg::SparsePattern>(linalg::pattern_of_groups(n, pairs, 2));
  for (index_t i = 0; i < m_; ++i) {
    for (index_t a = rows_.start[z(i)]; a < rows_.start[z(i) + 1]; ++a) {
      for (index_t b = rows_.start[z(i)]; b <= a; ++b)
        entries_.push_back(pattern_->find(rows_.column[z(a)], rows_.column[z(b)]));
    }
  }
}

void SparseCallback::residuals_at(std::span<const double> p) {
  if (has_residuals_ && std::equal(p.begin(), p.end(), at_.begin())) return;
  has_residuals_ = false;
  fun_(p, f_);
  std::copy(p.begin(), p.end(), at_.begin());
  has_residuals_ = true;
}

double SparseCallback::cost(std::span<const double> p) {
  residuals_at(p);
  return half_square(f_);
}

index_t SparseCallback::first_not_finite(std::span<const double> p) {
  residuals_at(p);
  const auto at = std::find_if(f_.begin(), f_.end(), [](double v) { return !std::isfinite(v); });
  return at == f_.end() ? -1 : at - f_.begin();
}

// Steps as SciPy's 2-point: h = r·max(1, |p|) with the sign of p, turned round at a bound.
void SparseCallback::differentiate(std::span<const double> p) {
  for (std::size_t j = 0; j < h_.size(); ++j) {
    const double size = steps_[j] * std::max(1.0, std::abs(p[j]));
    double h = p[j] < 0.0 ? -size : size;
    if (p[j] + h > upper_[j] || p[j] + h < lower_[j]) h = -h;
    h_[j] = (p[j] + h) - p[j];
  }
  for (index_t g = 0; g < groups_; ++g) {
    for (std::size_t j = 0; j < h_.size(); ++j) moved_[j] = group_[j] == g ? p[j] + h_[j] : p[j];
    fun_(moved_, f_moved_);
    ++differences_;
    for (index_t i = 0; i < m_; ++i) {
      for (index_t e = rows_.start[z(i)]; e < rows_.start[z(i) + 1]; ++e) {
        const auto j = z(rows_.column[z(e)]);
        if (group_[j] == g) J_[z(e)] = (f_moved_[z(i)] - f_[z(i)]) / h_[j];
      }
    }
  }
}

void SparseCallback::summary(std::span<const double> p, solve::Grade, linalg::Summary& out) {
  residuals_at(p);
  out.resize_local(n_);
  out.rows = m_;
  out.cost = half_square(f_);
  out.sum_f2 = 2.0 * out.cost;
  out.fold = linalg::Fold::sparse;
  out.estimated = false;
  out.finite = std::isfinite(out.cost);
  std::vector<double>& H = linalg::own_normal(out.local, pattern_).values;
  H.assign(z(pattern_->entries()), 0.0);
  if (!out.finite) return;
  differentiate(p);
  std::size_t entry = 0;
  double all = 0.0;
  for (index_t i = 0; i < m_; ++i) {
    for (index_t a = rows_.start[z(i)]; a < rows_.start[z(i) + 1]; ++a) {
      out.g[z(rows_.column[z(a)])] += J_[z(a)] * f_[z(i)];
      for (index_t b = rows_.start[z(i)]; b <= a; ++b)
        H[z(entries_[entry++])] += J_[z(a)] * J_[z(b)];
    }
  }
  for (const double v : J_) all += 0.0 * v;
  out.finite = all == 0.0;
}

void SparseCallback::trial(std::span<const double> p, solve::Grade grade, double limit,
                           linalg::Summary& out) {
  residuals_at(p);
  const double value = half_square(f_);
  if (std::isfinite(value) && value <= limit) return summary(p, grade, out);
  if (!out.local) {
    out.resize_local(n_);
    linalg::own_normal(out.local, pattern_).values.assign(z(pattern_->entries()), 0.0);
  }
  out.fold = linalg::Fold::sparse;
  out.rows = m_;
  out.cost = value;
  out.sum_f2 = 2.0 * value;
  out.finite = std::isfinite(value);
  out.estimated = true;
}

}  // namespace nlsq::reduce
