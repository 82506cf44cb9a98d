// SPDX-License-Identifier: MIT
// Curve fitting: curve_fit for one model on one data set, fit for several terms that share
// parameters.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nlsq/data.hpp"
#include "nlsq/model.hpp"
#include "nlsq/options.hpp"
#include "nlsq/result.hpp"
#include "nlsq/types.hpp"

namespace nlsq {

struct Bounds {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
};

/// What is known of a quantity from elsewhere: its value and standard deviation.
struct Prior {
  double mean = 0.0;
  double sigma = 1.0;
};

/// A quantity that follows from the parameters, reported with its standard error.
struct DerivedQuantity {
  std::string name;
  std::string expression;  ///< of parameters: "2.3548*s"
};

struct FitOptions : SolverOptions {
  /// Start values in the order of the parameters; empty: see `start`.
  std::vector<double> p0;
  /// Start values by name; parameters without one start at 1, or inside their bounds where 1 is
  /// outside.
  std::map<std::string, double> start;
  /// What is done about parameters without a start (one term with one response, no gathered
  /// parameters).
  Starts starts = Starts::search;
  /// With p0, one a parameter: its value there is no start but a first guess, like the 1 of a
  /// parameter without one.
  std::vector<bool> first_guess;
  /// Bounds by name. A start outside its bounds is an InputError.
  std::map<std::string, Bounds> bounds;
  /// Parameters that do not move; without a value they stay at their start.
  std::map<std::string, std::optional<double>> fixed;
  /// Parameters that follow from others: {"b", "2*a"}. Such a parameter takes no part in the fit
  /// and is reported with its error. Names of the expression that no model has are new parameters,
  /// which need a value in `start` or `fixed`. Elements of vectors are named as in the result,
  /// "a[0]".
  std::map<std::string, std::string> ties;
  /// Known values of parameters, or of expressions of them. Each is a row of its own, weighted by
  /// 1/sigma and without a loss: it counts among the rows, in χ², degrees of freedom and criteria.
  /// Unless absolute_sigma is true its sigma, as those of the data, is known up to a common factor.
  std::map<std::string, Prior> priors;
  /// Reported with the result.
  std::vector<DerivedQuantity> derived;
  /// Loss of every term; z = (f/f_scale)².
  Loss loss = Loss::linear;
  double f_scale = 1.0;
  /// true: sigma holds standard deviations in the units of y. false: only their ratios count, and
  /// the covariance is scaled by the reduced χ².
  bool absolute_sigma = false;
  /// Threads; 0: NLSQ_NUM_THREADS, else the processors this process may use.
  int threads = 0;
  /// Bytes that the data and what the fit allocates beside them may take (nlsq/memory.hpp); 0: no
  /// limit. The fit begins on a smaller sample, works on smaller blocks and on fewer threads to
  /// stay within it; a limit that is too low for the data is an InputError that names the least.
  index_t memory_limit = 0;
  /// Confidence level of FitResult::intervals.
  double level = 0.95;
  /// Where the passes over the rows are made: "cpu", a device of nlsq/device.hpp ("opencl:0",
  /// "cuda:0"), or "auto", a GPU where the rows are many. Empty: NLSQ_DEVICE, else "cpu". A device
  /// that cannot go on is left with a warning, and the CPU makes the fit.
  std::string device;
  /// Order of derivation. Empty: NLSQ_JACOBIAN_MODE, else the settings file (nlsq/config.hpp), else
  /// automatic.
  std::optional<JacobianMode> jacobian_mode;
  LinearSolver linear_solver = LinearSolver::automatic;
  /// With some 10,000 rows and more: begin on a sample of the rows and finish on all of them
  /// (docs/adr/0005-progressive-fits.md). Has no effect with a callback, max_nfev or several
  /// terms.
  bool progressive = true;
  /// Refuse NaN and infinite values in the columns, naming column and row.
  bool check_finite = true;
  /// Give the result fingerprints of long arrays, found in the first pass: 4 to 8 % of a fit.
  bool fingerprints = false;
  /// A file that keeps what each pass over the rows finds. The same fit goes on where one that was
  /// cut short left it, and ends with the same bits; another fit is an InputError that says what
  /// differs. Empty: none.
  std::string checkpoint;
  /// What tells the data of a checkpoint from others, beside the number of rows: names of files,
  /// their sizes and times.
  std::string checkpoint_data;
};

/// One family of rows: a model on a data set.
struct FitTerm {
  Model model;
  Dataset data;
  std::optional<Loss> loss;  ///< FitOptions::loss if empty
  std::optional<double> f_scale;
};

/// Fits `model` to `data`. Throws InputError (what is wrong and where) and whatever a callback
/// throws; numerical outcomes are statuses in the result. Any number of threads may call it at
/// once.
FitResult curve_fit(const Model& model, const Dataset& data, const FitOptions& options = {});

/// Fits several terms at once; parameters of the same name are shared.
FitResult fit(const std::vector<FitTerm>& terms, const FitOptions& options = {});

/// As an output: all of them.
inline constexpr index_t kAllOutputs = -1;

/// Values of output `output` of the model at the given parameters (one each, gathered ones
/// expanded) for every row. With kAllOutputs rows×outputs, row-major.
std::vector<double> evaluate(const Model& model, const Dataset& data,
                             const std::vector<double>& parameters, index_t output = 0);

/// The same at the parameters of a result, which may have others besides.
std::vector<double> evaluate_at(const Model& model, const Dataset& data, const FitResult& result,
                                index_t output = 0);

/// Derivatives of the model's value by every parameter, rows×n, row-major. With kAllOutputs one row
/// an output, the outputs of a row of data next to each other.
std::vector<double> jacobian(const Model& model, const Dataset& data,
                             const std::vector<double>& parameters, index_t output = 0);

/// Standard error of the model's value in each row, from its exact derivatives and the covariance
/// of `result`.
std::vector<double> standard_errors_of(const Model& model, const Dataset& data,
                                       const FitResult& result, index_t output = 0);

}  // namespace nlsq
