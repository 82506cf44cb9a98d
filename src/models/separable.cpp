// SPDX-License-Identifier: MIT
// Grid and compass search (Kolda, Lewis, Torczon 2003, §1) over the nonlinear parameters.
#include "models/separable.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace nlsq::models {
namespace {

// A step this much shorter than the grid is short enough for a start.
constexpr double kShortest = 1.0 / 128;
constexpr int kMostRounds = 60;
constexpr std::size_t kMostImproved = 3;

double moved(const Axis& axis, double value, double step) {
  const double to = axis.logarithmic ? value * std::exp(step) : value + step;
  return std::clamp(to, axis.low, axis.high);
}

// Half the distance to the farther neighbour.
double half_distance(const Axis& axis, double value) {
  const auto& v = axis.values;
  const auto at = static_cast<std::size_t>(std::find(v.begin(), v.end(), value) - v.begin());
  const auto distance = [&](std::size_t i) {
    return axis.logarithmic ? std::abs(std::log(v[i] / value)) : std::abs(v[i] - value);
  };
  double widest = 0.0;
  if (at > 0) widest = std::max(widest, distance(at - 1));
  if (at + 1 < v.size()) widest = std::max(widest, distance(at + 1));
  return 0.5 * widest;
}

}  // namespace

Axis even_axis(double low, double high, int count) {
  Axis axis;
  for (int i = 0; i < count; ++i)
    axis.values.push_back(count > 1 ? low + (high - low) * i / (count - 1) : low);
  return axis;
}

Axis log_axis(double low, double high, int count) {
  Axis axis = even_axis(std::log(low), std::log(high), count);
  for (double& value : axis.values) value = std::exp(value);
  axis.logarithmic = true;
  axis.low = axis.values.front();
  axis.high = axis.values.back();
  return axis;
}

Search::Search(const Samples& samples, Basis basis) : samples_(samples), basis_(std::move(basis)) {
  columns_.resize(samples_.size() * basis_.count);
}

void Search::solve(const std::vector<double>& theta, bool without_not_negative) {
  const std::size_t m = samples_.size();
  double phi[3] = {};
  for (std::size_t i = 0; i < m; ++i) {
    basis_.fill(samples_.x[i], theta.data(), phi);
    if (without_not_negative) phi[basis_.not_negative] = 0.0;
    for (std::size_t j = 0; j < basis_.count; ++j) columns_[j * m + i] = phi[j];
  }
  fit_.solve(columns_, samples_.y);
}

Found Search::at(const std::vector<double>& theta) {
  solve(theta, false);
  if (basis_.not_negative >= 0 &&
      fit_.coefficients()[static_cast<std::size_t>(basis_.not_negative)] < 0.0) {
    solve(theta, true);
  }
  Found found{theta, {}, fit_.rss()};
  for (const double c : fit_.coefficients()) found.linear.push_back(c * samples_.y_scale);
  return found;
}

// Of the best points for each value of the last of θ the best few are improved: valleys of
// different shapes are then not missed.
Found Search::best(const std::vector<Axis>& axes) {
  std::vector<std::size_t> at(axes.size(), 0);
  std::vector<double> theta(axes.size());
  std::vector<Found> candidates(axes.back().values.size());
  for (std::size_t moving = 0; moving < axes.size();) {
    for (std::size_t k = 0; k < axes.size(); ++k) theta[k] = axes[k].values[at[k]];
    Found next = this->at(theta);
    if (next.rss < candidates[at.back()].rss) candidates[at.back()] = std::move(next);
    for (moving = 0; moving < axes.size(); ++moving) {
      if (++at[moving] < axes[moving].values.size()) break;
      at[moving] = 0;
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Found& a, const Found& b) { return a.rss < b.rss; });
  Found best;
  for (const Axis& axis : axes) best.theta.push_back(axis.values[axis.values.size() / 2]);
  best.linear.assign(basis_.count, 0.0);
  for (std::size_t i = 0; i < std::min(candidates.size(), kMostImproved); ++i) {
    if (candidates[i].theta.empty()) break;
    std::vector<double> steps;
    for (std::size_t k = 0; k < axes.size(); ++k)
      steps.push_back(half_distance(axes[k], candidates[i].theta[k]));
    Found next = improved(std::move(candidates[i]), axes, std::move(steps));
    if (next.rss < best.rss) best = std::move(next);
  }
  return best;
}

Found Search::improved(Found best, const std::vector<Axis>& axes, std::vector<double> steps) {
  double part = 1.0;
  for (int round = 0; round < kMostRounds && part > kShortest; ++round) {
    bool has_improved = false;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      for (const double sign : {1.0, -1.0}) {
        std::vector<double> theta = best.theta;
        theta[k] = moved(axes[k], theta[k], sign * part * steps[k]);
        Found next = at(theta);
        if (!(next.rss < best.rss)) continue;
        best = std::move(next);
        has_improved = true;
        break;
      }
    }
    if (!has_improved) part *= 0.5;
  }
  return best;
}

}  // namespace nlsq::models
