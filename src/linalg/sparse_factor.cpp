// SPDX-License-Identifier: MIT
#include "linalg/sparse_factor.hpp"

#include <Eigen/SparseCholesky>
#include <algorithm>
#include <cmath>

namespace nlsq::linalg {
namespace {

constexpr double kLeastPivot = 1e-14;  // of its diagonal entry: what is left there is rounding

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

using Matrix32 = Eigen::SparseMatrix<double, Eigen::ColMajor, std::int32_t>;
using Vector = Eigen::VectorXd;

}  // namespace

struct SparseFactor::Impl {
  std::shared_ptr<const SparsePattern> pattern;
  Matrix32 scaled;
  Eigen::SimplicialLDLT<Matrix32, Eigen::Lower, Eigen::AMDOrdering<std::int32_t>> ldlt;
};

SparseFactor::SparseFactor(std::shared_ptr<const SparsePattern> pattern)
    : LocalSolver(pattern->n), impl_(std::make_unique<Impl>()) {
  const auto n = static_cast<Eigen::Index>(pattern->n);
  impl_->scaled.resize(n, n);
  impl_->scaled.resizeNonZeros(static_cast<Eigen::Index>(pattern->entries()));
  std::copy(pattern->start.begin(), pattern->start.end(), impl_->scaled.outerIndexPtr());
  std::copy(pattern->row.begin(), pattern->row.end(), impl_->scaled.innerIndexPtr());
  std::fill_n(impl_->scaled.valuePtr(), pattern->entries(), 1.0);
  impl_->ldlt.analyzePattern(impl_->scaled);
  impl_->pattern = std::move(pattern);
}

SparseFactor::~SparseFactor() = default;

bool SparseFactor::factor(const LocalModel& model, std::span<const double> scale,
                          std::span<const double> added, double lambda) {
  const auto& normal = static_cast<const SparseNormal&>(model);
  const SparsePattern& p = *impl_->pattern;
  double* const values = impl_->scaled.valuePtr();
  for (std::size_t j = 0; j < z(p.n); ++j) {
    for (auto e = z(p.start[j]); e < z(p.start[j + 1]); ++e)
      values[e] = scale[j] * scale[z(p.row[e])] * normal.values[e];
    values[p.start[j]] += added[j] + lambda;
  }
  impl_->ldlt.factorize(impl_->scaled);
  if (impl_->ldlt.info() != Eigen::Success) return false;
  const Vector D = impl_->ldlt.vectorD();
  const auto& order = impl_->ldlt.permutationP().indices();
  for (std::size_t j = 0; j < z(p.n); ++j) {
    const double pivot = D[order[static_cast<Eigen::Index>(j)]];
    if (!(pivot > kLeastPivot * values[p.start[j]])) return false;
  }
  return true;
}

void SparseFactor::solve(std::span<double> b) const {
  Eigen::Map<Vector> x(b.data(), static_cast<Eigen::Index>(b.size()));
  const Vector solution = impl_->ldlt.solve(Vector(x));
  x = solution;
}

index_t SparseFactor::pivots_below(double limit) const {
  return static_cast<index_t>((impl_->ldlt.vectorD().array() < limit).count());
}

index_t SparseFactor::entries() const {
  return static_cast<index_t>(impl_->ldlt.matrixL().nestedExpression().nonZeros());
}

// Z = S⁻¹ on the pattern of L, from the last column to the first:
// Z_ij = −Σ_k L_kj Z_ik (i > j), Z_jj = 1/D_j − Σ_k L_kj Z_kj, over k > j with L_kj ≠ 0.
std::vector<double> SparseFactor::inverse_diagonal() const {
  const auto& L = impl_->ldlt.matrixL().nestedExpression();  // unit diagonal left out
  const auto n = L.cols();
  const std::int32_t *const start = L.outerIndexPtr(), *const row = L.innerIndexPtr();
  const double* const l = L.valuePtr();
  const Vector D = impl_->ldlt.vectorD();  // which is a copy
  std::vector<double> Z(static_cast<std::size_t>(L.nonZeros())),
      diagonal(static_cast<std::size_t>(n));
  std::vector<double> column(static_cast<std::size_t>(n), 0.0);  // L_kj of the column at work
  std::vector<bool> is_there(static_cast<std::size_t>(n), false);
  std::vector<double> sums(static_cast<std::size_t>(n), 0.0);
  for (Eigen::Index j = n; j-- > 0;) {
    for (std::int32_t e = start[j]; e < start[j + 1]; ++e) {
      column[z(row[e])] = l[e];
      is_there[z(row[e])] = true;
    }
    for (std::int32_t e = start[j]; e < start[j + 1]; ++e) {
      // Entries of Z in column k and, by symmetry, in row k.
      const std::int32_t k = row[e];
      sums[z(k)] -= l[e] * diagonal[z(k)];
      for (std::int32_t f = start[k]; f < start[k + 1]; ++f) {
        const std::int32_t i = row[f];
        if (!is_there[z(i)]) continue;
        sums[z(i)] -= l[e] * Z[z(f)];
        sums[z(k)] -= column[z(i)] * Z[z(f)];
      }
    }
    double own = 1.0 / D[j];
    for (std::int32_t e = start[j]; e < start[j + 1]; ++e) {
      const auto i = z(row[e]);
      Z[z(e)] = sums[i];
      own -= l[e] * sums[i];
    }
    diagonal[z(j)] = own;
    for (std::int32_t e = start[j]; e < start[j + 1]; ++e) {
      sums[z(row[e])] = 0.0;
      column[z(row[e])] = 0.0;
      is_there[z(row[e])] = false;
    }
  }
  std::vector<double> out(static_cast<std::size_t>(n));
  const auto& order = impl_->ldlt.permutationP().indices();
  for (Eigen::Index j = 0; j < n; ++j) out[static_cast<std::size_t>(j)] = diagonal[z(order[j])];
  return out;
}

}  // namespace nlsq::linalg
