// SPDX-License-Identifier: MIT
// The result of a fit.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nlsq/end_message.hpp"
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
  std::vector<double> perr;     ///< N: √diag(pcov)
  std::vector<double> p0;       ///< N: where it started
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

  // cost, dof, r_squared, status, nfev, engine …: the rows of result_fields.def, which say what
  // each is.
#define NLSQ_FIELD(type, name, initial, key, python, doc) type name = initial;
#include "nlsq/result_fields.def"

  index_t difference_evaluations = 0;  ///< calls of a function for finite differences
  /// What the data leave undetermined, if anything: rank below the number of free parameters.
  Redundancy redundancy;
  /// The device that made the passes, also where it was left before the end; id empty: none.
  struct Device {
    std::string id, name;
    index_t uploaded = 0;     ///< bytes of columns
    index_t moved = 0;        ///< bytes of all passes, both ways
    index_t most_a_pass = 0;  ///< bytes of the pass that moved most
    index_t passes = 0;
  };
  Device device;
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

}  // namespace nlsq
