// SPDX-License-Identifier: MIT
// leastsq on a function that is called as it is: Levenberg-Marquardt without bounds, and nothing
// in between. Fits of this kind may take no longer than a few calls of a cheap function.
#include <nanobind/nanobind.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "array.hpp"
#include "called.hpp"
#include "gil.hpp"
#include "nlsq/least_squares.hpp"

namespace nlsq::python {
namespace {

constexpr index_t kLarge = 100'000;  // values of a Jacobian beyond which other threads may run
constexpr index_t kFewPasses = 100;  // a limit of fewer is meant for steps that cost differences

// The fit's options as MINPACK has them.
LeastSquaresOptions options_of(Called& called, double ftol, double xtol, double gtol,
                               index_t max_nfev, std::vector<double> x_scale, bool full) {
  LeastSquaresOptions options;
  options.method = Method::lm;
  options.ftol = ftol;
  options.xtol = xtol;
  options.gtol = gtol;
  options.max_nfev = max_nfev;
  options.x_scale = std::move(x_scale);
  options.polish = false;
  options.second_start = SecondStart::none;
  options.judge = false;  // leastsq has no place for issues, and it costs calls
  options.absolute_sigma = true;
  options.estimates = max_nfev >= kFewPasses;
  options.jacobian_at_end = options.told_if_well = full;
  options.probe = [&called](std::span<const double> p, std::span<double> f) {
    called.evaluate(p, f);
  };
  options.told = [&called](std::span<const double> p, std::span<const double> f,
                           std::span<const double> J) { called.told(p, f, J); };
  return options;
}

FitResult minimize(Called& called, std::span<const double> x0, const LeastSquaresOptions& options) {
  const ResidualFunction residuals = [&called](std::span<const double> p, std::span<double> f) {
    std::ranges::copy(called.at(p).f, f.begin());
  };
  const index_t m = called.rows();
  std::optional<WithoutGil> release;
  if (m * called.parameters() > kLarge) release.emplace();
  if (!called.has_jacobian()) return least_squares(residuals, m, x0, options);
  const JacobianFunction jacobian = [&called](std::span<const double> p, std::span<double> J) {
    std::ranges::copy(called.with_jacobian(p).jacobian, J.begin());
  };
  return least_squares(residuals, jacobian, m, x0, options);
}

// (x, status, covariance of unit variance or None where the rank is below n).
nb::tuple leastsq(Called& called, const std::vector<double>& x0, double ftol, double xtol,
                  double gtol, index_t max_nfev, const std::vector<double>& x_scale, double factor,
                  double epsilon, double step, bool full) {
  LeastSquaresOptions options = options_of(called, ftol, xtol, gtol, max_nfev, x_scale, full);
  options.first_step = factor;
  options.epsilon = epsilon;
  if (step > 0.0) options.diff_step.assign(x0.size(), step);
  options.diff_step_floor = 0.0;
  options.diff_step_at_zero = 1.0;
  const FitResult result = minimize(called, x0, options);
  if (!called.has_jacobian()) {
    called.njev += result.njev;
    called.evaluations += result.difference_evaluations;
  }
  const bool is_known = result.rank == static_cast<index_t>(x0.size());
  const bool is_finite = std::isfinite(result.optimality) && std::isfinite(result.cost);
  return nb::make_tuple(
      new_array(result.popt), is_finite ? static_cast<int>(result.status) : -1,
      full && is_known ? new_matrix(result.pcov, x0.size()) : nb::object(nb::none()));
}

}  // namespace

void bind_leastsq(nb::module_& m) {
  m.def(
      "leastsq", &leastsq, nb::arg("called"), nb::arg("x0"), nb::arg("ftol"), nb::arg("xtol"),
      nb::arg("gtol"), nb::arg("max_nfev"), nb::arg("x_scale"), nb::arg("factor"),
      nb::arg("epsilon"), nb::arg("step"), nb::arg("full"),
      "Minimizes a Called by Levenberg-Marquardt: (x, status, covariance of unit variance). "
      "max_nfev: of points; x_scale: [], or a size for each parameter; factor: of the size of x0, "
      "a limit of the first step; epsilon: relative rounding of its values; step: relative step of "
      "differences, 0: such as fit the function; "
      "full: the Called is to know the Jacobian at the end, whose covariance is given unless it "
      "lacks rank.");
}

}  // namespace nlsq::python
