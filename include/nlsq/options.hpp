// SPDX-License-Identifier: MIT
// Options of a fit and what a solver reports. SciPy's names, values and status integers.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq {

// The values of these enums, with their names and what they mean, are rows of options.def.

/// How a step is found: automatic, trf (the default), lm, dogbox, varpro.
enum class Method {
#define NLSQ_METHOD(id, name, bounds, sparse, meaning) id,
#include "nlsq/options.def"
};

/// ρ(z) of z = (f/f_scale)²; the cost is ½ f_scale² Σ ρ(z): linear, soft_l1, huber, cauchy, arctan.
enum class Loss {
#define NLSQ_LOSS(id, name, meaning) id,
#include "nlsq/options.def"
};

/// The order in which derivatives are accumulated. automatic: rev if there are more free parameters
/// than residuals, else fwd; a model's row program then takes whichever needs fewer operations a
/// row (FitResult::derivative_order) and computes once what columns have in common. fwd and rev are
/// obeyed to the letter. The values are the same up to rounding.
enum class JacobianMode {
#define NLSQ_JACOBIAN_MODE(id, name, meaning) id,
#include "nlsq/options.def"
};

/// The precision of residuals and derivatives on the way to the minimum; sums of more than a leaf
/// of 4,096 rows and the end of a fit are float64 always, costs that a callback sees on the way may
/// be float32 (docs/adr/0007-mixed-precision.md). automatic: float32 where it is known to pay.
/// measure: where a measurement says so, 5 % at least; the first fit of a model on so many rows
/// makes it and takes some 60 times as long (none is made with max_nfev). mixed: wherever it can
/// be. Robust losses, special functions and fits that begin on a sample are float64 throughout.
enum class Precision {
#define NLSQ_PRECISION(id, name, meaning) id,
#include "nlsq/options.def"
};

/// What follows an end that means nothing: no convergence, no better than the mean of the data, or
/// a Jacobian that hardly tells parameters apart. any: a start whose parameters are set apart,
/// plain (or, if x_scale is given, the Jacobian's) scales, and steps that keep to the sizes of the
/// parameters; same_scales: the first of these alone; no_better: any of them, but only after a fit
/// that converged and is no better than the mean. The best end counts; max_nfev limits all of them
/// together.
enum class SecondStart { none, same_scales, no_better, any };

/// Where a fit begins whose parameters have no start. search: at 1, or inside the bounds, and if
/// that end is not clean at the best of the starts that the model and the data suggest; ones: at 1
/// alone.
enum class Starts {
#define NLSQ_STARTS(id, name, meaning) id,
#include "nlsq/options.def"
};

/// How steps are found. dense: by the triangle of the Jacobian; sparse: by the nonzero entries of
/// JᵀJ, for models whose rows touch few parameters each (gathered parameters, several terms), trf
/// and lm; automatic: sparse where it pays (docs/adr/0014).
enum class LinearSolver {
#define NLSQ_LINEAR_SOLVER(id, name, meaning) id,
#include "nlsq/options.def"
};

/// What evaluates a model where no device does: interpreter, callback, lanes.
enum class Engine {
#define NLSQ_ENGINE(id, name, meaning) id,
#include "nlsq/options.def"
};

/// Why a fit ended: stopped, not_finite, max_nfev, gtol, ftol, xtol, ftol_and_xtol. The integers
/// are SciPy's. Positive: converged.
enum class Status : int {
#define NLSQ_STATUS(id, integer, meaning) id = integer,
#include "nlsq/options.def"
};

/// ρ, ρ′ and ρ″ at z.
struct LossValue {
  double rho, slope, curvature;
};
LossValue loss_value(Loss loss, double z);

/// A row of options.def.
struct OptionValue {
  std::string_view name, meaning;
};

/// The rows of an option in the order of its enum: "method", "loss", "jacobian_mode", "precision",
/// "starts", "linear_solver"; those of "engine"; the names of "tolerances". Empty for what is none
/// of these.
std::span<const OptionValue> option_values(std::string_view option);
bool takes_bounds(Method method);
/// Solves with the nonzero entries of the Jacobian alone (LinearSolver::sparse).
bool takes_sparse(Method method);
/// Half a sentence about a status.
std::string_view meaning(Status status);

std::string to_string(Method method);
std::string to_string(Loss loss);
std::string to_string(JacobianMode mode);
std::string to_string(Precision precision);
std::string to_string(Starts starts);
std::string to_string(LinearSolver solver);
std::string to_string(Engine engine);
/// Each throws InputError with the nearest name.
Method parse_method(const std::string& name);
Loss parse_loss(const std::string& name);
/// `argument` is who is to blame in the error.
JacobianMode parse_jacobian_mode(const std::string& name, const char* argument = "jacobian_mode");
Precision parse_precision(const std::string& name);
Starts parse_starts(const std::string& name);
LinearSolver parse_linear_solver(const std::string& name);

/// What a callback sees after each accepted step. The span is valid during the call.
struct Iteration {
  index_t iteration = 0;  ///< accepted steps so far
  index_t nfev = 0;
  double cost = 0;
  double step_norm = 0;
  double optimality = 0;  ///< the norm that gtol judges
  std::span<const double> parameters;
};

/// How the minimizer works. Every tolerance states its inequality.
struct SolverOptions {
  Method method = Method::trf;
  // The tolerances of options.def; 0 switches a test off.
  // ftol: stop when a step reduces the cost by no more than ftol·cost and was predicted to
  // (MINPACK's test), unless the step was held short and the full Gauss-Newton step promises more
  // than 1000·ftol·cost; above 1,000 rows also when the next step promises no more and is too short
  // to polish with (max_polish).
  // xtol: stop when ‖step‖ < xtol·(xtol·L + ‖p‖), all in the scaled variables, L the largest ‖p‖ on
  // the way; while the trust region holds the step short, only near a stationary point.
  // gtol: stop when the cosine of the angle between the residual and every column of the Jacobian
  // is < gtol; for a parameter that descent drives to a bound, when going there changes the cost by
  // < gtol·2·cost. Free of units, unlike SciPy's absolute gradient.
#define NLSQ_TOLERANCE(name, initial, meaning) double name = initial;
#include "nlsq/options.def"
  /// Scales of the parameters, one each; empty: from the columns of the Jacobian (SciPy's
  /// x_scale="jac").
  std::vector<double> x_scale;
  /// Where scales come from the Jacobian: the first step is at most so many times as long as p0,
  /// unless that is 0 (MINPACK's factor). 0: as long as the residuals suggest.
  double first_step = 0.0;
  /// Limit of residual evaluations (passes over the data, those of finite differences not counted);
  /// empty: 100·n for trf and dogbox, 100·(n+1)·n for lm, never below 500.
  std::optional<index_t> max_nfev;
  /// Gauss-Newton steps after the stopping test, judged by the step, until nothing improves.
  bool polish = true;
  /// Limit of polish steps, each a pass; given, they go on until the next one is shorter than 1e-8
  /// standard errors. Empty: as many as help up to 1,000 rows; above, until the next step is
  /// shorter than a millionth of a standard error, above 10⁶ rows than a thousandth (with a robust
  /// loss: one step).
  std::optional<index_t> max_polish;
  Precision precision = Precision::automatic;
  /// Empty: any, with a given x_scale same_scales.
  std::optional<SecondStart> second_start;
  /// Look for signs that the end means nothing (docs/issues.md): residuals in the order of x,
  /// parameters that ran away. Some 2 % of a fit of 100 rows.
  bool judge = true;
  /// Called after each accepted step; returning true stops the fit with Status::stopped.
  std::function<bool(const Iteration&)> callback;
  /// Asked after each accepted step, and some times a second during a long pass, on the thread of
  /// the caller; true stops the fit with Status::stopped, too, at the best point so far (during the
  /// first pass: at the start, with a cost that is not a number). It sees no step, so a fit of many
  /// rows may begin on a sample.
  std::function<bool()> stop;
  /// Called before each pass over the data, and some times a second during a long one, on the
  /// thread of the caller; what it throws ends the fit and passes through.
  std::function<void()> before_pass;
  /// Throws InputError when a value makes no sense for `n` parameters.
  void validate(index_t n) const;
};

}  // namespace nlsq
