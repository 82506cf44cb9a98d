// SPDX-License-Identifier: MIT
// (J̃ᵀJ̃)⁻¹ by the factor of the scaled normal matrix: its diagonal at the cost of a factorization,
// columns by a solve each. Where the matrix is singular a small multiple of the identity is added,
// and parameters whose variance is of its size are undetermined.
#include "result/local_statistics.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "base/nearest.hpp"
#include "linalg/local_model.hpp"
#include "result/statistics.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr std::size_t kMostKept = 1000;  // parameters whose whole pcov is kept
constexpr double kShift = 1e-13;         // of a unit diagonal: what makes a matrix regular
constexpr double kSmallPivot = 1e-11;    // that only the shift keeps from 0
constexpr double kUndetermined = 1e11;   // variance in scaled parameters that tells of it

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// The factor with what it takes to tell covariances of all N parameters.
struct Inverse {
  Inverse(const linalg::LocalModel& model, std::span<const index_t> positions, std::size_t count)
      : factor(model.solver()), free(positions.begin(), positions.end()), N(count) {
    const std::size_t n = free.size();
    const std::vector<double> none(n, 0.0);
    scale.resize(n);
    for (std::size_t j = 0; j < n; ++j) {
      const double d = model.diagonal(j);
      scale[j] = d > 0.0 ? 1.0 / std::sqrt(d) : 1.0;
    }
    is_regular = factor->factor(model, scale, none, 0.0);
    if (!is_regular) factor->factor(model, scale, none, kShift);
    place.assign(N, -1);
    for (std::size_t j = 0; j < n; ++j) place[z(free[j])] = static_cast<index_t>(j);
    variance = factor->inverse_diagonal();
    for (std::size_t j = 0; j < n; ++j) {
      if (!is_regular && variance[j] > kUndetermined) undetermined.push_back(j);
    }
  }

  // Column `at` of the covariance of all parameters.
  void column(index_t at, double factor_of, double* out) const {
    std::fill_n(out, N, 0.0);
    const index_t j = place[z(at)];
    if (j < 0) return;
    std::vector<double> e(free.size(), 0.0);
    e[z(j)] = 1.0;
    factor->solve(e);
    for (std::size_t i = 0; i < free.size(); ++i)
      out[z(free[i])] = factor_of * scale[z(j)] * scale[i] * e[i];
    for (const std::size_t i : undetermined) out[z(free[i])] = kInf;
    if (is_undetermined(z(j))) {
      for (const index_t i : free) out[z(i)] = kInf;
    }
  }

  bool is_undetermined(std::size_t j) const { return !is_regular && variance[j] > kUndetermined; }

  std::unique_ptr<linalg::LocalSolver> factor;
  std::vector<index_t> free, place;  // positions of the free ones; free number of each, or −1
  std::size_t N;
  std::vector<double> scale, variance;  // of the scaled parameters
  std::vector<std::size_t> undetermined;
  bool is_regular = true;
};

}  // namespace

void fill_local_covariance(FitResult& r, const solve::Outcome& outcome,
                           std::span<const index_t> free, const FitOptions& options) {
  const std::size_t N = r.names.size(), n = free.size();
  r.perr.assign(N, 0.0);
  r.dof = r.n;
  if (n == 0) {
    if (N <= kMostKept) r.pcov.assign(N * N, 0.0);
    return;
  }
  const auto inverse = std::make_shared<const Inverse>(*outcome.summary.local, free, N);
  r.rank = static_cast<index_t>(n);
  double kappa2 = 0.0;
  for (std::size_t j = 0; j < n; ++j) kappa2 = std::max(kappa2, inverse->variance[j]);
  // Columns have length 1, so the largest variance bounds κ² from below and n times it from above.
  r.condition = inverse->is_regular ? std::sqrt(kappa2 * static_cast<double>(n)) : kInf;
  if (!inverse->is_regular) r.rank -= inverse->factor->pivots_below(kSmallPivot);
  r.dof = std::max<index_t>(0, r.n - r.rank);
  const double factor = residual_variance(r, options.absolute_sigma);
  for (std::size_t j = 0; j < n; ++j) {
    const double variance =
        inverse->is_undetermined(j)
            ? kInf
            : factor * inverse->scale[j] * inverse->scale[j] * inverse->variance[j];
    r.perr[z(free[j])] = std::sqrt(variance);
  }
  r.covariance_columns = [inverse, factor](std::span<const index_t> positions) {
    std::vector<double> out(positions.size() * inverse->N);
    for (std::size_t k = 0; k < positions.size(); ++k)
      inverse->column(positions[k], factor, out.data() + k * inverse->N);
    return out;
  };
  if (N <= kMostKept) {
    std::vector<index_t> all(N);
    for (std::size_t i = 0; i < N; ++i) all[i] = static_cast<index_t>(i);
    r.pcov = r.covariance_columns(all);
  }
  if (inverse->undetermined.empty()) return;
  std::vector<std::string> names;
  for (const std::size_t j : inverse->undetermined) names.push_back(r.names[z(free[j])]);
  std::string sentence =
      fmt::format("the data do not determine {}: {} infinite", base::quoted_list(names),
                  names.size() == 1 ? "its standard error is" : "their standard errors are");
  r.warn({IssueId::undetermined, std::move(sentence), std::move(names), {}});
}

}  // namespace nlsq::fit_impl
