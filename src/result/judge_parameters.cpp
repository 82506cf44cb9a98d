// SPDX-License-Identifier: MIT
// Ways a parameter loses its meaning though its standard error is finite. Along a ridge others
// make up for it: its error alone would change the model by more than the data vary. At a flat
// place it acts no more: what it changed by since the start would have shown there and does not
// here, nor does going half of the way back.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/nearest.hpp"
#include "linalg/triangle.hpp"
#include "result/judgement.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr double kOdd = 10.0;       // of its value: an error beyond which a parameter is looked at
constexpr double kBeyond = 1e3;     // of its value: on a ridge
constexpr double kUnseen = 0.03;    // of σ, in ‖f‖
constexpr double kSameCost = 1e-3;  // of σ²
constexpr double kFarAway = 100.0;  // of its start

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

class Parameters {
 public:
  Parameters(const solve::Outcome& outcome, std::span<const index_t> free,
             const Surroundings& around, const FitResult& result)
      : outcome_(&outcome), free_(free), around_(&around), result_(&result), here_(free.size()) {
    linalg::column_norms(outcome.summary, here_);
    if (result.dof > 0) variance_ = 2.0 * result.cost / static_cast<double>(result.dof);
  }

  bool is_odd(std::size_t j) const {
    const double error = result_->perr[place(j)];
    // An infinite one of a Jacobian without full rank has been told; one of full rank overflowed.
    const bool known = std::isfinite(error) || result_->rank == static_cast<index_t>(free_.size());
    return known && !(error <= kOdd * std::abs(value(j))) && here_[j] > 0.0;
  }

  bool is_on_ridge(std::size_t j) const {
    const double error = result_->perr[place(j)];
    return error > kBeyond * std::abs(value(j)) && around_->total > 0.0 &&
           error * here_[j] > std::sqrt(around_->total);
  }

  bool is_at_flat_place(std::size_t j) {
    const double change = std::abs(value(j) - start(j));
    const double sigma = std::sqrt(variance_);
    if (!(change * here_[j] < kUnseen * sigma)) return false;
    if (!(change * at_start(j) > std::sqrt(result_->rss))) return false;
    linalg::Vector back = outcome_->x;
    back[j] = 0.5 * (value(j) + start(j));
    return std::abs(around_->cost(back) - result_->cost) < kSameCost * variance_;
  }

  // Where its error, which is meant to change the model by σ, changes nothing, or leads to where
  // the model is not finite while twice the value changes nothing: a step between two rows, of any
  // steepness.
  bool acts_no_more(std::size_t j) {
    const double error = result_->perr[place(j)];
    if (!(error > kBeyond * std::abs(value(j)))) return false;
    for (const double sign : {1.0, -1.0}) {
      double change = change_at(j, sign * error);
      if (!std::isfinite(change)) change = change_at(j, sign * std::abs(value(j)));
      if (std::abs(change) < kSameCost * variance_ && value(j) * sign > 0.0) return true;
    }
    return false;
  }

  bool is_far_away(std::size_t j) const {
    return std::abs(value(j)) > kFarAway * std::abs(start(j));
  }

 private:
  std::size_t place(std::size_t j) const { return z(free_[j]); }
  double value(std::size_t j) const { return result_->popt[place(j)]; }
  double start(std::size_t j) const { return result_->p0[place(j)]; }

  // Of the cost where parameter j moves by `step`.
  double change_at(std::size_t j, double step) const {
    linalg::Vector moved = outcome_->x;
    moved[j] += step;
    return around_->cost(moved) - result_->cost;
  }

  double at_start(std::size_t j) {
    if (start_.empty()) {
      linalg::Vector x;
      for (const index_t i : free_) x.push_back(result_->p0[z(i)]);
      start_ = outcome_->start_norms.empty() ? around_->norms_at(x) : outcome_->start_norms;
    }
    return start_[j];
  }

  const solve::Outcome* outcome_;
  std::span<const index_t> free_;
  const Surroundings* around_;
  const FitResult* result_;
  linalg::Vector here_, start_;
  double variance_ = 0.0;
};

Issue about(IssueId id, const FitResult& r, std::vector<std::string> names, const char* what) {
  Issue issue{id, fmt::format("{} {}", base::quoted_list(names), what), std::move(names), {}};
  for (const std::string& name : issue.names) {
    const auto at = std::find(r.names.begin(), r.names.end(), name) - r.names.begin();
    issue.numbers.emplace_back(name, r.popt[z(at)]);
    issue.numbers.emplace_back(name + "_stderr", r.perr[z(at)]);
  }
  return issue;
}

}  // namespace

void judge_parameters(const solve::Outcome& outcome, std::span<const index_t> free,
                      const Surroundings& around, FitResult& r) {
  if (!r.success || r.dof == 0) return;
  bool none = true;
  for (const index_t i : free) none = none && r.perr[z(i)] <= kOdd * std::abs(r.popt[z(i)]);
  if (none) return;
  Parameters parameters(outcome, free, around, r);
  std::vector<std::string> away, flat;
  for (std::size_t j = 0; j < free.size(); ++j) {
    if (!parameters.is_odd(j)) continue;
    const std::string& name = r.names[z(free[j])];
    if (parameters.is_at_flat_place(j)) {
      (parameters.is_far_away(j) ? away : flat).push_back(name);
    } else if (parameters.is_on_ridge(j) || parameters.acts_no_more(j)) {
      away.push_back(name);
    }
  }
  if (!away.empty()) {
    r.warn(about(IssueId::runaway, r, std::move(away),
                 "ran away: values far apart fit the data alike; start elsewhere, give bounds or "
                 "fix a parameter"));
  }
  if (!flat.empty()) {
    r.warn(about(IssueId::flat_place, r, std::move(flat),
                 "acted at the start and no longer where the fit ended: start elsewhere or give "
                 "bounds"));
  }
}

}  // namespace nlsq::fit_impl
