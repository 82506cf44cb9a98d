// SPDX-License-Identifier: MIT
// Data sets go into lanes, sums come out, the solver moves all lanes at once.
#include "batch/lane_fitter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace nlsq::batch {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
// Below, JᵀJ has lost more than 9 of its digits in the covariance.
constexpr double kLeastPivot = 1e-7;
// Share of the sum of squares about the mean that says as little as all of it.
constexpr double kNothing = 1.0 - 1e-6;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

double value(const ManyColumn& column, index_t at) {
  return column.float32 ? static_cast<double>(static_cast<const float*>(column.data)[at])
                        : static_cast<const double*>(column.data)[at];
}

index_t rows_a_block(const program::Program& program, index_t lanes, index_t rows) {
  return std::clamp<index_t>(program.block_rows() / lanes, 1, std::max<index_t>(rows, 1));
}

// Interpreters want blocks of a multiple of 16 values.
index_t block_values(const program::Program& program, index_t lanes, index_t rows) {
  return (rows_a_block(program, lanes, rows) * lanes + 15) / 16 * 16;
}

}  // namespace

LaneFitter::LaneFitter(const ManyProblem& problem, const ManyOutputs& outputs, engine::Isa isa)
    : problem_(&problem),
      out_(outputs),
      kernels_(&lane_kernels(isa)),
      lanes_(kernels_->lanes),
      n_(static_cast<index_t>(problem.free.size())),
      block_rows_(rows_a_block(problem.program->full, lanes_, problem.rows)),
      uniforms_(problem.program->full, isa),
      interpreter_(problem.program->full, uniforms_, isa,
                   block_values(problem.program->full, lanes_, problem.rows)) {
  const index_t columns =
      static_cast<index_t>(problem.columns.size()) + (problem.weighted() ? 1 : 0);
  const index_t s = summary_size(n_), k = n_;
  const index_t entries = 4 * n_ + 2 * s + packed_size(n_) + 14 + problem.parameters +
                          columns * problem.rows + n_ + s + packed_size(n_) + 1 +
                          (problem.robust ? k * block_rows_ : 0);
  arena_ = engine::allocate_aligned(entries * lanes_);
  std::fill_n(arena_.get(), entries * lanes_, 0.0);
  bytes_ = entries * lanes_ * static_cast<index_t>(sizeof(double));
  next_ = arena_.get();
  state_.n = n_;
  for (double** p : {&state_.x, &state_.trial, &state_.lower, &state_.upper}) *p = take(n_);
  state_.summary = take(s);
  state_.trial_summary = take(s);
  state_.curvature = take(packed_size(n_));
  for (double** p :
       {&state_.lambda, &state_.rise, &state_.predicted, &state_.nfev, &state_.inverse_dof,
        &state_.polished, &state_.met, &state_.best, &state_.since_best, &state_.leaving,
        &state_.f2, &state_.trial_f2, &state_.uses_curvature, &state_.curved}) {
    *p = take(1);
  }
  values_ = take(problem.parameters);
  for (index_t c = 0; c < columns; ++c) columns_.push_back(take(problem.rows));
  ended_x_ = take(n_);
  ended_summary_ = take(s);
  covariance_ = take(packed_size(n_));
  pivot_ = take(1);
  if (problem.robust) {
    for (index_t j = 0; j < k; ++j) scaled_.push_back(take(block_rows_));
  }
  moving_.resize(columns_.size());
  jacobian_.resize(z(k + 1));
  row_counts_.resize(z(problem.rows));
}

double* LaneFitter::take(index_t entries) {
  double* const taken = next_;
  next_ += entries * lanes_;
  return taken;
}

// Which rows of a fit count, and their sigmas: sigma, mask and omission become one column, in which
// a row that does not count is infinite. False if a sigma is not a positive number, or no row
// counts.
bool LaneFitter::load_weights(index_t lane, index_t fit) {
  const ManyProblem& p = *problem_;
  const index_t rows = p.rows_of(fit), first = p.first_row(fit);
  double* const counts = row_counts_.data();
  const index_t mask_at = p.mask_shared ? 0 : first;
  for (index_t r = 0; r < rows; ++r)
    counts[r] = p.mask == nullptr || p.mask[mask_at + r] != 0 ? 1.0 : 0.0;
  if (p.omit_not_finite) {
    for (const ManyColumn& column : p.columns) {
      const index_t at = column.shared ? 0 : first;
      for (index_t r = 0; r < rows; ++r) {
        if (!std::isfinite(value(column, at + r))) counts[r] = 0.0;
      }
    }
  }
  double* const sigmas = columns_.back() + lane;
  const index_t at = p.sigma.shared ? 0 : first;
  index_t used = 0;
  for (index_t r = 0; r < rows; ++r) {
    double sigma = p.sigma.data != nullptr ? value(p.sigma, at + r) : 1.0;
    if (counts[r] == 0.0) sigma = kInf;
    if (!(sigma > 0.0)) return false;
    if (std::isinf(sigma)) counts[r] = 0.0;
    used += counts[r] != 0.0 ? 1 : 0;
    sigmas[r * lanes_] = sigma;
  }
  for (index_t r = rows; r < p.rows; ++r) sigmas[r * lanes_] = kInf;
  loaded_[lane].used = used;
  return used > 0;
}

// False if a value that counts is not finite. In place of those that do not count stands one that
// does, so that the model is finite there.
bool LaneFitter::load_columns(index_t lane, index_t fit) {
  const ManyProblem& p = *problem_;
  const index_t rows = p.rows_of(fit), first = p.first_row(fit);
  const bool weighted = p.weighted();
  const auto begin = row_counts_.begin();
  const index_t first_used = weighted ? std::find(begin, begin + rows, 1.0) - begin : 0;
  double finite = 0.0;
  for (std::size_t c = 0; c < p.columns.size(); ++c) {
    const ManyColumn& column = p.columns[c];
    // Without masked rows nothing of a shared column changes from fit to fit.
    if (column.shared && shared_loaded_ && !weighted) continue;
    const index_t at = column.shared ? 0 : first;
    double* const to = columns_[c] + lane;
    if (!weighted && !column.float32) {
      const double* const from = static_cast<const double*>(column.data) + at;
      for (index_t r = 0; r < rows; ++r) {
        to[r * lanes_] = from[r];
        finite += 0.0 * from[r];
      }
      continue;
    }
    double latest = value(column, at + first_used);
    for (index_t r = 0; r < rows; ++r) {
      if (!weighted || row_counts_[z(r)] != 0.0) latest = value(column, at + r);
      to[r * lanes_] = latest;
      finite += 0.0 * latest;
    }
    for (index_t r = rows; r < p.rows; ++r) to[r * lanes_] = latest;
  }
  const double* const y = columns_[p.columns.size() - 1] + lane;
  bool constant = true;
  for (index_t r = 1; r < rows && constant; ++r) constant = y[r * lanes_] == y[0];
  loaded_[lane].constant = constant;
  return finite == 0.0;
}

// Copies the data and the start of a fit into a lane; false if there is nothing to fit.
bool LaneFitter::load(index_t lane, index_t fit) {
  const ManyProblem& p = *problem_;
  const index_t rows = p.rows_of(fit);
  loaded_[lane] = {.fit = fit, .rows = rows, .used = rows};
  if (rows == 0 || (p.weighted() && !load_weights(lane, fit)) || !load_columns(lane, fit))
    return false;
  const double* const start = p.start.of(fit, p.parameters);
  for (index_t i = 0; i < p.parameters; ++i) entry(values_, i)[lane] = start[i];
  for (index_t i = 0; i < n_; ++i) {
    const double lower = p.lower.of(fit, n_)[i], upper = p.upper.of(fit, n_)[i];
    entry(state_.lower, i)[lane] = lower;
    entry(state_.upper, i)[lane] = upper;
    const double x = std::min(std::max(start[p.free[z(i)]], lower), upper);
    entry(state_.x, i)[lane] = entry(state_.trial, i)[lane] = x;
  }
  entry(state_.summary, summary_size(n_) - 1)[lane] = kInf;
  state_.lambda[lane] = 0.0;
  state_.rise[lane] = 4.0;
  state_.predicted[lane] = state_.nfev[lane] = state_.met[lane] = state_.since_best[lane] = 0.0;
  state_.uses_curvature[lane] = state_.curved[lane] = 0.0;
  for (index_t e = 0; e < packed_size(n_); ++e) entry(state_.curvature, e)[lane] = 0.0;
  state_.polished[lane] = -1.0;
  state_.best[lane] = kInf;
  state_.inverse_dof[lane] =
      1.0 / static_cast<double>(std::max<index_t>(loaded_[lane].used - n_, 1));
  return true;
}

// The next fit that has something to fit; without one the lane idles on the data it has.
bool LaneFitter::load_next(index_t lane) {
  while (cursor_ < end_) {
    const index_t at = cursor_++;
    const index_t fit = problem_->order.empty() ? at : problem_->order[z(at)];
    // As many rows as parameters: the errors are infinite, and single fits say so.
    if (!load(lane, fit)) {
      reject(fit);
    } else if (loaded_[lane].used <= n_) {
      alone_->push_back(fit);
    } else {
      return true;
    }
  }
  loaded_[lane].fit = -1;
  return false;
}

void LaneFitter::fold_block(index_t rows) {
  const program::ResidualOutput& output = problem_->program->outputs.front();
  const index_t k = n_;
  for (index_t j = 0; j < k; ++j)
    jacobian_[z(j)] = interpreter_.output(output.jacobian[z(j)].values);
  const double* const f = interpreter_.output(output.f);
  double* const sums = state_.trial_summary;
  if (!problem_->robust) {
    jacobian_[z(k)] = f;
    kernels_->gram(jacobian_.data(), k + 1, rows, sums);
    return;
  }
  // The gradient is Σρ′f J; JᵀJ has its rows scaled by √(ρ′ + 2ρ″z).
  kernels_->project(jacobian_.data(), k, interpreter_.output(output.weighted_f), rows,
                    entry(sums, packed_size(k)));
  kernels_->sum(interpreter_.output(output.rho), rows, entry(sums, packed_index(k, k)));
  kernels_->gram(&f, 1, rows, state_.trial_f2);
  kernels_->scale(jacobian_.data(), k, interpreter_.output(output.root_scale), rows,
                  scaled_.data());
  std::copy_n(scaled_.data(), k, jacobian_.data());
  kernels_->gram(jacobian_.data(), k, rows, sums);
}

// trial_summary at the trial parameters of all lanes.
void LaneFitter::evaluate() {
  const ManyProblem& p = *problem_;
  for (index_t i = 0; i < n_; ++i)
    std::copy_n(entry(state_.trial, i), lanes_, entry(values_, p.free[z(i)]));
  uniforms_.evaluate_lanes(values_, p.parameters, lanes_, p.extras);
  interpreter_.begin_pass_lanes(lanes_);
  const index_t k = n_;
  double* const sums = state_.trial_summary;
  std::fill_n(sums, summary_size(n_) * lanes_, 0.0);
  std::fill_n(state_.trial_f2, lanes_, 0.0);
  for (index_t first = 0; first < longest_; first += block_rows_) {
    const index_t rows = std::min(block_rows_, longest_ - first);
    for (std::size_t c = 0; c < columns_.size(); ++c) moving_[c] = columns_[c] + first * lanes_;
    interpreter_.run(moving_, rows * lanes_);
    fold_block(rows);
  }
  // J = factor·values, column by column.
  const program::ResidualOutput& output = p.program->outputs.front();
  for (index_t j = 0; j < k; ++j) {
    const program::Operand& factor = output.jacobian[z(j)].factor;
    if (factor.kind == program::Operand::Kind::none) continue;
    const double* const by = uniforms_.slot(factor.index);
    const auto multiply = [&](index_t e) {
      double* const to = entry(sums, e);
      for (index_t lane = 0; lane < lanes_; ++lane) to[lane] *= by[lane];
    };
    for (index_t i = 0; i <= j; ++i) multiply(packed_index(j, i));
    for (index_t i = j; i < k; ++i) multiply(packed_index(i, j));
    multiply(packed_index(k, j));
  }
  if (p.robust) {
    double* const cost = entry(sums, packed_index(k, k));
    for (index_t lane = 0; lane < lanes_; ++lane) cost[lane] *= p.f_scale * p.f_scale;
  }
}

void LaneFitter::run(index_t from, index_t to, std::vector<index_t>& alone) {
  cursor_ = from, end_ = to, alone_ = &alone;
  shared_loaded_ = false;
  longest_ = problem_->offsets == nullptr ? problem_->rows : 0;
  index_t busy = 0;
  for (index_t lane = 0; lane < lanes_; ++lane) busy += load_next(lane) ? 1 : 0;
  shared_loaded_ = busy == lanes_;
  while (busy > 0) {
    if (problem_->offsets != nullptr) {
      longest_ = 0;
      for (index_t lane = 0; lane < lanes_; ++lane) {
        if (loaded_[lane].fit >= 0) longest_ = std::max(longest_, loaded_[lane].rows);
      }
    }
    evaluate();
    unsigned ended = kernels_->step(state_, problem_->rules);
    for (; ended != 0; ended &= ended - 1) {
      const index_t lane = std::countr_zero(ended);
      if (loaded_[lane].fit < 0) continue;
      finish(lane);
      if (!load_next(lane)) --busy;
    }
  }
  flush();
}

// Whether the fit in a lane ends where a second start is due. Two values that are farther apart
// than all residuals together tell most of those where it is not.
bool LaneFitter::is_no_better_than_mean(index_t lane) const {
  if (!problem_->judges_ends) return false;
  const bool weighted = problem_->weighted();
  const index_t rows = loaded_[lane].rows;
  const double two_cost = entry(state_.summary, packed_index(n_, n_))[lane];
  const double* const y = columns_[problem_->columns.size() - 1] + lane;
  const double* const sigma = columns_.back() + lane;
  const auto apart = [&](index_t r) { return y[r * lanes_] - y[0]; };
  for (const index_t r : {rows / 2, rows - 1}) {
    if (!weighted && apart(r) * apart(r) > 2.0 * two_cost) return false;
  }
  double weights = 0.0, sum = 0.0, squares = 0.0;
  for (index_t r = 0; r < rows; ++r) {
    const double w = weighted ? 1.0 / (sigma[r * lanes_] * sigma[r * lanes_]) : 1.0;
    weights += w;
    sum += w * apart(r);
    squares += w * apart(r) * apart(r);
  }
  const double total = squares - sum * sum / weights;
  return total > 0.0 && two_cost >= kNothing * total;
}

void LaneFitter::finish(index_t lane) {
  const double why = state_.leaving[lane];
  const index_t fit = loaded_[lane].fit;
  if (why == Leaving::not_finite_at_start) return reject(fit);
  const bool is_hard = why == Leaving::given_up || is_no_better_than_mean(lane);
  if (is_hard && !problem_->ends_in_lanes) return alone_->push_back(fit);
  const index_t slot = waiting_++;
  for (index_t i = 0; i < n_; ++i) entry(ended_x_, i)[slot] = entry(state_.x, i)[lane];
  for (index_t e = 0; e < summary_size(n_); ++e)
    entry(ended_summary_, e)[slot] = entry(state_.summary, e)[lane];
  ended_[slot] = {loaded_[lane], why, state_.nfev[lane], state_.f2[lane]};
  if (waiting_ == lanes_) flush();
}

void LaneFitter::flush() {
  if (waiting_ == 0) return;
  kernels_->invert(ended_summary_, n_, covariance_, pivot_);
  for (index_t slot = 0; slot < waiting_; ++slot) write(slot);
  waiting_ = 0;
}

void LaneFitter::write(index_t slot) {
  const ManyProblem& p = *problem_;
  const Ended& ended = ended_[slot];
  const index_t fit = ended.what.fit, N = p.parameters;
  const bool is_singular = !(pivot_[slot] >= kLeastPivot);
  if (is_singular && !p.ends_in_lanes) return alone_->push_back(fit);
  const double two_cost = entry(ended_summary_, packed_index(n_, n_))[slot];
  const double dof = static_cast<double>(ended.what.used - n_);
  const double scale = p.absolute_sigma ? 1.0 : two_cost / dof;
  std::uint8_t flags = ended.what.constant ? kConstant : 0;
  for (index_t i = 0; i < n_; ++i) {
    const double x = entry(ended_x_, i)[slot];
    if (x <= p.lower.of(fit, n_)[i] || x >= p.upper.of(fit, n_)[i]) flags |= kAtBound;
  }
  if (out_.popt != nullptr) {
    double* const to = out_.popt + fit * N;
    std::copy_n(p.start.of(fit, N), N, to);
    for (index_t i = 0; i < n_; ++i) to[p.free[z(i)]] = entry(ended_x_, i)[slot];
  }
  const auto covariance = [&](index_t i, index_t j) {
    return is_singular ? kInf : scale * entry(covariance_, packed_index(i, j))[slot];
  };
  if (out_.perr != nullptr) {
    double* const to = out_.perr + fit * N;
    if (n_ < N) std::fill_n(to, N, 0.0);
    for (index_t i = 0; i < n_; ++i) to[p.free[z(i)]] = std::sqrt(covariance(i, i));
  }
  if (out_.pcov != nullptr) {
    double* const to = out_.pcov + fit * N * N;
    if (n_ < N) std::fill_n(to, N * N, 0.0);
    for (index_t i = 0; i < n_; ++i) {
      for (index_t j = 0; j <= i; ++j) {
        const index_t a = p.free[z(i)], b = p.free[z(j)];
        to[a * N + b] = to[b * N + a] = covariance(i, j);
      }
    }
  }
  if (out_.cost != nullptr) out_.cost[fit] = 0.5 * two_cost;
  if (out_.rss != nullptr) out_.rss[fit] = p.robust ? ended.f2 : two_cost;
  const double status = ended.status == Leaving::given_up ? 0.0 : ended.status;
  if (out_.status != nullptr) out_.status[fit] = static_cast<std::int32_t>(status);
  if (out_.nfev != nullptr) out_.nfev[fit] = static_cast<std::int32_t>(ended.nfev);
  if (out_.rows != nullptr) out_.rows[fit] = ended.what.used;
  if (out_.flags != nullptr) out_.flags[fit] = flags;
}

// Nothing can be fitted: NaN everywhere.
void LaneFitter::reject(index_t fit) {
  const index_t N = problem_->parameters;
  if (out_.popt != nullptr) std::fill_n(out_.popt + fit * N, N, kNaN);
  if (out_.perr != nullptr) std::fill_n(out_.perr + fit * N, N, kNaN);
  if (out_.pcov != nullptr) std::fill_n(out_.pcov + fit * N * N, N * N, kNaN);
  if (out_.cost != nullptr) out_.cost[fit] = kNaN;
  if (out_.rss != nullptr) out_.rss[fit] = kNaN;
  if (out_.status != nullptr) out_.status[fit] = static_cast<std::int32_t>(-1);
  if (out_.nfev != nullptr) out_.nfev[fit] = 0;
  if (out_.rows != nullptr) out_.rows[fit] = 0;
  if (out_.flags != nullptr) out_.flags[fit] = kBadData;
}

}  // namespace nlsq::batch
