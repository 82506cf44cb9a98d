// SPDX-License-Identifier: MIT
// The parts of the core that are about no single fit: cache, settings, log, built-in models.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "gil.hpp"
#include "nlsq/cache.hpp"
#include "nlsq/log.hpp"
#include "nlsq/models.hpp"
#include "nlsq/result.hpp"
#include "pure_function.hpp"
#include "stats/statistics.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

nb::dict stats() {
  const CacheStats now = cache_stats();
  nb::dict out;
  out["hits"] = now.hits;
  out["misses"] = now.misses;
  out["hit_rate"] = now.hit_rate;
  out["size"] = now.size;
  out["max_size"] = now.max_size;
  out["enabled"] = now.enabled;
  out["total_compile_ms"] = now.total_compile_ms;
  return out;
}

nb::dict describe(const BuiltInModel& model) {
  nb::dict out;
  out["name"] = model.name;
  out["formula"] = model.formula;
  out["parameters"] = model.parameters;
  nb::list lower, upper;
  for (const ParameterBounds& b : model.bounds) {
    lower.append(b.lower);
    upper.append(b.upper);
  }
  out["lower"] = lower;
  out["upper"] = upper;
  out["doc"] = model.doc;
  out["aliases"] = model.aliases;
  nb::list components;
  for (const BuiltInModel::Component& part : model.components)
    components.append(nb::make_tuple(part.model->name, part.prefix, part.formula));
  out["components"] = components;
  return out;
}

const BuiltInModel& built_in(const std::string& name) {
  const BuiltInModel* const model = find_built_in_model(name);
  if (model == nullptr) throw nb::key_error(name.c_str());
  return *model;
}

}  // namespace

void bind_runtime(nb::module_& m) {
  m.def("cache_stats", &stats, "Statistics of the program cache.");
  m.def(
      "clear_cache",
      [] {
        forget_records();
        clear_cache();
      },
      "Forgets all programs and sets the statistics to zero.");
  m.def(
      "configure_cache",
      [](std::optional<bool> enable, std::optional<index_t> max_size) {
        configure_cache({enable, max_size});
      },
      nb::arg("enable").none() = nb::none(), nb::arg("max_size").none() = nb::none(),
      "Switches the cache on or off and bounds it.");
  m.def(
      "set_log",
      [](nb::object sink) {
        if (sink.is_none()) {
          set_log_sink({});
          return;
        }
        // Kept for the life of the process: a fit in another thread may still hold the old sink.
        const nb::handle kept = sink.release();
        set_log_sink([kept](LogLevel level, std::string_view line) {
          const WithGil gil;
          call_python(kept, static_cast<int>(level), std::string(line));
        });
      },
      nb::arg("sink").none(), "Sends log lines to sink(level, line); None: nowhere.");
  m.def(
      "interval_factor",
      [](double level, double dof) {
        if (!(level > 0.0 && level < 1.0)) throw nb::value_error("level: not between 0 and 1");
        return stats::interval_factor(level, dof);
      },
      nb::arg("level"), nb::arg("dof"), "Half the width of an interval, in standard errors.");
  m.def("with_error", &with_error, nb::arg("value"), nb::arg("error"),
        "A value with its error, of two significant digits.");
  m.def("built_in_models", [] {
    nb::list all;
    for (const BuiltInModel& model : built_in_models()) all.append(describe(model));
    return all;
  });
  m.def("built_in_model", [](const std::string& name) { return describe(built_in(name)); });
  m.def("start_values",
        [](const std::string& name, const std::vector<double>& x, const std::vector<double>& y) {
          return start_values(built_in(name), x, y);
        });
}

}  // namespace nlsq::python
