// SPDX-License-Identifier: MIT
// Residuals that are a Python function, with their Jacobian: called with as little as possible in
// between, and never twice at one of the last points.
#pragma once

#include <nanobind/nanobind.h>

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nlsq/differences.hpp"

namespace nlsq::python {

namespace nb = nanobind;

/// What is known at one x.
struct CalledPoint {
  std::vector<double> x, f, jacobian;  ///< n; m; m×n row-major, empty: not asked for
};

/// Not thread-safe. Functions may give any array-like: what is no plain float64 array of the right
/// shape goes through `plain`, a Python function value -> float64 (m,), which raises what is wrong.
class Called {
 public:
  /// function(x) -> residuals (m,).
  Called(nb::object function, nb::object plain, index_t n, index_t m);

  /// The residuals are those of a model from now on: (function(data, *parameters) - y) / sigma, 0
  /// where sigma is infinite. y: (m,); sigma: None or (m,). Parameters are given as floats, or as
  /// NumPy's; `full` holds them all, of which x are those at `free`. `plain` then gets model values
  /// and gives residuals.
  void set_model(nb::object data, nb::handle y, nb::handle sigma, std::vector<double> full,
                 std::vector<std::size_t> free, bool numpy_scalars);
  /// jacobian(x) -> float64 (m, n).
  void set_jacobian(nb::object jacobian);
  /// Further arguments of both functions: function(x, *arguments), jacobian(x, *arguments).
  void set_arguments(nb::tuple arguments) { arguments_ = std::move(arguments); }
  /// What the Jacobian's function gives may be (n, m), with `columns_first`, and anything else that
  /// `plain` makes a float64 array (m, n) of.
  void set_plain_jacobian(nb::object plain, bool columns_first);
  void set_differences(DifferenceRule rule);
  bool has_jacobian() const { return static_cast<bool>(jacobian_); }
  const std::optional<DifferenceRule>& rule() const { return rule_; }
  /// ‖y / sigma‖ of a model, else 0.
  double data_norm() const;
  /// The sum of squares of a model's data about their best constant; NaN if they are not known.
  double total() const;

  /// What the caller knows of a point already; jacobian: None or (m, n). Returns whether its
  /// residuals are finite.
  bool remember(nb::handle x, nb::handle f, nb::handle jacobian);
  void remember_values(std::span<const double> x, nb::handle values);
  CalledPoint& keep(CalledPoint point);

  /// The residuals at x, if they are among those remembered.
  const CalledPoint* known(std::span<const double> x) { return find(x); }
  /// The point at x with its residuals, or with its Jacobian too. Valid until the next call.
  const CalledPoint& at(std::span<const double> x);
  const CalledPoint& with_jacobian(std::span<const double> x);
  /// Residuals and a Jacobian by differences, row-major (m, n), that somebody else made.
  void told(std::span<const double> x, std::span<const double> f, std::span<const double> jacobian);
  /// The Jacobian that was computed last, (m, n); empty if none was.
  const std::vector<double>& last_jacobian() const { return last_jacobian_; }
  /// Residuals alone; nothing is remembered.
  void evaluate(std::span<const double> x, std::span<double> f) const;

  index_t rows() const { return m_; }
  index_t parameters() const { return n_; }
  index_t nfev = 0;         ///< points evaluated by at()
  index_t njev = 0;         ///< Jacobians
  index_t evaluations = 0;  ///< of differences

 private:
  index_t most_points() const;
  CalledPoint room();
  CalledPoint* find(std::span<const double> x);
  nb::object call(nb::handle function, std::span<const double> x) const;
  void read(nb::handle value, std::span<double> f) const;
  void read_jacobian(nb::handle value, std::span<double> jacobian) const;
  void differentiate(CalledPoint& point);

  struct ModelCall {
    nb::object data;
    std::vector<double> y, sigma, full;
    std::vector<std::size_t> free;
    bool numpy_scalars = false;
  };

  nb::object function_, plain_, jacobian_, plain_jacobian_;
  nb::tuple arguments_;
  bool columns_first_ = false;
  std::optional<ModelCall> model_;
  std::optional<DifferenceRule> rule_;
  index_t n_, m_;
  std::deque<CalledPoint> points_;
  std::vector<double> last_jacobian_;
};

/// SciPy's rule of differences.
DifferenceRule rule_of(bool central, double epsilon, std::vector<double> relative,
                       std::vector<double> lower, std::vector<double> upper);

void bind_called(nb::module_& m);
void bind_leastsq(nb::module_& m);
void bind_kept_residuals(nb::module_& m);

}  // namespace nlsq::python
