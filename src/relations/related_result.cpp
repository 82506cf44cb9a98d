// SPDX-License-Identifier: MIT
// The delta method: a quantity q(p) has the variance gᵀ C g, g its gradient and C the covariance of
// the parameters; two quantities have the covariance g₁ᵀ C g₂.
#include "relations/related_result.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace nlsq::fit_impl {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A quantity at some values of the parameters and its derivatives by those that it uses.
struct Quantity {
  double value = 0.0;
  std::vector<std::pair<std::size_t, double>> by;  // position of a parameter, derivative
};

std::size_t position(const FitResult& r, const std::string& name) {
  return static_cast<std::size_t>(std::find(r.names.begin(), r.names.end(), name) -
                                  r.names.begin());
}

Quantity quantity_at(const Relation& relation, const FitResult& r, const std::vector<double>& p) {
  std::vector<double> at;
  std::vector<std::size_t> positions;
  for (const std::string& name : relation.names()) {
    positions.push_back(position(r, name));
    at.push_back(p[positions.back()]);
  }
  const Gradient gradient = gradient_of(relation, at);
  Quantity out{gradient.value, {}};
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (gradient.by[i] != 0.0) out.by.emplace_back(positions[i], gradient.by[i]);
  }
  return out;
}

double variance(const Quantity& q, const FitResult& r) {
  if (q.by.size() == 1) {
    const auto [at, slope] = q.by.front();
    return slope * slope * r.pcov[at * (r.names.size() + 1)];
  }
  std::vector<double> row(r.names.size(), 0.0);
  for (const auto& [at, slope] : q.by) row[at] = slope;
  return std::max(r.variance_of(row), 0.0);
}

// NaN where a parameter is undetermined.
double covariance(const Quantity& a, const Quantity& b, const FitResult& r) {
  double sum = 0.0;
  for (const auto& [i, by_i] : a.by) {
    for (const auto& [j, by_j] : b.by) {
      const double c = r.pcov[i * r.names.size() + j];
      sum += std::isfinite(c) ? by_i * by_j * c : kNaN;
    }
  }
  return sum;
}

std::vector<double> covariance_matrix(std::span<const Quantity> all, const FitResult& r) {
  const std::size_t k = all.size();
  std::vector<double> out(k * k);
  for (std::size_t i = 0; i < k; ++i) {
    out[i * (k + 1)] = variance(all[i], r);
    for (std::size_t j = 0; j < i; ++j)
      out[i * k + j] = out[j * k + i] = covariance(all[i], all[j], r);
  }
  return out;
}

// Directions without effect and what else is known of redundant parameters, in the new ones.
Redundancy rearranged(const Redundancy& from, std::span<const Quantity> all, std::size_t n) {
  if (from.empty()) return {};
  const std::size_t N = all.size(), k = from.directions.size() / n;
  Redundancy to;
  to.tolerance = from.tolerance;
  to.scale.resize(N);
  to.directions.assign(k * N, 0.0);
  to.covariance.assign(N * N, 0.0);
  for (std::size_t i = 0; i < N; ++i) {
    for (const auto& [a, by_a] : all[i].by) {
      to.scale[i] = std::hypot(to.scale[i], by_a * from.scale[a]);
      for (std::size_t d = 0; d < k; ++d)
        to.directions[d * N + i] += by_a * from.directions[d * n + a];
      for (std::size_t j = 0; j < N; ++j) {
        for (const auto& [b, by_b] : all[j].by)
          to.covariance[i * N + j] += by_a * by_b * from.covariance[a * n + b];
      }
    }
  }
  return to;
}

}  // namespace

void count_priors(std::span<const KnownQuantity> priors, FitResult& r) {
  r.n_priors = static_cast<index_t>(priors.size());
  if (priors.empty()) return;
  double of_priors = 0.0;
  for (const KnownQuantity& known : priors) {
    const double f =
        (quantity_at(known.relation, r, r.popt).value - known.prior.mean) / known.prior.sigma;
    of_priors += f * f;
  }
  const double left = r.rss - of_priors;
  r.r_squared = r.tss > 0.0 ? 1.0 - left / r.tss : kNaN;
  const auto rows = static_cast<double>(r.n - r.n_priors);
  const double dof = rows - static_cast<double>(r.rank);
  r.adj_r_squared = dof > 0.0 ? 1.0 - (1.0 - r.r_squared) * (rows - 1.0) / dof : kNaN;
}

void tell_ties(std::span<const std::string> names, const Ties& ties, const FitOptions& options,
               FitResult& r) {
  const bool same =
      ties.all.empty() && std::equal(names.begin(), names.end(), r.names.begin(), r.names.end());
  if (same) return;
  const std::size_t N = names.size(), n = r.names.size();
  std::vector<Quantity> all;
  std::vector<double> popt(N), perr(N), p0(N);
  std::vector<bool> fixed(N, false), defaulted(N, false);
  std::vector<int> at_bound(N, 0);
  std::vector<std::string> tied(N);
  for (std::size_t i = 0; i < N; ++i) {
    const Tie* const tie = ties.find(names[i]);
    if (tie == nullptr) {
      const std::size_t own = position(r, names[i]);
      all.push_back({r.popt[own], {{own, 1.0}}});
      p0[i] = r.p0[own];
      fixed[i] = r.fixed[own];
      defaulted[i] = r.defaulted[own];
      at_bound[i] = r.at_bound[own];
    } else {
      all.push_back(quantity_at(tie->relation, r, r.popt));
      p0[i] = quantity_at(tie->relation, r, r.p0).value;
      const auto& inputs = tie->relation.names();
      fixed[i] = std::all_of(inputs.begin(), inputs.end(),
                             [&](const std::string& name) { return r.fixed[position(r, name)]; });
      tied[i] = options.ties.at(names[i]);
    }
    popt[i] = all.back().value;
  }
  std::vector<double> pcov = covariance_matrix(all, r);
  for (std::size_t i = 0; i < N; ++i) perr[i] = std::sqrt(pcov[i * (N + 1)]);
  r.redundancy = rearranged(r.redundancy, all, n);
  r.names.assign(names.begin(), names.end());
  r.popt = std::move(popt);
  r.pcov = std::move(pcov);
  r.perr = std::move(perr);
  r.p0 = std::move(p0);
  r.fixed = std::move(fixed);
  r.defaulted = std::move(defaulted);
  r.at_bound = std::move(at_bound);
  if (!ties.all.empty()) r.tied = std::move(tied);
}

void tell_derived(std::span<const DerivedRelation> derived, FitResult& r) {
  if (derived.empty()) return;
  std::vector<Quantity> all;
  for (const DerivedRelation& each : derived) all.push_back(quantity_at(each.relation, r, r.popt));
  r.derived_cov = covariance_matrix(all, r);
  for (std::size_t i = 0; i < all.size(); ++i) {
    r.derived.push_back({derived[i].wanted.name, derived[i].wanted.expression, all[i].value,
                         std::sqrt(r.derived_cov[i * (all.size() + 1)])});
  }
}

}  // namespace nlsq::fit_impl
