// SPDX-License-Identifier: MIT
#include "called.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "array.hpp"
#include "gil.hpp"

namespace nlsq::python {
namespace {

constexpr index_t kKeptValues = 1'000'000;  // of Jacobians
constexpr index_t kMostPoints = 8;

std::vector<double> vector_of(nb::handle array) {
  const Buffer buffer(array);
  const Values& values = buffer.values();
  std::vector<double> out(static_cast<std::size_t>(values.size));
  for (index_t i = 0; i < values.size; ++i) out[static_cast<std::size_t>(i)] = values[i];
  return out;
}

// Whether a value is a contiguous float64 array of this many dimensions and values, held if so.
bool hold_plain(nb::handle value, int dimensions, std::size_t size, Buffer& buffer) {
  static const nb::object* const ndarray =
      new nb::object(nb::module_::import_("numpy").attr("ndarray"));
  if (!value.type().is(*ndarray) || !buffer.take(value)) return false;
  return !buffer.values().float32 && buffer.dimensions() == dimensions &&
         buffer.values().size == static_cast<index_t>(size);
}

// The same of one dimension, copied; less the values of `y`, unless that is empty.
bool copy_plain(nb::handle value, std::span<double> out, std::span<const double> y = {}) {
  Buffer buffer;
  if (!hold_plain(value, 1, out.size(), buffer)) return false;
  const Values& values = buffer.values();
  if (y.empty()) {
    std::memcpy(out.data(), values.data, out.size_bytes());
  } else {
    const auto* const from = static_cast<const double*>(values.data);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = from[i] - y[i];
  }
  return true;
}

// The same of two, with so many rows, copied row by row; with `columns_first` it is the transpose
// that has these rows.
bool copy_matrix(nb::handle value, index_t rows, bool columns_first, std::span<double> out) {
  Buffer buffer;
  if (!hold_plain(value, 2, out.size(), buffer)) return false;
  const index_t columns = static_cast<index_t>(out.size()) / std::max<index_t>(rows, 1);
  if (buffer.first_length() != (columns_first ? columns : rows)) return false;
  const auto* const from = static_cast<const double*>(buffer.values().data);
  if (!columns_first) {
    std::copy_n(from, out.size(), out.data());
    return true;
  }
  for (index_t i = 0; i < rows; ++i) {
    for (index_t j = 0; j < columns; ++j)
      out[static_cast<std::size_t>(i * columns + j)] = from[j * rows + i];
  }
  return true;
}

}  // namespace

DifferenceRule rule_of(bool central, double epsilon, std::vector<double> relative,
                       std::vector<double> lower, std::vector<double> upper) {
  return {central ? Differences::three_point : Differences::two_point,
          epsilon,
          std::move(relative),
          0.0,
          std::move(lower),
          std::move(upper),
          0.0};
}

Called::Called(nb::object function, nb::object plain, index_t n, index_t m)
    : function_(std::move(function)), plain_(std::move(plain)), n_(n), m_(m) {}

void Called::set_model(nb::object data, nb::handle y, nb::handle sigma, std::vector<double> full,
                       std::vector<std::size_t> free, bool numpy_scalars) {
  ModelCall model;
  model.data = std::move(data);
  model.y = vector_of(y);
  if (!sigma.is_none()) model.sigma = vector_of(sigma);
  model.full = std::move(full);
  model.free = std::move(free);
  model.numpy_scalars = numpy_scalars;
  const auto m = static_cast<std::size_t>(m_);
  const bool fits = model.y.size() == m && (model.sigma.empty() || model.sigma.size() == m) &&
                    model.free.size() == static_cast<std::size_t>(n_) &&
                    std::all_of(model.free.begin(), model.free.end(),
                                [&](std::size_t at) { return at < model.full.size(); });
  if (!fits) throw nb::value_error("y, sigma or parameters of another number than at the start");
  model_ = std::move(model);
}

void Called::set_jacobian(nb::object jacobian) { jacobian_ = std::move(jacobian); }

void Called::set_plain_jacobian(nb::object plain, bool columns_first) {
  plain_jacobian_ = std::move(plain);
  columns_first_ = columns_first;
}

void Called::set_differences(DifferenceRule rule) {
  const auto n = static_cast<std::size_t>(n_);
  if (rule.lower.size() != n || rule.upper.size() != n ||
      !(rule.relative.empty() || rule.relative.size() == n)) {
    throw nb::value_error("bounds or steps of another number of parameters");
  }
  rule_ = std::move(rule);
}

double Called::data_norm() const {
  if (!model_) return 0.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < model_->y.size(); ++i) {
    const double sigma = model_->sigma.empty() ? 1.0 : model_->sigma[i];
    const double y = std::isinf(sigma) ? 0.0 : model_->y[i] / sigma;
    sum += y * y;
  }
  return std::sqrt(sum);
}

double Called::total() const {
  if (!model_) return std::numeric_limits<double>::quiet_NaN();
  const std::vector<double>&y = model_->y, &sigma = model_->sigma;
  const auto weight = [&](std::size_t i) {
    return sigma.empty() ? 1.0 : 1.0 / (sigma[i] * sigma[i]);  // 0 of an infinite one
  };
  double weights = 0.0, mean = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) weights += weight(i);
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (const double w = weight(i); w > 0.0) mean += w / weights * y[i];
  }
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (const double w = weight(i); w > 0.0) sum += w * (y[i] - mean) * (y[i] - mean);
  }
  return sum;
}

void Called::told(std::span<const double> x, std::span<const double> f,
                  std::span<const double> jacobian) {
  CalledPoint* point = find(x);
  if (point == nullptr) point = &keep({{x.begin(), x.end()}, {f.begin(), f.end()}, {}});
  point->jacobian.assign(jacobian.begin(), jacobian.end());
  last_jacobian_ = point->jacobian;
}

bool Called::remember(nb::handle x, nb::handle f, nb::handle jacobian) {
  CalledPoint point{vector_of(x), vector_of(f), {}};
  if (!jacobian.is_none()) point.jacobian = vector_of(jacobian);
  const auto n = static_cast<std::size_t>(n_), m = static_cast<std::size_t>(m_);
  if (point.x.size() != n || point.f.size() != m ||
      !(point.jacobian.empty() || point.jacobian.size() == m * n)) {
    throw nb::value_error("a point of another number of parameters or residuals");
  }
  const std::vector<double>& known = keep(std::move(point)).f;
  return std::ranges::all_of(known, [](double v) { return std::isfinite(v); });
}

void Called::remember_values(std::span<const double> x, nb::handle values) {
  CalledPoint point{{x.begin(), x.end()}, std::vector<double>(static_cast<std::size_t>(m_)), {}};
  read(values, point.f);
  keep(std::move(point));
}

CalledPoint* Called::find(std::span<const double> x) {
  for (CalledPoint& point : points_) {
    if (std::memcmp(point.x.data(), x.data(), x.size_bytes()) == 0) return &point;
  }
  return nullptr;
}

index_t Called::most_points() const {
  return std::min(kMostPoints,
                  2 + kKeptValues / std::max<index_t>(1, m_ * std::max<index_t>(n_, 1)));
}

// The memory of the point that is forgotten next, if one is.
CalledPoint Called::room() {
  if (static_cast<index_t>(points_.size()) < most_points()) return {};
  CalledPoint oldest = std::move(points_.back());
  points_.pop_back();
  oldest.jacobian.clear();
  return oldest;
}

CalledPoint& Called::keep(CalledPoint point) {
  while (static_cast<index_t>(points_.size()) >= most_points()) points_.pop_back();
  points_.push_front(std::move(point));
  return points_.front();
}

void Called::read(nb::handle value, std::span<double> f) const {
  const std::span<const double> y =
      model_ ? std::span<const double>(model_->y) : std::span<const double>();
  if (!copy_plain(value, f, y)) {
    const nb::object plain = call_python(plain_, value);
    if (!copy_plain(plain, f)) {
      throw nb::value_error(("`fun` returned " + std::to_string(nb::len(plain)) +
                             " residuals, but " + std::to_string(m_) + " before.")
                                .c_str());
    }
    return;
  }
  if (!model_) return;
  const std::vector<double>& sigma = model_->sigma;
  for (std::size_t i = 0; i < sigma.size(); ++i) {
    f[i] = std::isinf(sigma[i]) ? 0.0 : f[i] / sigma[i];
  }
}

nb::object Called::call(nb::handle function, std::span<const double> x) const {
  const std::size_t more = arguments_.size();
  std::array<PyObject*, 8> few;  // enough for most functions
  std::vector<PyObject*> many(more + 2 > few.size() ? more + 2 : 0);
  PyObject** const stack = many.empty() ? few.data() : many.data();
  const nb::object first = new_array(x);
  stack[0] = nullptr;  // room for a method's object
  stack[1] = first.ptr();
  for (std::size_t i = 0; i < more; ++i) stack[i + 2] = nb::handle(arguments_[i]).ptr();
  return call_python([&] {
    PyObject* const value = PyObject_Vectorcall(
        function.ptr(), stack + 1, (more + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr);
    if (value == nullptr) throw nb::python_error();
    return nb::steal(value);
  });
}

void Called::evaluate(std::span<const double> x, std::span<double> f) const {
  const WithGil gil;
  check_signals();
  if (!model_) {
    read(call(function_, x), f);
    return;
  }
  std::vector<double> all = model_->full;
  for (std::size_t i = 0; i < x.size(); ++i) all[model_->free[i]] = x[i];
  nb::list arguments;
  arguments.append(model_->data);
  if (model_->numpy_scalars) {
    for (const nb::handle value : new_array(all)) arguments.append(value);
  } else {
    for (const double value : all) arguments.append(value);
  }
  read(call_python(function_, *arguments), f);
}

const CalledPoint& Called::at(std::span<const double> x) {
  if (const CalledPoint* const known = find(x)) return *known;
  CalledPoint point = room();
  point.x.assign(x.begin(), x.end());
  point.f.resize(static_cast<std::size_t>(m_));
  evaluate(x, point.f);
  ++nfev;
  return keep(std::move(point));
}

const CalledPoint& Called::with_jacobian(std::span<const double> x) {
  at(x);
  CalledPoint& point = *find(x);
  if (point.jacobian.empty()) differentiate(point);
  return point;
}

void Called::read_jacobian(nb::handle value, std::span<double> jacobian) const {
  if (copy_matrix(value, m_, columns_first_, jacobian)) return;
  nb::object plain = nb::borrow(value);
  if (plain_jacobian_.is_valid()) plain = call_python(plain_jacobian_, value);
  if (!copy_matrix(plain, m_, false, jacobian)) {
    throw nb::type_error("the Jacobian is no float64 array of residuals by parameters");
  }
}

void Called::differentiate(CalledPoint& point) {
  std::vector<double> jacobian(static_cast<std::size_t>(m_ * n_));
  if (jacobian_) {
    const WithGil gil;
    read_jacobian(call(jacobian_, point.x), jacobian);
  } else if (rule_) {
    const auto function = [this](std::span<const double> x, std::span<double> f) {
      evaluate(x, f);
    };
    evaluations += difference_jacobian(*rule_, function, point.x, point.f, jacobian);
  } else {
    throw nb::type_error("there is no Jacobian");
  }
  ++njev;
  last_jacobian_ = jacobian;
  point.jacobian = std::move(jacobian);
}

}  // namespace nlsq::python
