// SPDX-License-Identifier: MIT
#include "solve/precision.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "solve/stopping.hpp"
#include "solve/trust_region.hpp"

namespace nlsq::solve {
namespace {

// ε of float32 is 6e-8. Sums of m rounded products are good to some 1e-6 of their size.
constexpr double kFloor = 1e-4;          // cosine below which the gradient is rounding soon
constexpr double kKappa = 1e3;           // κ² ε = 0.06
constexpr double kKappaToBegin = 200.0;  // so that it does not grow beyond soon
constexpr double kSmallStep = 1e-2;      // promised share of the cost below which curvature is none
constexpr double kPoorGain = 0.5;        // of what such a step promises
constexpr double kRichGain = 2.0;        // more than it can bring
constexpr double kSame = 1e-6;           // share of the cost that is no change
constexpr int kPatience = 2;             // trials that change nothing
constexpr double kFar = 0.1;             // share of the cost that is worth some steps in float32
constexpr double kNear = 1e-3;           // and one that is not
constexpr double kNearForMany = 0.5;     // the same where one float64 step is not enough then
constexpr double kExact = 1e-12;         // of the cost: what rounding may add for one to be
constexpr double kRounding = 1e-9;       // and for float32 to be of any use
constexpr double kAlike = 1e-5;          // relative difference of costs in the two precisions
constexpr index_t kOwed = 2;             // evaluations that a point in float32 may need yet
constexpr double kWorthWhile = 0.95;     // of the time in float64

// What the parameters that the minimum is told from would add to the cost if each was rounded to
// float32, at the most: ½‖J_j δp_j‖².
double rounding_of(const Point& here) {
  const index_t n = here.sum.n;
  double largest = 0.0;
  for (index_t j = 0; j < n; ++j) {
    const std::span<const double> column(here.sum.R.data() + j * n,
                                         static_cast<std::size_t>(j + 1));
    const double p = here.x[static_cast<std::size_t>(j)];
    largest = std::max(largest, p * p * linalg::dot(column, column));
  }
  return 0.5 * largest * 0x1p-48;
}

}  // namespace

Upgrade PrecisionPolicy::judge(const Trial& trial) {
  if (!trial.finite) return ++not_finite_ >= kPatience ? Upgrade::not_finite : Upgrade::none;
  if (!(trial.kappa <= kKappa)) return Upgrade::conditioning;
  if (trial.optimality < kFloor) return Upgrade::gradient_floor;
  small_ = std::abs(trial.reduction) < kSame ? small_ + 1 : 0;
  if (small_ >= kPatience) return Upgrade::stagnation;
  const bool expected = trial.gain >= kPoorGain && trial.gain <= kRichGain;
  if (trial.promised < kSmallStep && !expected) return Upgrade::gain_ratio;
  return Upgrade::none;
}

bool float32_pays(std::span<const double> ratios) {
  if (ratios.empty()) return false;
  std::vector<double> sorted(ratios.begin(), ratios.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  const double median =
      sorted.size() % 2 == 1 ? sorted[half] : 0.5 * (sorted[half - 1] + sorted[half]);
  return median <= kWorthWhile;
}

bool PrecisionControl::is_due(index_t limit) const {
  return is_here_low_ && state_->nfev + kOwed >= limit;
}

Upgrade PrecisionControl::judge(double actual, bool stops) {
  if (!is_low_) return Upgrade::none;
  if (stops) return Upgrade::end;
  const double cost = state_->here->sum.cost;
  Trial trial{.finite = state_->last_finite};
  if (trial.finite && cost > 0.0) {
    const bool improved = actual > 0.0;
    trial.gain = gain_ratio(actual, state_->predicted);
    trial.promised = state_->predicted / cost;
    trial.reduction = actual / cost;
    if (improved) std::swap(state_->here, state_->trial);
    trial.kappa = state_->here->sum.kappa;
    trial.optimality = optimality(*state_);
    if (improved) std::swap(state_->here, state_->trial);
  }
  return policy_.judge(trial);
}

bool PrecisionControl::choose(index_t limit) {
  if (is_over_) return is_here_low_;
  const linalg::Summary& here = state_->here->sum;
  const double promised = std::max(state_->predicted, state_->newton_reduction);
  // Data of little noise need more digits than float32 has once their misfit is gone.
  const double rounding = rounding_of(*state_->here);
  const double left = std::max(here.cost - promised, 0.0);
  const double near = rounding <= kExact * left ? kNear : kNearForMany;
  const bool is_too_fine = rounding > kRounding * left;
  const bool has_time = state_->nfev + 1 + kOwed <= limit;
  if (is_low_) {
    if (has_time && !is_too_fine && promised > near * here.cost) {
      ++passes_;
      return false;
    }
    leave(has_time ? Upgrade::near : Upgrade::end);
    return is_here_low_;
  }
  if (!has_time || is_too_fine || promised < std::max(kFar, near) * here.cost ||
      !(here.kappa <= kKappaToBegin))
    return false;
  is_low_ = evaluator_->begin_float32();
  is_over_ = !is_low_;
  state_->spare->x = state_->here->x;
  passes_ += is_low_ ? 1 : 0;
  return false;
}

void PrecisionControl::take_over(Strategy& strategy) {
  const double actual = state_->here->sum.cost - state_->trial->sum.cost;
  if (state_->last_finite) {
    strategy.resize(*state_, actual);
  } else {
    state_->radius = 0.25 * state_->step_length;
  }
  if (state_->last_finite && actual >= -kAlike * state_->here->sum.cost) {
    accept(*state_);
    is_here_low_ = false;
  } else if (++refused_ >= kPatience) {
    renew();
  }
}

void PrecisionControl::leave(Upgrade why) {
  evaluator_->end_float32();
  is_low_ = false;
  is_over_ = true;
  why_ = why;
  state_->small_steps = 0;
  state_->small_in_row = 0;
  state_->since_milestone = 0;
  state_->last_small = 0.0;
}

void PrecisionControl::evaluate_here() {
  if (options_->before_pass) options_->before_pass();
  evaluator_->summary(state_->here->x, Grade::step, state_->here->sum);
  ++state_->nfev;
}

void PrecisionControl::renew() {
  is_here_low_ = false;
  evaluate_here();
  if (state_->here->sum.finite) return;
  // Float32 went where float64 cannot: back to the point before.
  state_->here->x = state_->spare->x;
  evaluate_here();
}

bool PrecisionControl::raise(Upgrade why) {
  if (why == Upgrade::none || !(is_low_ || is_here_low_)) return false;
  if (is_low_) leave(why);
  if (is_here_low_ && (why == Upgrade::end || why == Upgrade::conditioning)) renew();
  return true;
}

}  // namespace nlsq::solve
