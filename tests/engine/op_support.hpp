// SPDX-License-Identifier: MIT
// What the tests of single operations share: the operation as a graph of parameters, its table, and
// the size that an error is measured against where the value itself is the wrong measure.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "expr/differentiate.hpp"
#include "expr/functions.hpp"
#include "support/graph_runner.hpp"
#include "support/op_table.hpp"

namespace nlsq::test {

/// The rows of one order k as columns.
struct OpCase {
  int k = 0;
  std::vector<const OpRow*> rows;
  std::vector<std::vector<double>> columns;
};

inline std::vector<OpCase> cases_of(const OpTable& table) {
  std::vector<OpCase> cases;
  for (const OpRow& row : table.rows) {
    if (cases.empty() || cases.back().k != row.k) {
      cases.push_back({row.k, {}, std::vector<std::vector<double>>(row.x.size())});
    }
    cases.back().rows.push_back(&row);
    for (std::size_t i = 0; i < row.x.size(); ++i) cases.back().columns[i].push_back(row.x[i]);
  }
  return cases;
}

/// The operation or composite function of that name on parameters 0, 1, ….
inline expr::NodeId build_op(expr::Graph& g, const std::string& name, int arity, int k) {
  std::vector<expr::NodeId> operands;
  for (int i = 0; i < arity; ++i) operands.push_back(g.parameter(i));
  operands.resize(3, expr::kNone);
  for (int i = 0; i < expr::kOpCount; ++i) {
    if (expr::kOps[i].id == name) {
      return g.make(static_cast<expr::Op>(i), operands[0], operands[1], operands[2], k);
    }
  }
  operands.resize(static_cast<std::size_t>(arity));
  return expr::build_call(g, name, operands);
}

/// What one budget unit is measured against: at least |exact|.
class ErrorScale {
 public:
  explicit ErrorScale(const OpTable& table) : name_(table.name) {
    if (is_faddeeva()) {
      other_ = read_op_table(name_ == "wofz_re" ? "wofz_im" : "wofz_re");
      for (const OpTable* t : {&table, &std::as_const(other_)}) {
        for (std::size_t i = 0; i < t->rows.size(); ++i) {
          modulus_.resize(t->rows.size());
          modulus_[i] = std::hypot(modulus_[i], t->rows[i].f);
        }
      }
    }
    first_ = table.rows.data();
  }

  /// `order` counts the derivatives taken of the operation.
  long double of(const OpRow& row, int order) const {
    const long double x = std::fabs(row.x[0]);
    if (!std::isfinite(x)) return 0.0L;
    if (is_bessel()) {
      // These oscillate: measured against the envelope √(2/πx)/xᵏ.
      const int k = name_ == "j1_over_x" || name_ == "j2_over_x" ? 1 : row.k;
      return std::min(1.0L, 0.8L / std::sqrt(x) / std::pow(x, static_cast<long double>(k)));
    }
    if (is_gamma() && row.x[0] < 0) {
      // Reflection adds derivatives of π cot πx, which cancel between two poles.
      const int k = row.k + order + (name_ == "lgamma" ? -1 : 0);
      return std::tgamma(k + 1.0L) * std::pow(3.2L, k + 1.0L);
    }
    if (is_faddeeva()) {
      // The parts are accurate relative to |w|, and each derivative subtracts terms of size
      // 2|z||w|.
      const long double size = 2.0L * std::hypot(x, static_cast<long double>(row.x[1]));
      const long double w = modulus_[static_cast<std::size_t>(&row - first_)];
      const long double base = w_of(row);
      return std::max(w,
                      base * std::pow(size < 13.0L ? 1.0L + size : 1.0L, 1.0L * (row.k + order)));
    }
    if (name_ == "voigt") {
      // |w| is about 1/(√π|z|); the same subtractions. The value itself keeps its relative
      // accuracy.
      const long double s = row.x[1],
                        z = std::hypot(x, static_cast<long double>(row.x[2])) / (1.4L * s);
      if (order == 0) return 0.0L;
      return 0.4L / s / (1.0L + 1.8L * z) *
             std::pow((1.0L + 2.0L * z) * (1.0L + z) / s, 1.0L * order);
    }
    return 0.0L;
  }

 private:
  bool is_bessel() const {
    return name_ == "j0" || name_ == "j1" || name_ == "bessel_ratio" || name_ == "j1_over_x" ||
           name_ == "j2_over_x";
  }
  bool is_gamma() const { return name_ == "lgamma" || name_ == "polygamma" || name_ == "digamma"; }
  bool is_faddeeva() const { return name_ == "wofz_re" || name_ == "wofz_im"; }

  // |w| itself at the point of a row of any order: the row of order 0 with the same operands.
  long double w_of(const OpRow& row) const {
    for (std::size_t i = 0; i < modulus_.size() && first_[i].k == 0; ++i) {
      if (first_[i].x == row.x) return modulus_[i];
    }
    return 0.0L;
  }

  std::string name_;
  OpTable other_;
  const OpRow* first_ = nullptr;
  std::vector<long double> modulus_;
};

}  // namespace nlsq::test
