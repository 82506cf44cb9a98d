// SPDX-License-Identifier: MIT
// least_squares of the core on Python callables. The GIL is held only while one of them runs.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "array.hpp"
#include "called.hpp"
#include "gil.hpp"
#include "nlsq/sparse_least_squares.hpp"
#include "options.hpp"
#include "stats/statistics.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

using Result = nb::ndarray<const double, nb::c_contig, nb::device::cpu>;

constexpr index_t kLarge = 100'000;  // values of a Jacobian beyond which other threads may run

// Calls function(p) and copies its float64 result; Python wraps user functions so that they give
// contiguous float64 of the right size.
void call_into(nb::handle function, std::span<const double> p, std::span<double> out) {
  const WithGil gil;
  check_signals();
  const nb::object value = call_python(function, new_array(p));
  const auto result = nb::cast<Result>(value);
  if (result.size() != out.size()) {
    throw nb::value_error("the function returned another number of values than at the start");
  }
  std::memcpy(out.data(), result.data(), out.size_bytes());
}

// The functions of a fit: Python callables, or a Called, which knows its own Jacobian or how
// differences are to be made.
void set_functions(nb::handle fun, Called* called, nb::handle jac, LeastSquaresOptions& options,
                   ResidualFunction& residuals, JacobianFunction& jacobian) {
  if (called == nullptr) {
    residuals = [fun](std::span<const double> p, std::span<double> f) { call_into(fun, p, f); };
  } else {
    options.data_norm = called->data_norm();
    options.total = called->total();
    residuals = [called](std::span<const double> p, std::span<double> f) {
      std::ranges::copy(called->at(p).f, f.begin());
    };
    options.probe = [called](std::span<const double> p, std::span<double> f) {
      called->evaluate(p, f);
    };
    options.told = [called](std::span<const double> p, std::span<const double> f,
                            std::span<const double> J) { called->told(p, f, J); };
  }
  if (!jac.is_none()) {
    jacobian = [jac](std::span<const double> p, std::span<double> J) { call_into(jac, p, J); };
  } else if (called != nullptr && called->has_jacobian()) {
    jacobian = [called](std::span<const double> p, std::span<double> J) {
      std::ranges::copy(called->with_jacobian(p).jacobian, J.begin());
    };
  } else if (called != nullptr && called->rule()) {
    options.differences = called->rule()->kind;
    options.epsilon = called->rule()->epsilon;
    options.diff_step = called->rule()->relative;
    options.diff_step_floor = called->rule()->floor;
    options.diff_step_at_zero = called->rule()->at_zero;
  }
}

// Whether what a function raised is no error of its own: an interrupt, an exit.
bool is_no_refusal(const std::exception& error) {
  const auto* raised = dynamic_cast<const nb::python_error*>(&error);
  if (raised == nullptr) return false;
  const WithGil gil;
  return !raised->matches(PyExc_Exception);
}

FitResult run_least_squares(nb::handle fun, nb::handle jac, index_t m,
                            const std::vector<double>& x0, const std::vector<double>& lower,
                            const std::vector<double>& upper, nb::handle loss, double f_scale,
                            bool three_point, const std::vector<double>& diff_step,
                            const std::vector<std::string>& names, bool absolute_sigma,
                            nb::handle callback, const nb::dict& solver, nb::handle jacobian_mode,
                            double epsilon, bool estimates, bool at_end, double total, bool tell) {
  LeastSquaresOptions options;
  options.lower = lower;
  options.upper = upper;
  if (!loss.is_none()) options.loss = parse_loss(nb::cast<std::string>(loss));
  options.f_scale = f_scale;
  options.differences = three_point ? Differences::three_point : Differences::two_point;
  options.diff_step = diff_step;
  options.names = names;
  options.absolute_sigma = absolute_sigma;
  for (const auto& [name, value] : solver) set_solver(options, name, value);
  if (!jacobian_mode.is_none()) {
    options.jacobian_mode = parse_jacobian_mode(nb::cast<std::string>(jacobian_mode));
  }
  options.callback = callback_of(callback);
  options.epsilon = epsilon;
  options.estimates = estimates;
  options.jacobian_at_end = at_end;
  Called* called = nullptr;
  if (!nb::try_cast(fun, called)) called = nullptr;
  ResidualFunction residuals;
  JacobianFunction jacobian;
  options.total = total;
  options.told_if_well = tell;
  set_functions(fun, called, jac, options, residuals, jacobian);
  options.is_fatal = is_no_refusal;
  std::optional<WithoutGil> release;
  if (m * static_cast<index_t>(x0.size()) > kLarge) release.emplace();
  if (jacobian) return least_squares(residuals, jacobian, m, x0, options);
  FitResult result = least_squares(residuals, m, x0, options);
  if (called != nullptr) {
    called->njev += result.njev;
    called->evaluations += result.difference_evaluations;
  }
  return result;
}

// What is known of redundant parameters, over all N; parameter i of the part is at place[i].
Redundancy over_all(const Redundancy& part, const std::vector<std::size_t>& place, std::size_t N,
                    double factor) {
  Redundancy all;
  if (part.empty()) return all;
  const std::size_t n = place.size(), k = part.directions.size() / n;
  all.tolerance = part.tolerance;
  all.covariance.assign(N * N, 0.0);
  all.directions.assign(k * N, 0.0);
  all.scale.assign(N, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    all.scale[place[i]] = part.scale[i];
    for (std::size_t d = 0; d < k; ++d)
      all.directions[d * N + place[i]] = part.directions[d * n + i];
    for (std::size_t j = 0; j < n; ++j)
      all.covariance[place[i] * N + place[j]] = part.covariance[i * n + j] * factor;
  }
  return all;
}

// The result of a curve fitted as residuals, over all parameters: fixed ones put back, masked rows
// taken out, and the statistics that need y. `held[i]`: parameter i did not take part.
FitResult complete(const FitResult& part, const std::vector<std::string>& names,
                   const std::vector<double>& p0, const std::vector<bool>& held, index_t masked,
                   double tss, double sum_log_sigma, bool has_sigma,
                   const std::optional<std::string>& differences) {
  const std::size_t N = names.size(), n = part.names.size();
  FitResult all = part;
  all.names = names;
  all.p0 = all.popt = p0;
  all.fixed = held;
  all.defaulted.assign(N, false);
  all.at_bound.assign(N, 0);
  all.perr.assign(N, 0.0);
  all.pcov.assign(N * N, 0.0);
  all.n = part.n - masked;
  all.n_masked = masked;
  const stats::GoodnessOfFit g = stats::goodness_of_fit({.rows = all.n,
                                                         .free = part.rank,
                                                         .rss = part.rss,
                                                         .tss = tss,
                                                         .sum_log_sigma = sum_log_sigma,
                                                         .known_sigma = part.absolute_sigma});
  all.dof = std::max<index_t>(g.dof, 0);
  // The core scaled by the degrees of freedom of all rows.
  const double factor = part.absolute_sigma || masked == 0 ? 1.0
                        : all.dof == 0
                            ? std::numeric_limits<double>::infinity()
                            : static_cast<double>(part.dof) / static_cast<double>(all.dof);
  std::vector<std::size_t> place;
  for (std::size_t i = 0; i < N; ++i) {
    if (!held[i]) place.push_back(i);
  }
  for (std::size_t i = 0; i < n; ++i) {
    all.popt[place[i]] = part.popt[i];
    all.at_bound[place[i]] = part.at_bound[i];
    for (std::size_t j = 0; j < n; ++j) {
      all.pcov[place[i] * N + place[j]] = part.pcov[i * n + j] * factor;
    }
    all.perr[place[i]] = std::sqrt(all.pcov[place[i] * (N + 1)]);
  }
  all.redundancy = over_all(part.redundancy, place, N, factor);
  if (differences) all.jacobian_mode = all.derivative_order = *differences;
  all.has_sigma = has_sigma;
  all.tss = tss;
#define NLSQ_STATISTIC(name, key, value, doc) all.name = g.name;
#include "nlsq/result_fields.def"
  return all;
}

FitResult run_sparse(nb::handle fun, index_t m, const std::vector<double>& x0,
                     const std::vector<index_t>& start, const std::vector<index_t>& column,
                     const std::vector<double>& lower, const std::vector<double>& upper,
                     const std::vector<double>& diff_step, const nb::dict& solver) {
  LeastSquaresOptions options;
  options.lower = lower;
  options.upper = upper;
  options.diff_step = diff_step;
  for (const auto& [name, value] : solver) set_solver(options, name, value);
  const WithoutGil release;
  const auto residuals = [fun](std::span<const double> p, std::span<double> f) {
    call_into(fun, p, f);
  };
  return sparse_least_squares(residuals, m, x0, {start, column}, options);
}

}  // namespace

void bind_least_squares(nb::module_& m) {
  m.def("sparse_least_squares", &run_sparse, nb::arg("fun"), nb::arg("m"), nb::arg("x0"),
        nb::arg("start"), nb::arg("column"), nb::arg("lower"), nb::arg("upper"),
        nb::arg("diff_step"), nb::arg("solver"),
        "Least squares of a function whose Jacobian may be non-zero at (row, column) alone: of row "
        "i at column[start[i]:start[i + 1]].");
  m.def(
      "column_groups",
      [](const std::vector<index_t>& start, const std::vector<index_t>& column, index_t n) {
        return column_groups({start, column}, n);
      },
      nb::arg("start"), nb::arg("column"), nb::arg("n"),
      "Numbers of groups of columns that share no row.");
  m.def("complete", &complete, nb::arg("part"), nb::arg("names"), nb::arg("p0"), nb::arg("held"),
        nb::arg("masked"), nb::arg("tss"), nb::arg("sum_log_sigma"), nb::arg("has_sigma"),
        nb::arg("differences").none() = nb::none(),
        "The result of a curve fitted as residuals, over all its parameters.");
  m.def("least_squares", &run_least_squares, nb::arg("fun"), nb::arg("jac").none(), nb::arg("m"),
        nb::arg("x0"), nb::arg("lower") = std::vector<double>{},
        nb::arg("upper") = std::vector<double>{}, nb::arg("loss").none() = nb::none(),
        nb::arg("f_scale") = 1.0, nb::arg("three_point") = false,
        nb::arg("diff_step") = std::vector<double>{}, nb::arg("names") = std::vector<std::string>{},
        nb::arg("absolute_sigma") = false, nb::arg("callback").none() = nb::none(),
        nb::arg("solver") = nb::dict(), nb::arg("jacobian_mode").none() = nb::none(),
        nb::arg("epsilon") = std::numeric_limits<double>::epsilon(), nb::arg("estimates") = true,
        nb::arg("at_end") = true, nb::arg("total") = std::numeric_limits<double>::quiet_NaN(),
        nb::arg("tell") = true,
        "Minimizes over residual callables that take and give float64 arrays, or over a Called. "
        "epsilon: relative rounding of their values; estimates: Jacobians by differences may be "
        "estimated on the way; at_end: the last one is of the last point; total: the sum of "
        "squares about the best constant, if it is known (a Called knows its own); tell: a Called "
        "is to know the last Jacobian by differences of a fit that is well, too. See "
        "nlsq.least_squares.");
  m.def(
      "differences",
      [](const nb::object& function, const nb::object& plain, const std::vector<double>& x,
         nb::handle f, bool central, double epsilon, std::vector<double> relative,
         std::vector<double> lower, std::vector<double> upper, bool fitting) {
        const Buffer values(f);
        const auto m = static_cast<std::size_t>(values.values().size), n = x.size();
        const Called called(function, plain, static_cast<index_t>(n), values.values().size);
        const DifferenceRule rule =
            rule_of(central, epsilon, std::move(relative), std::move(lower), std::move(upper));
        const ResidualFunction evaluate = [&called](std::span<const double> at,
                                                    std::span<double> out) {
          called.evaluate(at, out);
        };
        std::vector<double> start(m), jacobian(m * n);
        for (std::size_t i = 0; i < m; ++i) start[i] = values.values()[static_cast<index_t>(i)];
        (fitting ? fitting_jacobian : difference_jacobian)(rule, evaluate, x, start, jacobian);
        return new_matrix(jacobian, m);
      },
      nb::arg("function"), nb::arg("plain"), nb::arg("x"), nb::arg("f"), nb::arg("central"),
      nb::arg("epsilon"), nb::arg("relative"), nb::arg("lower"), nb::arg("upper"),
      nb::arg("fitting") = false,
      "The Jacobian (m, n) of function(x) by differences, f its values at x, with SciPy's steps or "
      "(fitting) such as fit the function.");
  m.def(
      "difference_steps",
      [](const std::vector<double>& x, bool central, double epsilon, std::vector<double> relative,
         std::vector<double> lower, std::vector<double> upper) {
        const DifferenceRule rule =
            rule_of(central, epsilon, std::move(relative), std::move(lower), std::move(upper));
        std::vector<double> sizes(x.size());
        std::vector<bool> one_sided(x.size());
        for (std::size_t j = 0; j < x.size(); ++j) {
          const DifferenceStep step = difference_step(rule, x[j], j);
          sizes[j] = step.size;
          one_sided[j] = step.one_sided;
        }
        return nb::make_tuple(new_array(sizes), one_sided);
      },
      nb::arg("x"), nb::arg("central"), nb::arg("epsilon"), nb::arg("relative"), nb::arg("lower"),
      nb::arg("upper"), "(steps (n,), which of them go to one side only) of differences at x.");
}

}  // namespace nlsq::python
