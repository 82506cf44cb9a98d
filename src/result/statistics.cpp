// SPDX-License-Identifier: MIT
// The covariance is (J̃ᵀJ̃)⁻¹ of the loss-scaled Jacobian, times 2·cost/dof unless sigma is absolute
// (as SciPy).
#include "result/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/nearest.hpp"
#include "linalg/triangle.hpp"
#include "result/local_statistics.hpp"
#include "stats/covariance.hpp"
#include "stats/statistics.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kRounding = 10.0 * std::numeric_limits<double>::epsilon();  // of a value of y

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

std::string fold_name(linalg::Fold fold) {
  if (fold == linalg::Fold::sparse) return "sparse";
  return fold == linalg::Fold::gram ? "gram" : fold == linalg::Fold::pgram ? "pgram" : "qr";
}

std::string errors_are_infinite(std::size_t count) {
  return count == 1 ? "its standard error is infinite" : "their standard errors are infinite";
}

// Parameters without a standard error, by what is at fault: a flat place, where they move no value
// of the model, or data that several combinations of them fit alike.
void add_undetermined(FitResult& r, const stats::Covariance& c, const linalg::Summary& summary,
                      std::span<const index_t> free, const ActsInJumps& acts_in_jumps) {
  if (c.undetermined.empty()) return;
  linalg::Vector size(free.size());
  linalg::column_norms(summary, size);
  std::vector<std::string> flat, jumping, dependent;
  std::string starts;
  bool alike = true;
  for (const index_t i : c.undetermined) {
    const std::size_t at = z(free[z(i)]);
    if (size[z(i)] != 0.0) {
      dependent.push_back(r.names[at]);
      continue;
    }
    if (acts_in_jumps(z(i))) {
      jumping.push_back(r.names[at]);
      continue;
    }
    flat.push_back(r.names[at]);
    const std::string start = fmt::format("{:g}", r.p0[at]);
    if (flat.size() == 1) {
      starts = start;
    } else {
      alike = alike && starts == start;
    }
  }
  if (!flat.empty()) {
    std::string sentence = fmt::format(
        "at the point reached, {}{} {} no effect: {}; start elsewhere if the model uses {}",
        base::quoted_list(flat), !alike ? "" : " (started at " + starts + ")",
        flat.size() == 1 ? "has" : "have", errors_are_infinite(flat.size()),
        flat.size() == 1 ? "it" : "them");
    r.warn({IssueId::no_effect, std::move(sentence), std::move(flat), {}});
  }
  if (!jumping.empty()) {
    std::string sentence = fmt::format(
        "{} {} in jumps alone (a comparison, a rounding), which no derivative shows: {}; fit the "
        "others for several values of {}, or make the step smooth",
        base::quoted_list(jumping), jumping.size() == 1 ? "acts" : "act",
        errors_are_infinite(jumping.size()), jumping.size() == 1 ? "it" : "them");
    r.warn({IssueId::jumps, std::move(sentence), std::move(jumping), {}});
  }
  if (!dependent.empty()) {
    std::string sentence = fmt::format(
        "the data do not determine {} (the Jacobian has rank {} for {} free parameters): {}",
        base::quoted_list(dependent), c.rank, free.size(), errors_are_infinite(dependent.size()));
    r.warn({IssueId::undetermined,
            std::move(sentence),
            std::move(dependent),
            {{"rank", static_cast<double>(c.rank)}, {"free", static_cast<double>(free.size())}}});
  }
}

// The pseudo-inverse and the null space, over all parameters.
void add_redundancy(FitResult& r, const stats::Covariance& c, std::span<const index_t> free,
                    double factor) {
  const stats::NullSpace& null = c.null;
  if (null.basis.empty()) return;
  const std::size_t N = r.names.size(), n = free.size();
  Redundancy& out = r.redundancy;
  out.tolerance = null.tolerance;
  out.covariance.assign(N * N, 0.0);
  out.scale.assign(N, 0.0);
  out.directions.assign(null.basis.size() / n * N, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    out.scale[z(free[i])] = null.scale[i];
    for (std::size_t k = 0; k < null.basis.size() / n; ++k)
      out.directions[k * N + z(free[i])] = null.basis[k * n + i];
    for (std::size_t j = 0; j < n; ++j) {
      const double value = null.range[i * n + j];
      out.covariance[z(free[i]) * N + z(free[j])] = value == 0.0 ? 0.0 : factor * value;
    }
  }
}

// Where the model meets the data exactly, a parameter may be left a derivative of rounding alone: b
// in a·exp(−b x) + c with a = 1e-16. What rounding of the data would move by more than it is, or
// was at the start, has no effect: its column becomes 0.
void drop_columns_of_rounding(const FitResult& r, std::span<const index_t> free,
                              std::span<const Moments> responses, linalg::Summary& summary) {
  double squares = 0.0;
  for (const Moments& m : responses) squares += m.squares();
  if (!(r.rss <= kRounding * kRounding * squares) || squares == 0.0) return;
  const stats::Covariance c = stats::unscaled_covariance(summary);
  for (index_t j = 0; j < summary.n; ++j) {
    const std::size_t at = z(free[z(j)]);
    const double error = kRounding * std::sqrt(squares * c.at(j, j));
    const double size = std::max(std::abs(r.popt[at]), std::abs(r.p0[at]));
    if (!std::isfinite(error) || size == 0.0 || error < size) continue;
    for (index_t i = 0; i <= j; ++i) summary.R[z(i + j * summary.n)] = 0.0;
    summary.kappa = kInf;
  }
}

void fill_covariance(FitResult& r, const solve::Outcome& outcome, std::span<const index_t> free,
                     const FitOptions& options, const ActsInJumps& acts_in_jumps) {
  const auto N = static_cast<index_t>(r.names.size());
  const auto n = static_cast<index_t>(free.size());
  r.pcov.assign(z(N * N), 0.0);
  r.perr.assign(z(N), 0.0);
  r.dof = r.n;
  if (n == 0) return;
  const stats::Covariance c = stats::unscaled_covariance(outcome.summary);
  r.rank = c.rank;
  r.dof = std::max<index_t>(0, r.n - c.rank);
  r.condition = c.kappa;
  const double factor = residual_variance(r, options.absolute_sigma);
  for (index_t i = 0; i < n; ++i) {
    for (index_t j = 0; j < n; ++j) {
      const double unscaled = c.at(i, j);
      // Without degrees of freedom nothing is known about the scale.
      const double value = std::isinf(factor) ? (i == j ? kInf : kNaN)
                           : unscaled == kInf ? kInf
                                              : unscaled * factor;
      r.pcov[z(free[z(i)] * N + free[z(j)])] = value;
    }
    r.perr[z(free[z(i)])] = std::sqrt(r.pcov[z(free[z(i)] * (N + 1))]);
  }
  add_undetermined(r, c, outcome.summary, free, acts_in_jumps);
  add_redundancy(r, c, free, factor);
}

void fill_goodness(FitResult& r, index_t free, std::span<const Moments> responses,
                   const FitOptions& options) {
  stats::FitTotals totals{
      .rows = r.n, .free = free, .rss = r.rss, .tss = kNaN, .known_sigma = options.absolute_sigma};
  if (!responses.empty()) {
    totals.tss = 0.0;
    for (const Moments& m : responses) {
      totals.tss += m.total();
      totals.sum_log_sigma += m.log_sigma;
    }
  }
  set_goodness(r, totals);
}

void add_warnings(FitResult& r, std::span<const Moments> responses, const FitOptions& options) {
  constexpr double kHardly = 1e10;
  const bool hardly = std::isfinite(r.condition) && r.condition > kHardly;
  if (hardly) {
    r.warn({IssueId::ill_conditioned,
            fmt::format("the data hardly tell the parameters apart (condition {:.1e}): values and "
                        "standard errors have few digits; fix a parameter or give more data",
                        r.condition),
            {},
            {{"condition", r.condition}}});
  }
  warn_unless_converged(r);
  if (r.n > 1 && !responses.empty() && std::ranges::all_of(responses, &Moments::is_constant))
    r.warn({IssueId::constant_response, "all values of the response are the same", {}, {}});
  std::vector<std::string> at_bound;
  for (std::size_t i = 0; i < r.names.size(); ++i) {
    if (r.at_bound[i] != 0) at_bound.push_back(r.names[i]);
  }
  if (!at_bound.empty()) {
    std::string sentence =
        fmt::format("{} {} at {} bound; standard errors are those of a free parameter",
                    base::quoted_list(at_bound), at_bound.size() == 1 ? "is" : "are",
                    at_bound.size() == 1 ? "its" : "their");
    r.warn({IssueId::at_bound, std::move(sentence), std::move(at_bound), {}});
  }
  if (r.dof == 0 && !options.absolute_sigma) {
    r.warn({IssueId::no_freedom,
            "there are no more rows than free parameters: standard errors are infinite",
            {},
            {{"rows", static_cast<double>(r.n)}}});
  }
  if (options.absolute_sigma && !r.has_sigma) {
    r.warn({IssueId::no_sigma,
            "absolute sigma was asked for but no sigma was given: errors are those of sigma = 1",
            {},
            {}});
  }
}

}  // namespace

// Redundant parameters take no degree of freedom, so the rank counts: what is determined has the
// errors that it has without them.
double residual_variance(const FitResult& r, bool absolute_sigma) {
  if (absolute_sigma) return 1.0;
  return r.dof > 0 ? 2.0 * r.cost / static_cast<double>(r.dof) : kInf;
}

void warn_unless_converged(FitResult& r) {
  if (r.success) return;
  r.warn({IssueId::not_converged,
          "the fit did not converge: " + r.message.str(),
          {},
          {{"status", static_cast<double>(r.status)}}});
}

void set_goodness(FitResult& r, const stats::FitTotals& totals) {
  const stats::GoodnessOfFit g = stats::goodness_of_fit(totals);
  r.tss = totals.tss;
#define NLSQ_STATISTIC(name, key, value, doc) r.name = g.name;
#include "nlsq/result_fields.def"
}

void fill_statistics(FitResult& r, solve::Outcome& outcome, std::span<const index_t> free,
                     std::span<const Moments> responses, const FitOptions& options,
                     const ActsInJumps& acts_in_jumps) {
  const std::size_t N = r.names.size();
  r.popt = r.p0;
  r.at_bound.assign(N, 0);
  for (std::size_t i = 0; i < free.size(); ++i) {
    r.popt[z(free[i])] = outcome.x[i];
    if (i < outcome.active.size()) r.at_bound[z(free[i])] = outcome.active[i];
  }
  r.cost = outcome.summary.cost;
  r.rss = outcome.summary.sum_f2;
  r.n = outcome.summary.rows;
  r.status = outcome.status;
  r.message = std::move(outcome.message);
  r.success = static_cast<int>(outcome.status) > 0;
  r.nfev = outcome.nfev;
  r.njev = outcome.njev;
  r.iterations = outcome.iterations;
  r.attempts = outcome.attempts;
  r.optimality = outcome.optimality;
  r.fold = fold_name(outcome.summary.fold);
  if (outcome.summary.local) {
    fill_local_covariance(r, outcome, free, options);
  } else {
    drop_columns_of_rounding(r, free, responses, outcome.summary);
    fill_covariance(r, outcome, free, options, acts_in_jumps);
  }
  fill_goodness(r, r.rank, responses, options);
  add_warnings(r, responses, options);
}

}  // namespace nlsq::fit_impl
