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
constexpr double kFloor = 1e-4;       // cosine below which the gradient is rounding soon
constexpr double kKappa = 1e3;        // κ² ε = 0.06
constexpr double kSmallStep = 1e-3;   // promised share of the cost below which curvature is none
constexpr double kPoorGain = 0.5;     // of what such a step promises
constexpr double kRichGain = 2.0;     // more than it can bring
constexpr double kSame = 1e-6;        // share of the cost that is no change
constexpr int kPatience = 2;          // trials that change nothing
constexpr double kWorthWhile = 0.95;  // of the time in float64

}  // namespace

Upgrade PrecisionPolicy::judge(const Trial& trial) {
  if (!trial.finite) return Upgrade::not_finite;
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

Upgrade PrecisionControl::judge(double actual, bool improved) {
  if (!is_low()) return Upgrade::none;
  const double cost = state_->here->sum.cost;
  Trial trial{.finite = state_->last_finite};
  if (trial.finite && cost > 0.0) {
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

bool PrecisionControl::raise(Upgrade why) {
  if (!is_low()) return false;
  evaluator_->raise_precision();
  why_ = why;
  passes_ = state_->nfev;
  if (state_->njev > 0) {  // else there is no point yet
    if (options_->before_pass) options_->before_pass();
    evaluator_->summary(state_->here->x, Grade::step, state_->here->sum);
    ++state_->nfev;
  }
  state_->small_steps = 0;
  state_->last_small = 0.0;
  return true;
}

}  // namespace nlsq::solve
