// SPDX-License-Identifier: MIT
#include "many/lane_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nlsq/error.hpp"
#include "plan/thresholds.hpp"

namespace nlsq::fit_impl {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

batch::ManyColumn lane_column(const ManyData::Column& column) {
  return {column.values.data, column.values.float32, column.shared};
}

void add_rules(const ManyOptions& options, index_t n, batch::LaneRules& rules) {
  rules.ftol = options.ftol, rules.xtol = options.xtol, rules.gtol = options.gtol;
  const index_t usual = std::max<index_t>(500, 100 * n);
  rules.max_nfev = static_cast<double>(options.max_nfev.value_or(usual));
  rules.polish_is_limited = !options.polish || options.max_polish.has_value();
  rules.max_polish = options.polish ? static_cast<double>(options.max_polish.value_or(100)) : 0.0;
}

// One row a set of the free parameters' values.
batch::PerFit pick_free(std::span<const double> all, const double* common, const ManySetup& setup,
                        std::vector<double>& kept) {
  const auto& free = setup.table.free;
  const index_t N = setup.size(), rows = all.empty() ? 1 : setup.data->fits();
  const double* const from = all.empty() ? common : all.data();
  kept.reserve(z(rows) * free.size());
  for (index_t i = 0; i < rows; ++i) {
    for (const index_t at : free) kept.push_back(from[i * N + at]);
  }
  return {kept.data(), all.empty()};
}

// Sets of like length side by side, so that no lane waits on rows it does not have.
void order_sets(const ManyData& data, LaneSetup& lanes) {
  batch::ManyProblem& p = lanes.problem;
  p.offsets = data.offsets().data();
  p.rows = 0;
  for (index_t i = 0; i < p.fits; ++i) {
    const index_t rows = p.rows_of(i);
    if (rows > plan::kMostLaneRows) {
      lanes.long_sets.push_back(i);
    } else {
      p.rows = std::max(p.rows, rows);
      p.order.push_back(i);
    }
  }
  std::stable_sort(p.order.begin(), p.order.end(),
                   [&](index_t a, index_t b) { return p.rows_of(a) < p.rows_of(b); });
}

// False where the residuals do not change with every free parameter.
bool prepare_program(const ManySetup& setup, Preparation& preparation, batch::ManyProblem& p) {
  const ManyOptions& options = *setup.options;
  program::ResidualSpec spec;
  spec.sizes.assign(std::vector<index_t>(z(p.parameters), 1));
  spec.free.assign(p.free);
  spec.loss = options.loss;
  spec.weighting = p.weighted() ? program::Weighting::column : program::Weighting::none;
  spec.masked = p.weighted();
  using Order = program::ResidualSpec::Order;
  spec.order = preparation.mode == JacobianMode::fwd   ? Order::forward
               : preparation.mode == JacobianMode::rev ? Order::reverse
                                                       : Order::automatic;
  for (index_t c = 0; c < static_cast<index_t>(p.columns.size()) + (p.weighted() ? 1 : 0); ++c)
    spec.float32.push_back(false);
  const auto prepared = prepared_program(*setup.model, spec, preparation);
  if (prepared->program.outputs.front().jacobian.size() != p.free.size()) return false;
  p.program = {prepared, &prepared->program};
  return true;
}

}  // namespace

bool set_up_lanes(const ManySetup& setup, Preparation& preparation, LaneSetup& lanes) {
  const ManyData& data = *setup.data;
  const ManyOptions& options = *setup.options;
  batch::ManyProblem& p = lanes.problem;
  p.fits = data.fits();
  p.rows = data.rows();
  if (data.ragged()) order_sets(data, lanes);
  for (const ManyData::Column* column : setup.columns) p.columns.push_back(lane_column(*column));
  p.columns.push_back({data.response().data, data.response().float32, data.shares_response()});
  if (data.sigma().values.size > 0) {
    p.sigma = lane_column(data.sigma());
  } else if (data.sigma_number() > 0.0) {
    lanes.sigma.assign(z(data.ragged() ? data.total_rows() : p.rows), data.sigma_number());
    p.sigma = {lanes.sigma.data(), false, !data.ragged()};
  }
  p.mask = data.mask().empty() ? nullptr : data.mask().data();
  p.mask_shared = static_cast<index_t>(data.mask().size()) != data.total_rows();
  p.omit_not_finite = options.omit_not_finite;
  p.ends_in_lanes = options.attempts;
  p.robust = options.loss != Loss::linear;
  p.f_scale = options.f_scale;
  if (p.robust) {
    if (!(p.f_scale > 0.0 && std::isfinite(p.f_scale)))
      throw InputError("f_scale", fmt::format("f_scale: {} is not a positive number", p.f_scale));
    p.extras.push_back(p.f_scale);
  }
  p.parameters = setup.size();
  p.free.assign(setup.table.free.begin(), setup.table.free.end());
  p.start = {setup.start(0), options.starts.empty()};
  p.lower = pick_free(options.lower, setup.table.lower.data(), setup, lanes.lower);
  p.upper = pick_free(options.upper, setup.table.upper.data(), setup, lanes.upper);
  add_rules(options, static_cast<index_t>(p.free.size()), p.rules);
  const auto bounded = [](double bound) { return std::isfinite(bound); };
  p.rules.bounded = std::any_of(lanes.lower.begin(), lanes.lower.end(), bounded) ||
                    std::any_of(lanes.upper.begin(), lanes.upper.end(), bounded);
  p.absolute_sigma = options.absolute_sigma;
  p.judges_ends = options.second_start != SecondStart::none;
  return prepare_program(setup, preparation, p);
}

}  // namespace nlsq::fit_impl
