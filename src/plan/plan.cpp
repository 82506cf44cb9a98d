// SPDX-License-Identifier: MIT
#include "plan/plan.hpp"

#include <algorithm>

#include "plan/environment.hpp"
#include "plan/thresholds.hpp"
#include "reduce/float32_pass.hpp"
#include "solve/strategy.hpp"

namespace nlsq::plan {
namespace {

Plan::Fold named(linalg::Fold fold) {
  return fold == linalg::Fold::qr      ? Plan::Fold::qr
         : fold == linalg::Fold::pgram ? Plan::Fold::pgram
                                       : Plan::Fold::gram;
}

void measure(const Shape& shape, Plan& plan) {
  Plan::Sizes& sizes = plan.sizes;
  sizes.free = shape.free;
  sizes.parameters = shape.parameters;
  for (const reduce::Term& term : shape.terms) add_term(term, plan);
  const program::ResidualProgram& program = *shape.terms.front().program;
  sizes.row = static_cast<int>(program.full.row.size());
  sizes.uniform = static_cast<int>(program.full.uniform.size());
  sizes.value_row = static_cast<int>(program.value.row.size());
  sizes.value_uniform = static_cast<int>(program.value.uniform.size());
}

void choose_method(const FitOptions& options, Plan& plan) {
  plan.numerics.method = solve::method_of(options.method);
  plan.why.method = options.method == Method::automatic ? Reason::takes_all : Reason::asked;
}

void choose_engine(const Shape& shape, Plan& plan) {
  plan.numerics.device = shape.on_device;
  plan.why.engine = shape.on_device      ? Reason::device_asked
                    : shape.wants_device ? Reason::device_not_worth
                                         : Reason::recorded;
}

Reason why_dense(const Shape& shape, const FitOptions& options) {
  if (options.linear_solver == LinearSolver::dense) return Reason::asked;
  if (options.method == Method::dogbox) return Reason::dense_method;
  if (options.method == Method::varpro) return Reason::dense_projection;
  if (!options.checkpoint.empty() || shape.terms.front().stream) return Reason::dense_passes;
  return shape.picks || shape.terms.size() > 1 ? Reason::few_parameters : Reason::plain_parameters;
}

void choose_fold(const reduce::EvaluatorOptions& asked, Plan& plan) {
  using reduce::FoldsUsed;
  const Plan::Sizes& sizes = plan.sizes;
  if (asked.fold) {
    plan.numerics.fold = named(*asked.fold);
    plan.why.fold = Reason::environment;
    return;
  }
  const FoldsUsed folds = reduce::DataEvaluator::usual_folds(sizes.residuals, sizes.free, asked);
  const bool few = folds == FoldsUsed::householder;
  plan.numerics.fold = few ? Plan::Fold::qr : Plan::Fold::gram;
  plan.why.fold = few               ? Reason::few_residuals
                  : sizes.free == 0 ? Reason::nothing_free
                                    : Reason::enough_residuals;
}

// Why none leads the way; unknown: one does.
Reason why_no_sample(const Shape& shape, const FitOptions& options, const Plan& plan) {
  if (shape.on_device) return Reason::on_device;
  if (!options.progressive) return Reason::asked;
  if (plan.sizes.terms != 1) return Reason::several_terms;
  if (options.callback) return Reason::watched;
  if (options.max_nfev) return Reason::counted_passes;
  if (shape.terms.front().program->linear) return Reason::linear_model;
  if (plan.sizes.free == 0) return Reason::nothing_free;
  return plan.sizes.free > kMostSampledFree ? Reason::many_parameters : Reason::unknown;
}

void choose_sample(const Shape& shape, const FitOptions& options, Plan& plan) {
  plan.why.sample = why_no_sample(shape, options, plan);
  if (plan.why.sample != Reason::unknown) return;
  plan.numerics.sample_rows = sample_rows(plan.sizes.rows, plan.sizes.free);
  plan.why.sample = plan.numerics.sample_rows > 0 ? Reason::many_rows : Reason::few_rows;
}

bool is_known_to_gain(index_t rows) {
  return (rows >= kLeastFloat32Rows && rows <= kFloat32RowsForOne) ||
         (rows >= kFloat32RowsForSeveral && rows <= kMostFloat32Rows);
}

// Why no pass may be float32; unknown: some may (solve/precision.hpp says which).
Reason why_float64(const Shape& shape, const FitOptions& options,
                   const reduce::EvaluatorOptions& asked, const Plan& plan) {
  if (shape.on_device) return Reason::on_device;
  if (options.precision == Precision::float64) return Reason::asked;
  if (options.method == Method::varpro) return Reason::projected_is_float64;
  if (plan.numerics.sample_rows > 0) return Reason::sample_leads;
  if (asked.fold) return Reason::fold_is_forced;
  if (options.precision == Precision::measure && options.max_nfev) return Reason::counted_passes;
  if (options.precision == Precision::automatic && !is_known_to_gain(plan.sizes.rows))
    return Reason::rows_not_known_to_gain;
  bool linear = true;
  for (const reduce::Term& term : shape.terms) {
    if (!reduce::Float32Pass::offers(term, asked.walk.isa)) return Reason::no_float32_kernels;
    linear &= term.program->linear;
  }
  return linear ? Reason::linear_model : Reason::unknown;
}

void choose_precision(const Shape& shape, const FitOptions& options,
                      const reduce::EvaluatorOptions& asked, Plan& plan) {
  plan.why.precision = why_float64(shape, options, asked, plan);
  plan.numerics.float32 = plan.why.precision == Reason::unknown;
  if (!plan.numerics.float32) return;
  plan.why.precision = options.precision == Precision::automatic ? Reason::rows_gain
                       : options.precision == Precision::measure ? Reason::measured
                                                                 : Reason::asked;
}

void choose_start(const Shape& shape, const FitOptions& options, Plan& plan) {
  if (shape.start_given) {
    plan.why.start = Reason::start_given;
    return;
  }
  const reduce::Term& term = shape.terms.front();
  const bool searches = shape.can_search && options.starts == Starts::search &&
                        shape.terms.size() == 1 && !options.max_nfev &&
                        shape.free <= kMostSearched && term.rows - term.masked_rows > shape.free &&
                        !term.program->linear;
  plan.numerics.searches = searches;
  plan.why.start = searches                         ? Reason::start_searched
                   : options.starts == Starts::ones ? Reason::asked
                                                    : Reason::start_not_searched;
}

void choose_execution(const Shape& shape, const FitOptions& options,
                      const reduce::EvaluatorOptions& asked, Plan& plan) {
  Plan::Execution& execution = plan.execution;
  for (const reduce::Term& term : shape.terms) {
    execution.threads =
        std::max(execution.threads, reduce::Walker::useful_threads(term.rows, asked.walk.threads));
  }
  plan.why.threads = execution.threads < asked.walk.threads ? Reason::rows_for_fewer_threads
                                                            : threads_asked_by(options.threads);
  execution.block = asked.walk.block;
  plan.why.block = asked.walk.block > 0 ? Reason::environment : Reason::fits_cache;
  execution.memory_limit = options.memory_limit;
}

}  // namespace

void add_term(const reduce::Term& term, Plan& plan) {
  ++plan.sizes.terms;
  plan.sizes.rows += term.rows;
  plan.sizes.residuals +=
      term.rows * static_cast<index_t>(term.program->outputs.size()) - term.masked_rows;
}

void make(const Shape& shape, const FitOptions& options, const reduce::EvaluatorOptions& asked,
          Plan& plan) {
  measure(shape, plan);
  choose_method(options, plan);
  choose_engine(shape, plan);
  plan.why.solver = why_dense(shape, options);
  choose_fold(asked, plan);
  choose_sample(shape, options, plan);
  choose_precision(shape, options, asked, plan);
  choose_start(shape, options, plan);
  choose_execution(shape, options, asked, plan);
}

Plan make_sparse(const Shape& shape, const FitOptions& options) {
  Plan plan;
  measure(shape, plan);
  choose_method(options, plan);
  choose_engine(shape, plan);
  plan.numerics.sparse = true;
  plan.why.solver =
      options.linear_solver == LinearSolver::sparse ? Reason::asked : Reason::few_touched;
  plan.why.start = shape.start_given ? Reason::start_given : Reason::start_not_searched;
  plan.why.precision = Reason::sparse_is_float64;
  return plan;
}

void apply(const Plan& plan, reduce::EvaluatorOptions& evaluator) {
  evaluator.float32 = plan.numerics.float32;
  evaluator.walk.threads = plan.execution.threads;
  if (plan.why.block == Reason::kept_within) evaluator.walk.block = plan.execution.block;
}

bool shrink(std::span<const reduce::Term> terms, Plan& plan) {
  index_t& block = plan.execution.block;
  if (plan.why.block == Reason::fits_cache) {
    block = reduce::kLeafRows;
    for (const reduce::Term& term : terms) block = std::min(block, term.program->full.block_rows());
    plan.why.block = Reason::kept_within;
  }
  index_t& sampled = plan.numerics.sample_rows;
  const auto halve_block = [&] {
    block /= 2;
    plan.why.block = Reason::kept_within;
  };
  if (plan.numerics.float32) {
    plan.numerics.float32 = false;
    plan.why.precision = Reason::kept_within;
  } else if (sampled / 2 >= least_sample(plan.sizes.free)) {
    sampled /= 2;
    plan.why.sample = Reason::kept_within;
  } else if (block > kGoodBlock) {
    halve_block();
  } else if (plan.execution.threads > 1) {
    --plan.execution.threads;
    plan.why.threads = Reason::kept_within;
  } else if (sampled > 0) {
    sampled = 0;
    plan.why.sample = Reason::kept_within;
  } else if (block > kLeastBlock) {
    halve_block();
  } else {
    return false;
  }
  return true;
}

bool sparse_pays(index_t parameters, index_t touched) {
  return parameters >= kLeastSparseParameters &&
         parameters >= kSparseParametersPerTouched * touched;
}

index_t sample_rows(index_t rows, index_t n) {
  if (n == 0 || n > kMostSampledFree) return 0;
  const index_t needed = least_sample(n);
  const index_t taken = std::max(needed, std::min(rows / kSampleShare, kMostSample));
  return rows >= kWorthASample * taken ? taken : 0;
}

index_t least_sample(index_t n) { return std::max(kLeastSample, kSampleAParameter * n); }

}  // namespace nlsq::plan
