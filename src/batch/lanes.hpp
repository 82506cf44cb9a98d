// SPDX-License-Identifier: MIT
// SIMD parts of fitting many data sets side by side. A vector holds the same quantity of as many
// fits as it has lanes; nothing crosses lanes, so a fit has the same bits whatever its neighbours
// are. Arrays are quantity-major: [entry][lane].
#pragma once

#include "engine/isa.hpp"
#include "nlsq/types.hpp"

namespace nlsq::batch {

/// Free parameters a fit in lanes may have; beyond, one fit at a time is as fast.
inline constexpr index_t kMostParameters = 16;
/// Lanes of the widest vector.
inline constexpr index_t kMostLanes = 8;

/// Lower triangle of the Gram matrix of the Jacobian's n columns and the residual, row by row:
/// entries (i, j ≤ i) of JᵀJ, then Jᵀf (n entries), then 2·cost.
constexpr index_t packed_size(index_t q) { return q * (q + 1) / 2; }
constexpr index_t packed_index(index_t i, index_t j) { return i * (i + 1) / 2 + j; }
constexpr index_t summary_size(index_t n) { return packed_size(n + 1); }

/// When a fit has converged; as in nlsq::SolverOptions.
struct LaneRules {
  double ftol = 1e-8, xtol = 1e-8, gtol = 1e-8;
  double max_nfev = 0;             ///< residual evaluations of one fit
  double max_polish = 100;         ///< Gauss-Newton steps after the tolerances; 0: none
  bool polish_is_limited = false;  ///< the caller wants no more: else a fit that needs them leaves
  double polish_to = 3e-11;  ///< the length of the next one, in standard errors, that ends them
  bool bounded = false;      ///< some bound is finite
};

/// Why a fit left its lane; the positive ones are nlsq::Status.
struct Leaving {
  static constexpr double running = 0, gtol = 1, ftol = 2, xtol = 3, ftol_and_xtol = 4,
                          not_finite_at_start = 5, given_up = 6;
};

/// All that the fits of one vector know. Pointers to [n][lanes], [summary_size(n)][lanes] or
/// [lanes] values, aligned to a vector.
struct LaneState {
  index_t n = 0;
  double *x = nullptr, *trial = nullptr, *lower = nullptr, *upper = nullptr;
  double *summary = nullptr, *trial_summary = nullptr;
  double *f2 = nullptr, *trial_f2 = nullptr;  ///< Σf² before the loss, of a robust fit
  double* lambda = nullptr;                   ///< Marquardt's parameter; 0: Gauss-Newton
  double* rise = nullptr;                     ///< its factor after the next step that fails
  double* predicted = nullptr;  ///< reduction of 2·cost that the step to `trial` promises
  double* nfev = nullptr;
  double* inverse_dof = nullptr;  ///< 1/max(rows − n, 1)
  double* polished = nullptr;     ///< polish steps so far; −1: not there yet
  double* met = nullptr;          ///< tolerances that were met: Leaving
  double* best = nullptr;         ///< smallest squared step while polishing
  double* since_best = nullptr;   ///< polish steps since
  /// [packed_size(n)]: S, what secants tell of Σ f ∇²f, by which JᵀJ falls short of the Hessian.
  double* curvature = nullptr;
  double* uses_curvature = nullptr;  ///< 1: steps are those of JᵀJ + S
  double* curved = nullptr;          ///< δᵀSδ of the step to `trial`
  double* leaving = nullptr;
};

struct LaneKernels {
  index_t lanes = 1;
  /// sums[packed_size(q)][lanes] += products of all pairs of q columns over `rows` rows.
  void (*gram)(const double* const* columns, index_t q, index_t rows, double* sums) = nullptr;
  /// sums[k][lanes] += Σ columns[j]·u.
  void (*project)(const double* const* columns, index_t k, const double* u, index_t rows,
                  double* sums) = nullptr;
  /// sums[lanes] += Σ u.
  void (*sum)(const double* u, index_t rows, double* sums) = nullptr;
  /// out[j] = columns[j]·s.
  void (*scale)(const double* const* columns, index_t k, const double* s, index_t rows,
                double* const* out) = nullptr;
  /// Judges trial_summary, takes the step or not, and sets the next trial. Returns a bit for each
  /// lane that has come to its end.
  unsigned (*step)(const LaneState& state, const LaneRules& rules) = nullptr;
  /// covariance[packed_size(n)][lanes] = (JᵀJ)⁻¹ from a summary; pivot[lanes] = the smallest pivot
  /// of JᵀJ scaled to a unit diagonal (0 where there is none).
  void (*invert)(const double* summary, index_t n, double* covariance, double* pivot) = nullptr;
};

const LaneKernels& lane_kernels(engine::Isa isa);

// Each file of kernels adds its own.
void add_sums(engine::Isa isa, LaneKernels& kernels);
void add_solver(engine::Isa isa, LaneKernels& kernels);

}  // namespace nlsq::batch
