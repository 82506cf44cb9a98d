// SPDX-License-Identifier: MIT
// Recorded residuals f(x, *arguments) for other arguments than those of the recording: arrays whose
// rows, or rows of whose columns, or roots or reciprocals of these, are the model's columns. The
// values that the function gave at the
// start are compared with the model's before it is trusted; the caller compares those at the end.
#include <nanobind/nanobind.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <tuple>
#include <utility>

#include "array.hpp"
#include "called.hpp"
#include "gil.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "options.hpp"

namespace nlsq::python {
namespace {

constexpr double kRounding = 1e-9;  // of the values: what a model may differ by

// A view of a float64 array of one or two dimensions, whatever its strides.
class Strided {
 public:
  explicit Strided(nb::handle array) {
    is_held_ = PyObject_GetBuffer(array.ptr(), &view_, PyBUF_STRIDES | PyBUF_FORMAT) == 0;
    if (!is_held_) PyErr_Clear();
  }
  ~Strided() {
    if (is_held_) PyBuffer_Release(&view_);
  }
  Strided(const Strided&) = delete;
  Strided& operator=(const Strided&) = delete;

  // Copies the rows of a column, or of a vector (column −1); false where there are no such.
  bool copy(int column, std::span<double> out) const {
    const bool fits = is_held_ && std::strcmp(view_.format, "d") == 0 &&
                      view_.ndim == (column < 0 ? 1 : 2) &&
                      view_.shape[0] == static_cast<Py_ssize_t>(out.size()) &&
                      (column < 0 || column < view_.shape[1]);
    if (!fits) return false;
    const char* from = static_cast<const char*>(view_.buf);
    if (column >= 0) from += column * view_.strides[1];
    for (double& value : out) {
      std::memcpy(&value, from, sizeof value);
      from += view_.strides[0];
    }
    return true;
  }

 private:
  Py_buffer view_{};
  bool is_held_ = false;
};

double size_of(std::span<const double> values) {
  double size = 0.0;
  for (const double v : values) size = std::max(size, std::abs(v));
  return size;
}

// Whether values agree to rounding of the largest of them, or of `size`; none that are not finite
// do.
bool agree(std::span<const double> ours, std::span<const double> theirs, double size) {
  double apart = 0.0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    size = std::max(size, std::abs(theirs[i]));
    apart = std::max(apart, std::abs(ours[i] - theirs[i]));
    if (!std::isfinite(ours[i] - theirs[i])) return false;
  }
  return apart <= kRounding * size;
}

// What is made of an argument's values.
enum Made : int { as_it_is, its_root, its_reciprocal };

void make(int made, std::span<double> values) {
  for (double& v : values)
    v = made == its_root ? std::sqrt(v) : made == its_reciprocal ? 1.0 / v : v;
}

// The model's columns in the arguments: (argument, column, Made) each, column −1 of a vector.
using Places = std::vector<std::tuple<int, int, int>>;

class KeptResiduals {
 public:
  KeptResiduals(Model model, Places places, index_t rows)
      : model_(std::move(model)),
        places_(std::move(places)),
        rows_(static_cast<std::size_t>(rows)),
        zeros_(rows_, 0.0) {}

  // (x, status, covariance of unit variance or None, residuals at x, evaluations, accepted points)
  // of a fit from x0, where the function gave f; None where the model does not give the same, or
  // has no solution.
  nb::object minimize(const nb::tuple& arguments, nb::handle x0, nb::handle f, double ftol,
                      double xtol, double gtol, index_t max_nfev,
                      const std::vector<double>& x_scale) const {
    std::vector<double> columns;
    Dataset data;
    if (!load(arguments, columns, data)) return nb::none();
    FitOptions options;
    options.p0.resize(model_.parameters().size());
    std::vector<double> start(rows_);
    if (!Strided(x0).copy(-1, options.p0) || !Strided(f).copy(-1, start)) return nb::none();
    const std::vector<double> ours = evaluate(model_, data, options.p0);
    if (!agree(ours, start, 0.0) && !agree(ours, start, size_beside(data, options.p0)))
      return nb::none();
    data.response(std::span<const double>(zeros_));
    options.method = Method::lm;
    options.ftol = ftol;
    options.xtol = xtol;
    options.gtol = gtol;
    options.max_nfev = max_nfev;
    options.x_scale = x_scale;
    options.second_start = SecondStart::same_scales;
    options.absolute_sigma = true;
    options.check_finite = false;
    options.judge = false;  // no x is known, and leastsq has no place for issues
    options.before_pass = signal_watch(static_cast<index_t>(rows_ * model_.parameters().size()));
    return answer(data, options);
  }

  // The size of the residuals beside x: those of an exact fit are rounding of it.
  double size_at(const nb::tuple& arguments, nb::handle x) const {
    std::vector<double> columns, p(model_.parameters().size());
    Dataset data;
    return load(arguments, columns, data) && Strided(x).copy(-1, p) ? size_beside(data, p) : 0.0;
  }

  // Derivatives (m, n) at x.
  nb::object jacobian(const nb::tuple& arguments, nb::handle x) const {
    std::vector<double> columns, p(model_.parameters().size());
    Dataset data;
    if (!load(arguments, columns, data) || !Strided(x).copy(-1, p)) return nb::none();
    return new_matrix(nlsq::jacobian(model_, data, p, kAllOutputs), rows_);
  }

 private:
  double size_beside(const Dataset& data, std::vector<double> p) const {
    constexpr double kBeside = 0.01, kOfZero = 0.1;
    for (double& v : p) v += kBeside * std::max(std::abs(v), kOfZero);
    const double size = size_of(evaluate(model_, data, p));
    return std::isfinite(size) ? size : 0.0;
  }

  // The model's columns from the arguments, held in `columns`; false where they are others.
  bool load(const nb::tuple& arguments, std::vector<double>& columns, Dataset& data) const {
    columns.resize(rows_ * places_.size());
    for (std::size_t c = 0; c < places_.size(); ++c) {
      const std::span<double> column(columns.data() + c * rows_, rows_);
      const auto [argument, at, made] = places_[c];
      if (!Strided(arguments[static_cast<std::size_t>(argument)]).copy(at, column)) return false;
      if (made != as_it_is) make(made, column);
      data.column(model_.columns()[c], std::span<const double>(column));
    }
    return true;
  }

  nb::object answer(const Dataset& data, const FitOptions& options) const {
    std::optional<FitResult> result;
    std::vector<double> values;
    try {
      const WithoutGil release;
      result = curve_fit(model_, data, options);
      values = evaluate(model_, data, result->popt);
    } catch (const InputError&) {
      return nb::none();
    }
    const bool is_finite = std::isfinite(result->optimality) && std::isfinite(result->cost);
    if (result->status == Status::not_finite || !is_finite) return nb::none();
    const std::size_t n = result->popt.size();
    return nb::make_tuple(new_array(result->popt), static_cast<int>(result->status),
                          result->rank == static_cast<index_t>(n) ? new_matrix(result->pcov, n)
                                                                  : nb::object(nb::none()),
                          new_array(values), result->nfev, result->njev);
  }

  Model model_;
  Places places_;
  std::size_t rows_;
  std::vector<double> zeros_;
};

bool agree_arrays(nb::handle ours, nb::handle theirs, double size) {
  const Buffer one(ours), other(theirs);
  const Values &a = one.values(), &b = other.values();
  if (a.float32 || b.float32 || a.size != b.size || other.dimensions() != 1) return false;
  const auto span = [](const Values& v) {
    return std::span(static_cast<const double*>(v.data), static_cast<std::size_t>(v.size));
  };
  return agree(span(a), span(b), size);
}

}  // namespace

void bind_kept_residuals(nb::module_& m) {
  nb::class_<KeptResiduals>(
      m, "KeptResiduals",
      "Recorded residuals for other arguments; see nlsq/_recording/kept_residuals.py.")
      .def(nb::init<Model, Places, index_t>(), nb::arg("model"), nb::arg("places"), nb::arg("rows"))
      .def("minimize", &KeptResiduals::minimize, nb::arg("arguments"), nb::arg("x0"), nb::arg("f"),
           nb::arg("ftol"), nb::arg("xtol"), nb::arg("gtol"), nb::arg("max_nfev"),
           nb::arg("x_scale"),
           "(x, status, covariance or None, residuals at x, nfev, njev), by Levenberg-Marquardt; "
           "None where f, the residuals of the function at x0, are not the model's, or there is no "
           "solution.")
      .def("jacobian", &KeptResiduals::jacobian, nb::arg("arguments"), nb::arg("x"),
           "Derivatives (m, n) at x.")
      .def("size_at", &KeptResiduals::size_at, nb::arg("arguments"), nb::arg("x"),
           "The size of the residuals beside x.");
  m.def("agree", &agree_arrays, nb::arg("ours"), nb::arg("theirs"), nb::arg("size"),
        "Whether two float64 arrays (m,) agree to rounding of the largest value, or of size.");
}

}  // namespace nlsq::python
