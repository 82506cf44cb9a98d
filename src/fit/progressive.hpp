// SPDX-License-Identifier: MIT
// Progressive fits: with many rows the way to the minimum is walked on a sample of them, and all
// rows are used from near its end on. The sample's answer is only a start: it must be confirmed by
// the first pass over all rows, else the fit begins again at its own start, and every stopping test
// is met on all rows. See docs/adr/0005-progressive-fits.md.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/thread_pool.hpp"
#include "linalg/summary.hpp"
#include "linalg/vector.hpp"
#include "nlsq/options.hpp"
#include "reduce/data_evaluator.hpp"

namespace nlsq::fit_impl {

/// A term over a sample of another's rows, without their values.
reduce::Term sampled_term(const reduce::Term& all, index_t taken);

/// Bytes of the values of such a sample, and of the numbers of its rows while it is gathered.
struct SampleBytes {
  index_t values = 0, numbers = 0;
};
SampleBytes sample_bytes(const reduce::Term& all, index_t taken);

/// A sample of `rows` rows: `width` neighbours in each of `count` equal stretches, anywhere in
/// their stretch by a hash of its number, so that what is ordered is sampled evenly and no period
/// is met in step. The first rows of the neighbours, ascending.
std::vector<index_t> stratified_rows(index_t rows, index_t count, index_t width);

/// Where a sample's fit ended, and what it says about all rows.
struct SampleFit {
  linalg::Vector x;         ///< n; bettered on a part of very many rows
  linalg::Summary summary;  ///< of the sample, at its own minimum
  linalg::Matrix hessian;   ///< of the cost of all rows near x, from the sample; empty: unknown
  double rows_each = 1.0;   ///< rows that one of the sample stands for
  double start_cost = 0.0;  ///< of the sample, at the start
  bool robust = false;      ///< the loss
  index_t nfev = 0;         ///< passes over the sample, one over the part included

  /// Whether the summary of all rows at x is what the sample promised: as much better than the
  /// start, the same information on every combination of parameters, and a minimum as near as a
  /// sample can tell.
  bool confirmed_by(const linalg::Summary& all) const;
};

/// The problem as the minimizer sees it.
struct FreeParameters {
  std::span<const double> start, lower, upper;  // of those that move
  std::span<const double> values;               // of all
  const linalg::Indices* free;
};

/// The minimum on a sample of `taken` of the term's rows; empty where there is none that could
/// serve: few rows, a fit that fails, ends at a bound or leaves parameters undetermined, or a start
/// that is as good.
std::optional<SampleFit> fit_sample(const reduce::Term& term, index_t taken,
                                    const FreeParameters& parameters, const SolverOptions& options,
                                    const reduce::EvaluatorOptions& evaluator_options,
                                    base::ThreadPool& pool);

}  // namespace nlsq::fit_impl
