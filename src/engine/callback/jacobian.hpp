// SPDX-License-Identifier: MIT
// Jacobians by differences in the course of a fit. What earlier columns tell makes steps fit the
// function rather than the parameter's value, which may be 0 at the end, or far from 0 where the
// function changes over a small distance.
//
// With ‖J_j‖ the last column, S the size of what the residuals are differences of and f the
// residuals, N = S/‖J_j‖ is how far parameter j goes to change the function by its own size, and
// eps·(N + |p|) what rounding leaves of it. A forward difference is off by h/c + eps·(N + |p|)/h,
// where c is the distance over which the derivative changes: |p|, but not beyond N, nor below the
// distance ‖f‖/‖J_j‖ over which a fit is expected to be nearly linear. Hence
// h = √(eps·c·(N + |p|)), for central differences ∛(eps·c²·(N + |p|)). See Gill, Murray, Saunders,
// Wright (1983), "Computing forward-difference intervals for numerical optimization".
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "nlsq/differences.hpp"

namespace nlsq::engine {

struct CallbackProblem {
  ResidualFunction residuals;  ///< at the points of a fit
  ResidualFunction probe;      ///< at those of differences; empty: residuals
  std::function<void(std::span<const double>, std::span<double>)>
      jacobian;  ///< row-major; empty: differences
  DifferenceRule rule;
  double data_norm = 0.0;  ///< where residuals are differences from data, the data's norm
  index_t m = 0;
};

class DifferenceJacobian {
 public:
  explicit DifferenceJacobian(index_t n);

  /// The Jacobian at p, where the residuals are f, column-major m×n. Columns that are not finite on
  /// one side are made on the other, or with shorter steps; one that acts in jumps is 0. Returns
  /// the number of calls.
  index_t evaluate(const CallbackProblem& problem, std::span<const double> p,
                   std::span<const double> f, std::span<double> columns);

  /// The last Jacobian's column of this parameter is 0 because the function jumps.
  bool acts_in_jumps(std::size_t parameter) const { return parameters_[parameter].jumps; }

 private:
  struct Parameter {
    double norm = 0.0;     // of its last column that was not 0
    double largest = 0.0;  // |p| so far; of a start at 0 its ordinary size
    double side = 1.0;     // −1: steps away from zero leave where the function is finite
    bool idle = false;     // the function does not change with it
    bool jumps = false;    // or does so in jumps
  };
  class Column;  // one of them on its way

  double usual_size(const DifferenceRule& rule, double p, std::size_t j) const;
  double fitting_size(const DifferenceRule& rule, double p, double norm) const;
  void lengthen(const DifferenceRule& rule, double p, const Parameter& known, Column& column) const;
  bool shorten(const DifferenceRule& rule, double p, Column& column) const;
  void fit(const DifferenceRule& rule, double p, Parameter& known, Column& column) const;

  std::vector<Parameter> parameters_;
  std::vector<double> point_, work_;
  double signal_ = 0.0, misfit_ = 0.0;  // S and ‖f‖
};

}  // namespace nlsq::engine
