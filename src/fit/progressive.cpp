// SPDX-License-Identifier: MIT
#include "fit/progressive.hpp"

#include <algorithm>
#include <cmath>

#include "base/hash.hpp"
#include "columns/streams.hpp"
#include "linalg/gram.hpp"
#include "linalg/triangle.hpp"
#include "nlsq/error.hpp"
#include "plan/thresholds.hpp"
#include "solve/minimizer.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr index_t kInCache = 131072;      // rows up to which single ones are as cheap as neighbours
constexpr index_t kNeighbours = 8;        // float64 values in a cache line
constexpr index_t kVeryMany = 1'000'000;  // rows that are worth a step on a part of them
constexpr double kKappa = 1e8;            // beyond, the sample leaves something undetermined
constexpr double kSpread = 10.0;          // standard deviations of a mean square
constexpr double kRobustSpread = 4.0;     // the same where no row weighs much more than others
constexpr double kInformation = 0.5;      // ‖M - I‖ of the two Gram matrices
constexpr double kDistance = 50.0;        // squared standard errors of the sample, a parameter
constexpr double kShortStep = 0.01;       // standard errors of the sample
constexpr double kSharpness = 0.01;       // squared standard errors at which the sample's fit ends

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Neighbours taken together.
index_t width_of(index_t rows) { return rows > kInCache ? kNeighbours : 1; }

// Places for the values of a sample: of float32 columns, too, 8 bytes each.
std::size_t values_of(const reduce::Term& sample) { return sample.columns.size() * z(sample.rows); }

// A column's values in the rows of a sample.
template <class T>
void pick(const T* from, std::span<const index_t> rows, index_t width, T* to) {
  if (width == 1) {
    for (std::size_t i = 0; i < rows.size(); ++i) to[i] = from[rows[i]];
    return;
  }
  for (const index_t row : rows) to = std::copy_n(from + row, width, to);
}

// ‖Qᵀf‖²/σ²: the squared distance to the minimum of so many rows in their standard errors.
double squared_distance(const linalg::Summary& sum) {
  return linalg::dot(sum.qtf, sum.qtf) * static_cast<double>(sum.rows) / (2.0 * sum.cost);
}

// A term over a sample of another's rows, with copies of their values.
class SampledTerm {
 public:
  SampledTerm(const reduce::Term& all, std::span<const index_t> rows, index_t width)
      : term_(sampled_term(all, static_cast<index_t>(rows.size()) * width)) {
    memory_.resize(values_of(term_));
    double* next = memory_.data();
    if (all.stream) {
      gather(all, rows, width, next, {term_.columns.data(), term_.columns.size()});
      count_masked(all);
      return;
    }
    for (std::size_t c = 0; c < all.columns.size(); ++c, next += term_.rows) {
      const reduce::ColumnSource& column = all.columns[c];
      if (column.float32) {
        pick(static_cast<const float*>(column.data), rows, width, reinterpret_cast<float*>(next));
      } else {
        pick(static_cast<const double*>(column.data), rows, width, next);
      }
      term_.columns[c].data = next;
    }
    count_masked(all);
  }

  const std::vector<reduce::Term>& terms() {
    if (terms_.empty()) terms_.push_back(term_);
    return terms_;
  }

 private:
  // Masked rows have an infinite sigma, and the sigmas are the last columns, one an output.
  void count_masked(const reduce::Term& all) {
    term_.masked_rows = 0;
    if (all.masked_rows == 0) return;
    const std::size_t outputs = all.program->outputs.size();
    for (std::size_t c = all.columns.size() - outputs; c < all.columns.size(); ++c) {
      const reduce::ColumnSource& column = term_.columns[c];
      for (index_t r = 0; r < term_.rows; ++r) {
        const double sigma = column.float32
                                 ? static_cast<double>(static_cast<const float*>(column.data)[r])
                                 : static_cast<const double*>(column.data)[r];
        term_.masked_rows += std::isinf(sigma) ? 1 : 0;
      }
    }
  }

  reduce::Term term_;
  std::vector<double> memory_;
  std::vector<reduce::Term> terms_;
};

}  // namespace

reduce::Term sampled_term(const reduce::Term& all, index_t taken) {
  const index_t width = width_of(all.rows);
  reduce::Term term(all);
  term.rows = taken / width * width;
  term.visitor = nullptr;
  term.stream = nullptr;
  return term;
}

SampleBytes sample_bytes(const reduce::Term& all, index_t taken) {
  const std::size_t numbers = z(taken / width_of(all.rows));
  return {static_cast<index_t>(values_of(sampled_term(all, taken)) * sizeof(double)),
          static_cast<index_t>(numbers * sizeof(index_t))};
}

std::vector<index_t> stratified_rows(index_t rows, index_t count, index_t width) {
  constexpr double kUnit = 0x1p-53;
  const double length = static_cast<double>(rows) / static_cast<double>(count);
  std::vector<index_t> first(z(count));
  index_t begin = 0;
  for (index_t s = 0; s < count; ++s) {
    const index_t end =
        s + 1 == count ? rows : static_cast<index_t>(length * static_cast<double>(s + 1));
    const double share = static_cast<double>(base::hash(s) >> 11) * kUnit;
    const auto choices = static_cast<double>(end - begin - width + 1);
    first[z(s)] = begin + static_cast<index_t>(share * choices);
    begin = end;
  }
  return first;
}

bool SampleFit::confirmed_by(const linalg::Summary& all) const {
  const index_t n = summary.n;
  if (!all.finite || !(all.kappa < kKappa)) return false;
  const auto sampled = static_cast<double>(summary.rows);
  const double spread = (robust ? kRobustSpread : kSpread) * std::sqrt(2.0 / sampled);
  if (!(all.cost < (1.0 - spread) * rows_each * start_cost)) return false;

  // M = (R_all R⁻¹)ᵀ(R_all R⁻¹) / rows_each is I where both know the same.
  linalg::Matrix inverse, quotient;
  inverse.resize(z(n * n));
  quotient.resize(z(n * n));
  linalg::invert_upper(summary.R, n, inverse);
  linalg::multiply_upper(all.R, inverse, n, quotient);
  double off = 0.0;
  for (index_t i = 0; i < n; ++i) {
    for (index_t j = 0; j < n; ++j) {
      const std::span<const double> a(quotient.data() + i * n, z(n));
      const std::span<const double> b(quotient.data() + j * n, z(n));
      const double d = linalg::dot(a, b) / rows_each - (i == j ? 1.0 : 0.0);
      off += d * d;
    }
  }
  if (!(off < kInformation * kInformation)) return false;

  return squared_distance(all) < kDistance * static_cast<double>(n) * rows_each;
}

namespace {

// The Hessian of a robust cost, whose curvature Gauss-Newton misses, by differences of the sample's
// gradient over a hundredth of a standard error. Empty where a step would leave the bounds.
void find_hessian(reduce::DataEvaluator& evaluator, const FreeParameters& parameters,
                  const SolverOptions& options, SampleFit& fit) {
  const linalg::Summary& here = fit.summary;
  const index_t n = here.n;
  const double sigma = std::sqrt(2.0 * here.cost / static_cast<double>(here.rows));
  linalg::Vector norms(z(n)), x = fit.x;
  linalg::column_norms(here, norms);
  linalg::Matrix hessian(z(n * n));
  linalg::Summary there;
  for (index_t j = 0; j < n; ++j) {
    x[z(j)] = fit.x[z(j)] + kShortStep * sigma / norms[z(j)];
    const double step = x[z(j)] - fit.x[z(j)];
    if (!(x[z(j)] < parameters.upper[z(j)]) || step == 0.0) return;
    if (options.before_pass) options.before_pass();
    evaluator.summary(x, solve::Grade::step, there);
    ++fit.nfev;
    if (!there.finite) return;
    for (index_t i = 0; i < n; ++i)
      hessian[z(i + j * n)] = fit.rows_each * (there.g[z(i)] - here.g[z(i)]) / step;
    x[z(j)] = fit.x[z(j)];
  }
  for (index_t j = 0; j < n; ++j) {
    for (index_t i = 0; i < j; ++i)
      hessian[z(i + j * n)] = 0.5 * (hessian[z(i + j * n)] + hessian[z(j + i * n)]);
  }
  fit.hessian = std::move(hessian);
}

// One leaf of so many makes the part. The first step on all rows ends d²/√m standard errors from
// the minimum, up to a factor, when it begins d of them away, and d² is this number less one.
index_t leaves_a_share(index_t rows) { return rows < 30'000'000 ? 2 : rows < 300'000'000 ? 4 : 8; }

// A Gauss-Newton step on a part of the rows, read where they are. The sample's answer is a dozen
// standard errors of all rows from theirs; when only a few are left, the first step on all rows
// leads so near that no second one is needed. Masked rows might leave a part next to nothing.
void improve_on_part(const reduce::Term& all, const FreeParameters& parameters,
                     const SolverOptions& options,
                     const reduce::EvaluatorOptions& evaluator_options, base::ThreadPool& pool,
                     SampleFit& fit) {
  if (all.rows <= kVeryMany || all.masked_rows > 0) return;
  reduce::Term part(all);
  part.every = leaves_a_share(all.rows);
  part.visitor = nullptr;
  reduce::DataEvaluator evaluator({&part, 1}, parameters.values, *parameters.free,
                                  evaluator_options, pool);
  linalg::Summary sum;
  if (options.before_pass) options.before_pass();
  evaluator.summary(fit.x, solve::Grade::step, sum);
  ++fit.nfev;
  const index_t n = sum.n;
  if (!sum.finite || !(sum.kappa < kKappa)) return;
  const double rows_each = static_cast<double>(sum.rows) / static_cast<double>(fit.summary.rows);
  if (!(squared_distance(sum) < kDistance * static_cast<double>(n) * rows_each)) return;
  linalg::Matrix inverse(z(n * n));
  linalg::invert_upper(sum.R, n, inverse);
  linalg::Vector x = fit.x;
  for (index_t i = 0; i < n; ++i) {
    for (index_t j = i; j < n; ++j) x[z(i)] -= inverse[z(i + j * n)] * sum.qtf[z(j)];
    if (!(x[z(i)] > parameters.lower[z(i)] && x[z(i)] < parameters.upper[z(i)])) return;
  }
  fit.x = std::move(x);
}

std::optional<SampleFit> fit_rows(const reduce::Term& term, index_t taken,
                                  const FreeParameters& parameters, const SolverOptions& options,
                                  const reduce::EvaluatorOptions& evaluator_options,
                                  base::ThreadPool& pool) {
  const auto n = static_cast<index_t>(parameters.start.size());
  const index_t width = width_of(term.rows);
  SampledTerm sample(term, stratified_rows(term.rows, taken / width, width), width);
  reduce::DataEvaluator evaluator(sample.terms(), parameters.values, *parameters.free,
                                  evaluator_options, pool);
  if (evaluator.rows() < plan::kSampleAParameter * n) return std::nullopt;  // masked, most of them

  SolverOptions quick;
  quick.method = options.method;
  quick.ftol = std::max(options.ftol, kSharpness / static_cast<double>(evaluator.rows()));
  quick.xtol = options.xtol;
  quick.gtol = options.gtol;
  quick.x_scale = options.x_scale;
  quick.max_nfev = options.max_nfev;
  quick.polish = false;
  quick.before_pass = options.before_pass;
  quick.stop = options.stop;
  solve::Outcome outcome;
  try {
    outcome = solve::minimize(evaluator, parameters.start, parameters.lower, parameters.upper,
                              quick, !term.robust);
  } catch (const InputError&) {  // the start is not finite: the fit itself will say so
    return std::nullopt;
  }
  const bool at_bound =
      std::any_of(outcome.active.begin(), outcome.active.end(), [](int side) { return side != 0; });
  if (static_cast<int>(outcome.status) <= 0 || at_bound || !(outcome.summary.kappa < kKappa)) {
    return std::nullopt;
  }
  SampleFit fit;
  fit.rows_each =
      static_cast<double>(term.rows * static_cast<index_t>(term.program->outputs.size()) -
                          term.masked_rows) /
      static_cast<double>(evaluator.rows());
  fit.robust = term.robust;
  fit.start_cost = outcome.start_cost;
  fit.nfev = outcome.nfev;
  fit.x = std::move(outcome.x);
  fit.summary = std::move(outcome.summary);
  if (term.robust) find_hessian(evaluator, parameters, options, fit);
  return fit;
}

}  // namespace

std::optional<SampleFit> fit_sample(const reduce::Term& term, index_t taken,
                                    const FreeParameters& parameters, const SolverOptions& options,
                                    const reduce::EvaluatorOptions& evaluator_options,
                                    base::ThreadPool& pool) {
  std::optional<SampleFit> fit;
  try {
    fit = fit_rows(term, taken, parameters, options, evaluator_options, pool);
    if (fit && !term.robust)
      improve_on_part(term, parameters, options, evaluator_options, pool, *fit);
  } catch (const solve::PassStopped&) {  // the first pass over all rows ends likewise
  }
  return fit;
}

}  // namespace nlsq::fit_impl
