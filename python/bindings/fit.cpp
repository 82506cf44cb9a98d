// SPDX-License-Identifier: MIT
// curve_fit of the core for Python: data without copies, the GIL released while
// the core works, Python exceptions and Ctrl-C passed through.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>

#include "array.hpp"
#include "gil.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/judgement.hpp"
#include "options.hpp"
#include "rows.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

using Columns = std::vector<nb::object>;

// The columns of a model's data, held while the core works on them.
class Data {
 public:
  Data(const Model& model, const Columns& columns) : held_(columns.size()) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (!held_[c].take(columns[c])) {
        throw nb::type_error("columns must be contiguous float64 or float32 arrays");
      }
      dataset.column(model.columns()[c], held_[c].values());
    }
  }

  Dataset dataset;

 private:
  std::vector<Buffer> held_;
};

// What a fit is to do, from the arguments of the bindings.
FitOptions options_of(const Model& model, const std::vector<double>& p0, nb::handle lower,
                      nb::handle upper, nb::handle fixed, bool absolute_sigma, nb::handle loss,
                      double f_scale, nb::handle threads, bool check_finite, nb::handle callback,
                      nb::handle mode, const nb::dict& solver) {
  FitOptions options;
  options.p0 = p0;
  const std::vector<std::string>& names = model.parameters();
  if (!lower.is_none()) {
    const auto low = nb::cast<std::vector<double>>(lower);
    const auto high = nb::cast<std::vector<double>>(upper);
    if (low.size() != names.size() || high.size() != names.size()) {
      throw nb::value_error("bounds of another number of parameters");
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (std::isfinite(low[i]) || std::isfinite(high[i]))
        options.bounds[names[i]] = {low[i], high[i]};
    }
  }
  if (!fixed.is_none()) {
    const auto is_fixed = nb::cast<std::vector<bool>>(fixed);
    if (is_fixed.size() != names.size()) {
      throw nb::value_error("fixed has another number of parameters");
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (is_fixed[i]) options.fixed[names[i]];
    }
  }
  options.absolute_sigma = absolute_sigma;
  if (!loss.is_none()) options.loss = parse_loss(nb::cast<std::string>(loss));
  options.f_scale = f_scale;
  options.threads = thread_argument(threads);
  options.check_finite = check_finite;
  if (!mode.is_none()) options.jacobian_mode = parse_jacobian_mode(nb::cast<std::string>(mode));
  for (const auto& [name, value] : solver) {
    if (nb::cast<std::string>(name) == "progressive") {
      options.progressive = nb::cast<bool>(value);
    } else if (nb::cast<std::string>(name) == "memory_limit") {
      options.memory_limit = nb::cast<index_t>(value);
    } else if (nb::cast<std::string>(name) == "device") {
      options.device = nb::cast<std::string>(value);
    } else if (nb::cast<std::string>(name) == "searched") {
      options.first_guess = nb::cast<std::vector<bool>>(value);
    } else if (nb::cast<std::string>(name) == "starts") {
      options.starts = nb::cast<std::string>(value) == "ones" ? Starts::ones : Starts::search;
    } else if (nb::cast<std::string>(name) == "relations") {
      set_relations(options, nb::cast<nb::dict>(value));
    } else {
      set_solver(options, name, value);
    }
  }
  options.callback = callback_of(callback);
  return options;
}

FitResult run_curve_fit(const Model& model, const Columns& columns, nb::handle y, nb::handle sigma,
                        const std::vector<double>& p0, nb::handle lower, nb::handle upper,
                        nb::handle fixed, bool absolute_sigma, nb::handle loss, double f_scale,
                        nb::handle threads, bool check_finite, nb::handle callback, nb::handle mode,
                        const nb::dict& solver) {
  Data held(model, columns);
  Dataset& data = held.dataset;
  const Buffer response(y);
  if (model.outputs() == 1) {
    data.response(response.values());
  } else {
    // One row of data: each value is a response of its own.
    const Values& all = response.values();
    if (all.float32 || all.size != model.outputs()) {
      throw nb::type_error(("y must be a float64 array of the " + std::to_string(model.outputs()) +
                            " outputs of the model")
                               .c_str());
    }
    const auto* const values = static_cast<const double*>(all.data);
    for (index_t o = 0; o < model.outputs(); ++o) data.response(std::span(values + o, 1));
  }
  Buffer errors;
  if (PyFloat_Check(sigma.ptr())) {
    data.sigma(nb::cast<double>(sigma));
  } else if (!sigma.is_none()) {
    if (!errors.take(sigma)) throw nb::type_error("sigma must be a float64 or float32 array");
    data.sigma(errors.values());
  }
  FitOptions options = options_of(model, p0, lower, upper, fixed, absolute_sigma, loss, f_scale,
                                  threads, check_finite, callback, mode, solver);
  options.fingerprints = true;
  options.before_pass =
      signal_watch(response.values().size * static_cast<index_t>(model.parameters().size()));
  const WithoutGil release;
  return curve_fit(model, data, options);
}

// The same of rows that are not in memory, by the names of their columns.
FitResult run_streamed_fit(const Model& model, const PythonRows& source,
                           const std::vector<std::string>& columns, const std::string& y,
                           nb::handle sigma, const std::vector<double>& p0, nb::handle lower,
                           nb::handle upper, nb::handle fixed, bool absolute_sigma, nb::handle loss,
                           double f_scale, nb::handle threads, bool check_finite,
                           nb::handle callback, nb::handle mode, const nb::dict& solver) {
  const RowSource& rows = *source.rows;
  Dataset data;
  for (std::size_t c = 0; c < columns.size(); ++c)
    data.column(model.columns()[c], rows.column(columns[c]));
  data.response(rows.column(y));
  if (PyFloat_Check(sigma.ptr())) {
    data.sigma(nb::cast<double>(sigma));
  } else if (!sigma.is_none()) {
    data.sigma(rows.column(nb::cast<std::string>(sigma)));
  }
  FitOptions options = options_of(model, p0, lower, upper, fixed, absolute_sigma, loss, f_scale,
                                  threads, check_finite, callback, mode, solver);
  options.before_pass = signal_watch(rows.rows() * static_cast<index_t>(model.parameters().size()));
  const WithoutGil release;
  return curve_fit(model, data, options);
}

// Of a model that was called: axes are its columns, f its weighted residuals.
void judge_called(FitResult& result, const Columns& axes, const std::vector<std::string>& names,
                  nb::handle y, nb::handle sigma, nb::handle f) {
  JudgedRows rows;
  rows.names = names;
  rows.may_oscillate = result.r_squared < 0.5;  // nothing is known of the model
  std::vector<Buffer> columns(axes.size());
  for (std::size_t c = 0; c < axes.size(); ++c) {
    if (!columns[c].take(axes[c])) throw nb::type_error("axes must be arrays of floats");
  }
  const Buffer response(y), residuals(f);
  Buffer errors;
  const bool has_sigma = errors.take(sigma);
  rows.axes.resize(axes.size());
  for (index_t i = 0; i < residuals.values().size; ++i) {
    const double s = has_sigma ? errors.values()[i] : 1.0;
    bool counts = std::isfinite(s) && std::isfinite(residuals.values()[i]);
    for (const Buffer& column : columns) counts = counts && std::isfinite(column.values()[i]);
    if (!counts) continue;
    for (std::size_t c = 0; c < axes.size(); ++c) rows.axes[c].push_back(columns[c].values()[i]);
    rows.f.push_back(residuals.values()[i]);
    rows.y.push_back(response.values()[i]);
    rows.r.push_back(residuals.values()[i] * s);
  }
  judge_rows(rows, result);
}

nb::list kinds_of_issues() {
  nb::list kinds;
  for (const IssueKind& kind : issue_kinds())
    kinds.append(nb::make_tuple(std::string(kind.text), std::string(kind.title)));
  return kinds;
}

std::uint64_t fingerprint_of(nb::handle array, index_t item_bytes) {
  const ByteView view(array);
  const WithoutGil release;
  return fingerprint(view.data(), view.bytes(), item_bytes);
}

nb::object values_of(const Model& model, const Columns& columns, const std::vector<double>& p,
                     index_t rows) {
  Data held(model, columns);
  Dataset& data = held.dataset;
  if (!columns.empty()) return new_array(evaluate(model, data, p));
  // A model of parameters alone still has a value for every row.
  const std::vector<double> one(1, 0.0);
  data.column("row", one);
  return new_array(
      std::vector<double>(static_cast<std::size_t>(rows), evaluate(model, data, p).front()));
}

nb::object outputs_of(const Model& model, const std::vector<double>& p) {
  const std::vector<double> one(1, 0.0);
  Dataset data;
  data.column("row", one);
  return new_array(evaluate(model, data, p, kAllOutputs));
}

nb::object jacobian_of(const Model& model, const Columns& columns, const std::vector<double>& p,
                       index_t rows) {
  Data held(model, columns);
  Dataset& data = held.dataset;
  const std::vector<double> none(static_cast<std::size_t>(columns.empty() ? rows : 0), 0.0);
  if (columns.empty()) data.column("row", none);
  return new_matrix(jacobian(model, data, p, kAllOutputs),
                    static_cast<std::size_t>(rows * model.outputs()));
}

nb::object errors_of(const Model& model, const Columns& columns, const FitResult& result) {
  Data held(model, columns);
  return new_array(standard_errors_of(model, held.dataset, result));
}

void bind_judgement(nb::module_& m) {
  m.def("judge", &judge_called, nb::arg("result"), nb::arg("axes"), nb::arg("names"), nb::arg("y"),
        nb::arg("sigma").none(), nb::arg("f"),
        "Adds what the residuals f of a model that was called tell in the order of its axes.");
  m.def("issue_kinds", &kinds_of_issues, "(id, title) of everything that a fit may warn of.");
  m.def("fingerprint", &fingerprint_of, nb::arg("array"), nb::arg("item_bytes"),
        "Of the bytes of a contiguous array whose values have so many bytes each (1 to 8).");
}

void bind_fits(nb::module_& m) {
  m.def("curve_fit", &run_curve_fit, nb::arg("model"), nb::arg("columns"), nb::arg("y"),
        nb::arg("sigma").none() = nb::none(), nb::arg("p0") = std::vector<double>{},
        nb::arg("lower").none() = nb::none(), nb::arg("upper").none() = nb::none(),
        nb::arg("fixed").none() = nb::none(), nb::arg("absolute_sigma") = false,
        nb::arg("loss").none() = nb::none(), nb::arg("f_scale") = 1.0,
        nb::arg("threads") = nb::int_(0), nb::arg("check_finite") = true,
        nb::arg("callback").none() = nb::none(), nb::arg("jacobian_mode").none() = nb::none(),
        nb::arg("solver") = nb::dict(),
        "Fits a model to columns and a response; see nlsq.curve_fit.");

  m.def("streamed_fit", &run_streamed_fit, nb::arg("model"), nb::arg("rows"), nb::arg("columns"),
        nb::arg("y"), nb::arg("sigma").none(), nb::arg("p0"), nb::arg("lower").none(),
        nb::arg("upper").none(), nb::arg("fixed").none(), nb::arg("absolute_sigma"),
        nb::arg("loss").none(), nb::arg("f_scale"), nb::arg("threads"), nb::arg("check_finite"),
        nb::arg("callback").none(), nb::arg("jacobian_mode").none(), nb::arg("solver"),
        "Fits a model to rows that are not in memory.");
}

// Whether a decision, the truth of a model of parameters alone, is the same at p as where a
// recording began, and at both sides of each parameter, within the bounds.
bool decision_stands(const Model& model, bool truth, const std::vector<double>& start,
                     std::vector<double> p, const std::optional<std::vector<double>>& lower,
                     const std::optional<std::vector<double>>& upper) {
  constexpr double kBeside = 1e-6;  // of a parameter
  const std::vector<double> one(1, 0.0);
  Dataset data;
  data.column("row", one);
  const auto is_same = [&] { return (evaluate(model, data, p).front() != 0.0) == truth; };
  if (!std::ranges::all_of(p, [](double value) { return std::isfinite(value); }) || !is_same())
    return false;
  for (std::size_t j = 0; j < p.size(); ++j) {
    const double value = p[j];
    const double step = kBeside * std::max({std::abs(value), std::abs(start[j]), kBeside});
    for (const double beside : {value - step, value + step}) {
      p[j] = lower ? std::min(std::max(beside, (*lower)[j]), (*upper)[j]) : beside;
      if (!is_same()) return false;
    }
    p[j] = value;
  }
  return true;
}

void bind_values(nb::module_& m) {
  m.def("evaluate", &values_of, nb::arg("model"), nb::arg("columns"), nb::arg("parameters"),
        nb::arg("rows"), "Values of a model in each row.");
  m.def("decision_stands", &decision_stands, nb::arg("model"), nb::arg("truth"), nb::arg("start"),
        nb::arg("parameters"), nb::arg("lower").none(), nb::arg("upper").none(),
        "Whether a model of parameters alone is as true there, and beside it, as it was.");
  m.def("outputs", &outputs_of, nb::arg("model"), nb::arg("parameters"),
        "Values of all outputs of a model without columns.");
  m.def("jacobian", &jacobian_of, nb::arg("model"), nb::arg("columns"), nb::arg("parameters"),
        nb::arg("rows"), "Derivatives of a model by its parameters, rows by parameters.");
  m.def("standard_errors", &errors_of, nb::arg("model"), nb::arg("columns"), nb::arg("result"),
        "Standard error of the model's value in each row.");
}

}  // namespace

void bind_fit(nb::module_& m) {
  bind_judgement(m);
  bind_fits(m);
  bind_values(m);
}

}  // namespace nlsq::python
