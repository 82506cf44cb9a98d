// SPDX-License-Identifier: MIT
// A model: one or more expressions with named parameters and named columns, from a formula or a C++
// lambda.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq {

namespace expr {
struct ModelImpl;
struct Trace;
}  // namespace expr

/// A value inside a model being traced: a number, or an expression of parameters and columns.
/// Operators and the functions below record what is done to it. Comparisons give 1 or 0 row by row:
/// choose with where(), not with `if`. Valid only during Model::trace.
class Var {
 public:
  Var(double value);  // NOLINT: numbers mix freely with expressions
  Var(std::shared_ptr<expr::Trace> trace, std::uint32_t id);
  Var& operator+=(const Var& y);
  Var& operator-=(const Var& y);
  Var& operator*=(const Var& y);
  Var& operator/=(const Var& y);
  explicit operator bool() const = delete;  ///< use where(condition, x, y)

  std::shared_ptr<expr::Trace> trace_;  ///< null: a number
  std::uint32_t id_ = 0;
  double value_ = 0.0;
};

Var operator+(const Var& x, const Var& y);
Var operator-(const Var& x, const Var& y);
Var operator*(const Var& x, const Var& y);
Var operator/(const Var& x, const Var& y);
Var operator-(const Var& x);
Var operator<(const Var& x, const Var& y);
Var operator<=(const Var& x, const Var& y);
Var operator>(const Var& x, const Var& y);
Var operator>=(const Var& x, const Var& y);
Var operator==(const Var& x, const Var& y);
Var operator!=(const Var& x, const Var& y);
Var operator&&(const Var& x, const Var& y);
Var operator||(const Var& x, const Var& y);
Var operator!(const Var& x);
Var where(const Var& condition, const Var& x, const Var& y);
Var polygamma(int order, const Var& x);
Var voigt(const Var& x, const Var& sigma, const Var& gamma);
Var clip(const Var& x, const Var& low, const Var& high);
Var digamma(const Var& x);
Var j1_over_x(const Var& x);
Var j2_over_x(const Var& x);
// sqrt, exp, log, sin, pow, atan2, min, hypot, erf, expit …: the functions of ops.def.
#define NLSQ_FUNCTION1(id, numpy, dx, ulp, doc) Var id(const Var& x);
#define NLSQ_FUNCTION2(id, numpy, dx, dy, ulp, doc) Var id(const Var& x, const Var& y);
#include "nlsq/ops.def"

/// The columns of the data while a model is traced: c["x"]. A column exists once it is asked for.
class Columns {
 public:
  explicit Columns(std::shared_ptr<expr::Trace> trace) : trace_(std::move(trace)) {}
  Var operator[](std::string_view name) const;

 private:
  std::shared_ptr<expr::Trace> trace_;
};

/// The parameters while a model is traced: by name p["a"], by position p[0], or picked by an index
/// column, p.gather("a", c["group"]). An unknown name throws InputError.
class Params {
 public:
  explicit Params(std::shared_ptr<expr::Trace> trace) : trace_(std::move(trace)) {}
  Var operator[](std::string_view name) const;
  Var operator[](const char* name) const { return (*this)[std::string_view(name)]; }
  Var operator[](int position) const;
  Var gather(std::string_view name, const Var& index_column) const;
  int size() const;

 private:
  std::shared_ptr<expr::Trace> trace_;
};

/// Immutable and cheap to copy; any number of threads may fit one model at the same time.
class Model {
 public:
  /// Reads a formula such as "a*exp(-b*x) + c" or "y ~ a + b*x". Names that are not in `columns`
  /// are parameters, in order of first appearance; `a[group]` picks an element of the parameter
  /// vector a by the column group. A name that differs from one column in case alone is that
  /// column, with a note, unless the formula uses the column's own name too or `own` has a name
  /// that is equal but for case. Throws FormulaError (with a caret).
  static Model parse(std::string_view formula, const std::vector<std::string>& columns = {"x"},
                     const std::vector<std::string>& own = {});

  /// Several outputs a row, one formula each.
  static Model parse_outputs(const std::vector<std::string>& formulas,
                             const std::vector<std::string>& columns);

  /// Records a C++ function: Model::trace({"a", "b"}, [](const Columns& c, const Params& p)
  /// { return p["a"] * exp(-p["b"] * c["x"]); }). Called once. Exceptions of the function pass
  /// through.
  static Model trace(const std::vector<std::string>& parameters,
                     const std::function<Var(const Columns&, const Params&)>& function);

  /// The same for a function of several outputs.
  static Model trace_outputs(
      const std::vector<std::string>& parameters,
      const std::function<std::vector<Var>(const Columns&, const Params&)>& function);

  /// The same model for groups of rows: its parameters, but for those in `shared`, become vectors
  /// whose elements `column` picks. Throws InputError for a shared name that it does not have.
  Model picked_by(const std::string& column, const std::vector<std::string>& shared) const;

  /// Parameters by first appearance (parse) or as given (trace).
  const std::vector<std::string>& parameters() const;
  /// The columns the model uses.
  const std::vector<std::string>& columns() const;
  /// The column on the left of '=' or '~'; empty when there is none.
  const std::string& response() const;
  /// The formula as given, or "" for a traced model.
  const std::string& formula() const;
  index_t outputs() const;
  /// Remarks for the user (a column that hides the constant e, …).
  const std::vector<std::string>& notes() const;
  /// Parameters the value cannot depend on, for example a in "0*a + b*x".
  std::vector<std::string> unused_parameters() const;

  explicit Model(std::shared_ptr<const expr::ModelImpl> impl) : impl_(std::move(impl)) {}
  const std::shared_ptr<const expr::ModelImpl>& impl() const { return impl_; }

 private:
  std::shared_ptr<const expr::ModelImpl> impl_;
};

/// One function of the formula language, for help texts.
struct FunctionInfo {
  std::string name;
  std::string signature;
  std::string doc;
};
std::vector<FunctionInfo> formula_functions();

}  // namespace nlsq
