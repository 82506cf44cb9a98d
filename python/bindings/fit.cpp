// SPDX-License-Identifier: MIT
// curve_fit and least_squares of the core for Python: data without copies, the GIL released while
// the core works, Python exceptions and Ctrl-C passed through.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

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

nb::list issues_of(const FitResult& result) {
  nb::list issues;
  for (const Issue& issue : result.issues) {
    nb::dict values;
    if (!issue.names.empty()) values["parameters"] = nb::cast(issue.names);
    for (const auto& [name, number] : issue.numbers) values[name.c_str()] = number;
    issues.append(nb::make_tuple(to_string(issue.id), issue.sentence, values));
  }
  return issues;
}

void add_issue(FitResult& result, const std::string& id, std::string sentence,
               std::vector<std::string> names) {
  for (const IssueKind& kind : issue_kinds()) {
    if (kind.text != id) continue;
    result.warn({kind.id, std::move(sentence), std::move(names), {}});
    return;
  }
  throw nb::value_error(("there is no issue '" + id + "'").c_str());
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

}  // namespace

void bind_fit(nb::module_& m) {
  nb::class_<FitResult>(m, "FitResult", "Everything the core knows about a fit.")
      .def_ro("names", &FitResult::names)
      .def_ro("tied", &FitResult::tied)
      .def_ro("n_priors", &FitResult::n_priors)
      .def_prop_ro(
          "derived",
          [](const FitResult& r) {
            nb::list all;
            for (const FitResult::Derived& d : r.derived)
              all.append(nb::make_tuple(d.name, d.value, d.error, d.expression));
            return all;
          },
          "(name, value, error, expression) of each derived quantity.")
      .def_prop_ro("derived_cov",
                   [](const FitResult& r) { return new_matrix(r.derived_cov, r.derived.size()); })
      .def_prop_ro("popt", [](const FitResult& r) { return new_array(r.popt); })
      .def_prop_ro("pcov", [](const FitResult& r) { return new_matrix(r.pcov, r.names.size()); })
      .def_prop_ro("perr", [](const FitResult& r) { return new_array(r.perr); })
      .def_prop_ro("p0", [](const FitResult& r) { return new_array(r.p0); })
      .def_rw("start_source", &FitResult::start_source)
      .def_ro("fixed", &FitResult::fixed)
      .def_ro("at_bound", &FitResult::at_bound)
      .def_ro("cost", &FitResult::cost)
      .def_ro("rss", &FitResult::rss)
      .def_ro("tss", &FitResult::tss)
      .def_ro("n", &FitResult::n)
      .def_ro("n_masked", &FitResult::n_masked)
      .def_ro("dof", &FitResult::dof)
      .def_ro("chi2", &FitResult::chi2)
      .def_ro("reduced_chi2", &FitResult::reduced_chi2)
      .def_ro("p_value", &FitResult::p_value)
      .def_ro("r_squared", &FitResult::r_squared)
      .def_ro("adj_r_squared", &FitResult::adj_r_squared)
      .def_ro("rmse", &FitResult::rmse)
      .def_ro("aic", &FitResult::aic)
      .def_ro("aicc", &FitResult::aicc)
      .def_ro("bic", &FitResult::bic)
      .def_ro("absolute_sigma", &FitResult::absolute_sigma)
      .def_ro("has_sigma", &FitResult::has_sigma)
      .def_prop_ro("status", [](const FitResult& r) { return static_cast<int>(r.status); })
      .def_prop_ro("message", [](const FitResult& r) { return r.message.str(); })
      .def_ro("success", &FitResult::success)
      .def_ro("nfev", &FitResult::nfev)
      .def_ro("njev", &FitResult::njev)
      .def_ro("nfev_subsample", &FitResult::nfev_subsample)
      .def_ro("progressive", &FitResult::progressive)
      .def_ro("iterations", &FitResult::iterations)
      .def_ro("attempts", &FitResult::attempts)
      .def_ro("optimality", &FitResult::optimality)
      .def_ro("condition", &FitResult::condition)
      .def_ro("rank", &FitResult::rank)
      .def_prop_ro(
          "redundancy",
          [](const FitResult& r) -> nb::object {
            const Redundancy& known = r.redundancy;
            if (known.empty()) return nb::none();
            const std::size_t N = r.names.size();
            return nb::make_tuple(new_matrix(known.covariance, N),
                                  new_matrix(known.directions, known.directions.size() / N),
                                  new_array(known.scale), known.tolerance);
          },
          "Of a Jacobian without full rank: pcov by the pseudo-inverse, directions that change no "
          "value of the model, scales of the parameters and what counts as rounding; else None.")
      .def_ro("engine", &FitResult::engine)
      .def_prop_ro(
          "device",
          [](const FitResult& r) -> nb::object {
            if (r.device.id.empty()) return nb::none();
            nb::dict values;
            values["id"] = r.device.id;
            values["name"] = r.device.name;
            values["uploaded"] = r.device.uploaded;
            values["moved"] = r.device.moved;
            values["most_a_pass"] = r.device.most_a_pass;
            values["passes"] = r.device.passes;
            return values;
          },
          "The device that made the passes: id, name, bytes uploaded and moved; None without one.")
      .def_ro("linear_solver", &FitResult::linear_solver)
      .def_ro("n", &FitResult::n)
      .def(
          "covariance",
          [](const FitResult& r, const std::vector<index_t>& positions) {
            return new_matrix(r.covariance(positions), positions.size());
          },
          nb::arg("positions"), "Covariance of some parameters, of any number of them.")
      .def_ro("isa", &FitResult::isa)
      .def_ro("fold", &FitResult::fold)
      .def_ro("precision", &FitResult::precision)
      .def_ro("nfev_float32", &FitResult::nfev_float32)
      .def_ro("jacobian_mode", &FitResult::jacobian_mode)
      .def_ro("jacobian_mode_source", &FitResult::jacobian_mode_source)
      .def_ro("derivative_order", &FitResult::derivative_order)
      .def_ro("cache_hit", &FitResult::cache_hit)
      .def_ro("compile_ms", &FitResult::compile_ms)
      .def_ro("method", &FitResult::method)
      .def_ro("loss", &FitResult::loss)
      .def_ro("warnings", &FitResult::warnings)
      .def_prop_ro("issues", &issues_of, "(id, sentence, values) of each warning.")
      .def("warn", &add_issue, nb::arg("id"), nb::arg("sentence"),
           nb::arg("names") = std::vector<std::string>{},
           "Adds an issue of the table in issue_kinds(), and its sentence to the warnings.")
      .def_prop_ro(
          "fingerprints",
          [](const FitResult& r) {
            nb::dict of_arrays;
            for (const FitResult::Fingerprint& array : r.fingerprints) {
              const auto address = reinterpret_cast<std::uintptr_t>(array.data);
              of_arrays[nb::make_tuple(address, array.bytes)] = array.value;
            }
            return of_arrays;
          },
          "{(address, bytes): fingerprint} of the long arrays that were read.")
      .def_ro("elapsed_ms", &FitResult::elapsed_ms)
      .def("intervals", &FitResult::intervals, nb::arg("level") = 0.95)
      .def("correlation",
           [](const FitResult& r) { return new_matrix(r.correlation(), r.names.size()); })
      .def(
          "report",
          [](const FitResult& r, double level, bool color) {
            // The command's option by its name in Python.
            std::string text = r.report({.color = color, .level = level});
            const std::string option = "--absolute-sigma", name = "absolute_sigma=True";
            for (auto at = text.find(option); at != std::string::npos; at = text.find(option, at)) {
              text.replace(at, option.size(), name);
            }
            return text;
          },
          nb::arg("level") = 0.95, nb::arg("color") = false);

  m.def("judge", &judge_called, nb::arg("result"), nb::arg("axes"), nb::arg("names"), nb::arg("y"),
        nb::arg("sigma").none(), nb::arg("f"),
        "Adds what the residuals f of a model that was called tell in the order of its axes.");
  m.def(
      "issue_kinds",
      [] {
        nb::list kinds;
        for (const IssueKind& kind : issue_kinds())
          kinds.append(nb::make_tuple(std::string(kind.text), std::string(kind.title)));
        return kinds;
      },
      "(id, title) of everything that a fit may warn of.");
  m.def(
      "fingerprint",
      [](nb::handle array, index_t item_bytes) {
        const ByteView view(array);
        const WithoutGil release;
        return fingerprint(view.data(), view.bytes(), item_bytes);
      },
      nb::arg("array"), nb::arg("item_bytes"),
      "Of the bytes of a contiguous array whose values have so many bytes each (1 to 8).");
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

  m.def(
      "evaluate",
      [](const Model& model, const Columns& columns, const std::vector<double>& p, index_t rows) {
        Data held(model, columns);
        Dataset& data = held.dataset;
        if (columns.empty()) {
          // A model of parameters alone still has a value for every row.
          const std::vector<double> one(1, 0.0);
          data.column("row", one);
          return new_array(std::vector<double>(static_cast<std::size_t>(rows),
                                               evaluate(model, data, p).front()));
        }
        return new_array(evaluate(model, data, p));
      },
      nb::arg("model"), nb::arg("columns"), nb::arg("parameters"), nb::arg("rows"),
      "Values of a model in each row.");
  m.def(
      "outputs",
      [](const Model& model, const std::vector<double>& p) {
        const std::vector<double> one(1, 0.0);
        Dataset data;
        data.column("row", one);
        return new_array(evaluate(model, data, p, kAllOutputs));
      },
      nb::arg("model"), nb::arg("parameters"), "Values of all outputs of a model without columns.");
  m.def(
      "jacobian",
      [](const Model& model, const Columns& columns, const std::vector<double>& p, index_t rows) {
        Data held(model, columns);
        Dataset& data = held.dataset;
        const std::vector<double> none(static_cast<std::size_t>(columns.empty() ? rows : 0), 0.0);
        if (columns.empty()) data.column("row", none);
        return new_matrix(jacobian(model, data, p, kAllOutputs),
                          static_cast<std::size_t>(rows * model.outputs()));
      },
      nb::arg("model"), nb::arg("columns"), nb::arg("parameters"), nb::arg("rows"),
      "Derivatives of a model by its parameters, rows by parameters.");
  m.def(
      "standard_errors",
      [](const Model& model, const Columns& columns, const FitResult& result) {
        Data held(model, columns);
        Dataset& data = held.dataset;
        return new_array(standard_errors_of(model, data, result));
      },
      nb::arg("model"), nb::arg("columns"), nb::arg("result"),
      "Standard error of the model's value in each row.");
}

}  // namespace nlsq::python
