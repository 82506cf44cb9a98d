// SPDX-License-Identifier: MIT
// The minimizer: one loop, three strategies (trf, lm, dogbox), see docs/architecture.md.
#pragma once

#include <functional>
#include <span>

#include "linalg/summary.hpp"
#include "nlsq/end_message.hpp"
#include "nlsq/options.hpp"
#include "solve/evaluator.hpp"
#include "solve/precision.hpp"

namespace nlsq::solve {

/// Where the minimizer ended. `x` and `summary` belong to the same point, always the best one seen.
struct Outcome {
  linalg::Vector x;         ///< n
  linalg::Summary summary;  ///< at x, Grade::covariance
  Status status = Status::max_nfev;
  EndMessage message;     ///< one sentence: which test ended it, with its figures
  index_t nfev = 0;        ///< passes for residuals (every call of cost or summary at a new point)
  index_t njev = 0;        ///< accepted points (the start included)
  index_t iterations = 0;  ///< accepted steps
  double start_cost = 0;   ///< at the first finite point
  linalg::Vector start_norms;        ///< n: ‖J_j‖ at x0; empty where it began elsewhere
  index_t polish_steps = 0;          ///< accepted steps after the stopping test
  double optimality = 0;             ///< the norm gtol judges, at x
  index_t nfev_float32 = 0;          ///< of the passes, those in float32
  Upgrade upgrade = Upgrade::none;   ///< why they ended
  index_t attempts = 1;              ///< minimizations whose best end this is
  bool from_shortcut = false;        ///< it began there
  base::SmallVector<int, 8> active;  ///< n: -1 at the lower bound, 1 at the upper, 0 free
};

/// A point to begin at in place of the start, if the pass over it is accepted.
struct Shortcut {
  std::span<const double> x;  ///< n, inside the bounds
  std::function<bool(const linalg::Summary&)> accept;
  std::span<const double> hessian;  ///< n×n, of the cost near x, as far as known; empty: unknown
};

/// Bytes that minimize() allocates for n parameters, its outcome included: none of note up to 6 of
/// them, whose vectors and matrices live in their owners.
index_t workspace_bytes(Method method, index_t n);

/// Minimizes evaluator's cost from x0 with lower ≤ x ≤ upper (n values each, ±inf allowed).
/// `linear_loss` says that qtf is Qᵀf, which the polish needs to know.
/// Throws InputError when the options make no sense, x0 is infeasible, the start is not finite, or
/// bounds are given to lm. Never throws for rank deficiency.
Outcome minimize(Evaluator& evaluator, std::span<const double> x0, std::span<const double> lower,
                 std::span<const double> upper, const SolverOptions& options,
                 bool linear_loss = true, const Shortcut* shortcut = nullptr);

}  // namespace nlsq::solve
