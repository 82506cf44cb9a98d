// SPDX-License-Identifier: MIT
// fit_many of the core for Python: results go straight into NumPy's arrays, the GIL is released.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <deque>

#include "array.hpp"
#include "gil.hpp"
#include "nlsq/fit_many.hpp"
#include "options.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

// The memory of a caller's array to write to; null for a missing one.
template <class T>
T* room(const nb::dict& into, const char* name) {
  if (!into.contains(name)) return nullptr;
  return nb::cast<nb::ndarray<T, nb::c_contig, nb::device::cpu>>(into[name]).data();
}

// Views of the caller's arrays, held while the core works.
class Views {
 public:
  Values of(nb::handle array) { return held_.emplace_back(array).values(); }
  std::span<const double> doubles(nb::handle array) {
    if (array.is_none()) return {};
    const Values values = of(array);
    if (values.float32) throw nb::type_error("an array of float64 is needed");
    return {static_cast<const double*>(values.data), static_cast<std::size_t>(values.size)};
  }

 private:
  std::deque<Buffer> held_;
};

void set_option(ManyOptions& options, const std::string& name, nb::handle value) {
  if (name == "absolute_sigma") {
    options.absolute_sigma = nb::cast<bool>(value);
  } else if (name == "loss") {
    options.loss = parse_loss(nb::cast<std::string>(value));
  } else if (name == "f_scale") {
    options.f_scale = nb::cast<double>(value);
  } else if (name == "starts") {
    options.FitOptions::starts = parse_starts(nb::cast<std::string>(value));
  } else if (name == "threads") {
    options.threads = thread_argument(value);
  } else if (name == "jacobian_mode") {
    options.jacobian_mode = parse_jacobian_mode(nb::cast<std::string>(value));
  } else if (name == "omit_not_finite") {
    options.omit_not_finite = nb::cast<bool>(value);
  } else if (name == "attempts") {
    options.attempts = nb::cast<bool>(value);
  } else if (name == "time_limit") {
    options.time_limit = nb::cast<double>(value);
  } else {
    set_solver(options, nb::str(name.c_str()), value);
  }
}

nb::tuple run_many(const Model& model, const std::vector<nb::object>& columns, nb::handle y,
                   index_t fits, index_t rows, nb::handle offsets, nb::handle sigma,
                   nb::handle mask, nb::handle starts, nb::handle lower, nb::handle upper,
                   const std::vector<bool>& fixed, const std::vector<bool>& searched,
                   const nb::dict& given, const nb::dict& into, nb::handle progress) {
  if (columns.size() != model.columns().size())
    throw nb::value_error("another number of columns than the model has");
  Views views;
  std::vector<index_t> ends;
  if (!offsets.is_none()) ends = nb::cast<std::vector<index_t>>(offsets);
  ManyData data = offsets.is_none() ? ManyData(fits, rows) : ManyData(std::span(ends));
  for (std::size_t c = 0; c < columns.size(); ++c)
    data.column(model.columns()[c], views.of(columns[c]));
  data.response(views.of(y));
  if (PyFloat_Check(sigma.ptr())) {
    data.sigma(nb::cast<double>(sigma));
  } else if (!sigma.is_none()) {
    data.sigma(views.of(sigma));
  }
  nb::ndarray<const std::uint8_t, nb::c_contig, nb::device::cpu> counted;
  if (!mask.is_none()) {
    counted = nb::cast<nb::ndarray<const std::uint8_t, nb::c_contig, nb::device::cpu>>(mask);
    data.mask({counted.data(), counted.size()});
  }
  // One row of starts or bounds is that of all sets.
  ManyOptions options;
  const std::vector<std::string>& names = model.parameters();
  const std::span<const double> all_starts = views.doubles(starts);
  if (all_starts.size() != names.size()) {
    options.starts = all_starts;
  } else if (searched.empty()) {
    options.p0.assign(all_starts.begin(), all_starts.end());
  } else {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!searched[i]) options.start[names[i]] = all_starts[i];
    }
  }
  const std::span<const double> low = views.doubles(lower), high = views.doubles(upper);
  if (low.size() == names.size() && high.size() == names.size()) {
    for (std::size_t i = 0; i < names.size(); ++i) options.bounds[names[i]] = {low[i], high[i]};
  } else {
    options.lower = low, options.upper = high;
  }
  for (std::size_t i = 0; i < fixed.size(); ++i) {
    if (fixed[i]) options.fixed[names[i]];
  }
  for (const auto& [name, value] : given) set_option(options, nb::cast<std::string>(name), value);
  options.before_pass = signal_watch(index_t{1} << 30);
  if (!progress.is_none()) {
    options.progress = [progress](index_t done, index_t of) {
      const WithGil gil;
      call_python(progress, done, of);
    };
  }
  const ManyArrays arrays{.popt = room<double>(into, "popt"),
                          .perr = room<double>(into, "perr"),
                          .pcov = room<double>(into, "pcov"),
                          .cost = room<double>(into, "cost"),
                          .rss = room<double>(into, "rss"),
                          .status = room<std::int32_t>(into, "status"),
                          .nfev = room<std::int32_t>(into, "nfev"),
                          .rows = room<std::int64_t>(into, "n"),
                          .flags = room<std::uint8_t>(into, "flags")};
  ManyResult result;
  {
    const WithoutGil release;
    result = fit_many(model, data, options, arrays);
  }
  return nb::make_tuple(result.engine, result.failed, result.elapsed_ms, result.start_source,
                        result.plan.explain());
}

}  // namespace

void bind_fit_many(nb::module_& m) {
  m.def(
      "fit_many", &run_many, nb::arg("model"), nb::arg("columns"), nb::arg("y"), nb::arg("fits"),
      nb::arg("rows"), nb::arg("offsets").none(), nb::arg("sigma").none(), nb::arg("mask").none(),
      nb::arg("starts").none(), nb::arg("lower").none(), nb::arg("upper").none(), nb::arg("fixed"),
      nb::arg("searched"), nb::arg("options"), nb::arg("into"), nb::arg("progress").none(),
      "Fits a model to many data sets, into the caller's arrays; see nlsq.curve_fit_many. Returns "
      "(engine, sets that failed, milliseconds, where fits began, the plan as text). searched: "
      "parameters without a start, empty where all have one.");
  m.def("many_message", &many_message, nb::arg("status"), nb::arg("flags"),
        "What a status and the flags of one of many fits say.");
}

}  // namespace nlsq::python
