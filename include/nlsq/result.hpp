// SPDX-License-Identifier: MIT
// The result of a fit.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nlsq/issues.hpp"
#include "nlsq/options.hpp"
#include "nlsq/plan.hpp"
#include "nlsq/types.hpp"

namespace nlsq {

struct ReportOptions {
  bool color = false;
  double level = 0.95;   ///< of the intervals
  bool warnings = true;  ///< list them at the end
};

/// A Jacobian J whose rank is k below the number of free parameters: products, sums and other
/// functions of parameters are determined though their parameters are not. Empty at full rank.
struct Redundancy {
  std::vector<double> covariance;  ///< N×N, row-major: pcov by the pseudo-inverse, finite
  std::vector<double> directions;  ///< k×N, row-major: steps that change no value of the model
  std::vector<double> scale;       ///< N: 1/‖column of J‖, 0 for fixed parameters
  double tolerance = 0.0;          ///< part of a unit vector along `directions` that is rounding
  bool empty() const { return directions.empty(); }
};

/// N parameters (fixed ones included), m rows. With sigma all sums are weighted by 1/sigma².
/// Formulas are in docs/math/statistics.md.
struct FitResult {
  std::vector<std::string> names;  ///< N
  std::vector<double> popt;        ///< N
  std::vector<double>
      pcov;  ///< N×N, row-major; zero rows for fixed parameters, inf where undetermined; empty
             ///< above 1,000 parameters of a sparse problem, see covariance()
  std::vector<double> perr;  ///< N: √diag(pcov)
  std::vector<double> p0;    ///< N: where it started
  /// Where p0 is from: "given", "ones", or "search" (FitOptions::starts).
  std::string start_source = "given";
  std::vector<bool> fixed;      ///< N
  std::vector<int> at_bound;    ///< N: −1 at the lower bound, 1 at the upper, 0 free
  std::vector<bool> defaulted;  ///< N: the start was not given

  /// N: the expression that a parameter follows from, "" for others; empty where there is no tie.
  std::vector<std::string> tied;
  /// FitOptions::derived at the end, with errors by the delta method.
  struct Derived {
    std::string name, expression;
    double value = 0.0;
    double error = 0.0;
  };
  std::vector<Derived> derived;
  std::vector<double> derived_cov;  ///< k×k, row-major
  index_t n_priors = 0;             ///< rows of FitOptions::priors, which n counts

  double cost = 0.0;     ///< ½ Σ f_scale² ρ
  double rss = 0.0;      ///< Σ f²
  double tss = 0.0;      ///< the rss of the best constant; NaN without a response
  index_t n = 0;         ///< rows used
  index_t n_masked = 0;  ///< rows with infinite sigma
  index_t dof = 0;       ///< n − rank: as if redundant parameters were not there
  double chi2 = 0.0, reduced_chi2 = 0.0;
  double p_value = 0.0;  ///< P(χ² ≥ chi2); NaN unless absolute_sigma
  double r_squared = 0.0, adj_r_squared = 0.0, rmse = 0.0;
  double aic = 0.0, aicc = 0.0, bic = 0.0;
  bool absolute_sigma = false;
  bool has_sigma = false;

  Status status = Status::max_nfev;
  std::string message;
  bool success = false;                        ///< status > 0
  index_t nfev = 0, njev = 0, iterations = 0;  ///< passes over all rows
  index_t attempts =
      1;  ///< more where the first end meant nothing (SecondStart); counts are of all
  index_t difference_evaluations = 0;  ///< calls of a function for finite differences
  index_t nfev_subsample = 0;          ///< passes over a sample or a part of them
  bool progressive = false;            ///< the sample's answer was the start on all rows
  double optimality = 0.0;
  double condition = 0.0;  ///< bound of κ of the Jacobian, columns scaled to length 1
  index_t rank = 0;        ///< of the Jacobian, at most the number of free parameters
  /// What the data leave undetermined, if anything: rank below the number of free parameters.
  Redundancy redundancy;
  std::string linear_solver = "dense";  ///< or "sparse" (FitOptions::linear_solver)
  /// What evaluated the model: "interpreter", "callback", "opencl:0", "cuda:0".
  std::string engine;
  /// The device that made the passes, also where it was left before the end; id empty: none.
  struct Device {
    std::string id, name;
    index_t uploaded = 0;     ///< bytes of columns
    index_t moved = 0;        ///< bytes of all passes, both ways
    index_t most_a_pass = 0;  ///< bytes of the pass that moved most
    index_t passes = 0;
  };
  Device device;
  std::string isa;                    ///< instruction set
  std::string fold;                   ///< "gram", "pgram" or "qr"
  std::string precision = "float64";  ///< of the passes; "mixed": of the first ones float32
  index_t nfev_float32 = 0;           ///< of nfev, those in float32
  std::string jacobian_mode;  ///< "fwd" or "rev"; for callbacks "2-point", "3-point" or "user"
  /// Who chose it: "argument", "environment", "config" or "default".
  std::string jacobian_mode_source;
  /// What ran: "forward" or "reverse" (under auto the cheaper one); for callbacks as jacobian_mode.
  std::string derivative_order;
  bool cache_hit = false;   ///< every program of this fit was there already (nlsq/cache.hpp)
  double compile_ms = 0.0;  ///< part of elapsed_ms that went into making programs; 0 on a hit
  std::string method;
  std::string loss = "linear";
  std::string model;                  ///< formula, if there is one
  std::vector<std::string> warnings;  ///< the sentences of issues
  std::vector<Issue> issues;          ///< what to know before trusting the numbers
  /// With FitOptions::fingerprints, of each array of 131,072 rows and more that the fit read; see
  /// fingerprint() in nlsq/data.hpp.
  struct Fingerprint {
    const void* data;
    index_t bytes;
    std::uint64_t value;
  };
  std::vector<Fingerprint> fingerprints;
  double elapsed_ms = 0.0;

  /// What was decided before the first pass, and why; empty reasons where nothing was to decide.
  Plan plan;
  /// Derivatives, program, path and what a row took, with the reasons of the plan: a line each.
  std::string explain() const;

  /// Adds an issue, and its sentence to the warnings.
  void warn(Issue issue);

  /// Student-t interval at confidence `level`: popt ± t·perr (normal quantile when absolute_sigma).
  std::vector<std::pair<double, double>> intervals(double level = 0.95) const;
  /// The same of the derived quantities.
  std::vector<std::pair<double, double>> derived_intervals(double level = 0.95) const;
  /// Covariance of some parameters, k×k, row-major; of any number of parameters, where pcov is
  /// empty.
  std::vector<double> covariance(std::span<const index_t> positions) const;
  /// Behind it: columns of the covariance of `positions`, N values each.
  std::function<std::vector<double>(std::span<const index_t> positions)> covariance_columns;
  /// Variance of a value with these derivatives by the N parameters, row·pcov·rowᵀ; inf where the
  /// value depends on what the data leave undetermined. A curve whose parameters are redundant has
  /// a finite one wherever the data determine it.
  double variance_of(std::span<const double> derivatives) const;
  /// N×N, row-major; NaN for fixed and undetermined parameters.
  std::vector<double> correlation() const;
  /// The text the command prints.
  std::string report(const ReportOptions& options = {}) const;
};

/// "1.2346 ± 0.0021": the error with two significant digits, the value to the same place; the value
/// alone when the error is zero or not finite.
std::string with_error(double value, double error);

std::string to_string(Method method);
std::string to_string(Loss loss);
std::string to_string(JacobianMode mode);
std::string to_string(Precision precision);
std::string to_string(Starts starts);
std::string to_string(LinearSolver solver);
/// Throws InputError with the nearest name.
Method parse_method(const std::string& name);
Loss parse_loss(const std::string& name);
JacobianMode parse_jacobian_mode(const std::string& name);
/// "auto", "double" or "measure".
Precision parse_precision(const std::string& name);
/// "search" or "ones".
Starts parse_starts(const std::string& name);
/// "auto", "dense" or "sparse".
LinearSolver parse_linear_solver(const std::string& name);

}  // namespace nlsq
