// SPDX-License-Identifier: MIT
// Calling a model function once with traced values, and a model from what it returns.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <atomic>

#include "gil.hpp"
#include "nlsq/cache.hpp"
#include "nlsq/error.hpp"
#include "pure_function.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

// Ends the recording whatever happens: values kept by the function are dead afterwards.
class Session {
 public:
  explicit Session(std::shared_ptr<Recording> recording) : recording_(std::move(recording)) {}
  ~Session() {
    recording_->open = recording_->trace->open = false;
    recording_->memo.reset();  // it may hold values of this recording
    recording_->decisions.reset();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  std::shared_ptr<Recording> recording_;
};

nb::object read_only() {
  static std::atomic<PyObject*> function{nullptr};
  return nb::borrow(kept_operation(function, "read_only"));
}

// The value of a model that returned no row and no number: a list, several rows one after the
// other.
bool joined(const std::shared_ptr<Recording>& recording, nb::object& value, Traced& result) {
  count_form();
  value = call_python(operation("one_row"), value, recording->rows);
  return !value.is_none() && operand(recording, value, result);
}

// (model, columns, narrow). Raises TraceRefused, or what the function raises.
nb::tuple trace_model(nb::handle function, nb::handle x, bool lazy_x, nb::handle x_values,
                      const std::vector<std::string>& names, index_t rows, const nb::tuple& extra,
                      bool several, nb::handle index, nb::handle decisions) {
  std::optional<PureNames> pure;
  if (lazy_x && !several && extra.size() == 0 && cache_enabled()) {
    if (const auto kept = kept_record(function, names)) {
      nb::list columns;
      columns.append(x_values);
      return nb::make_tuple(*kept, columns, false);
    }
    pure = PureNames::of(function, names.size());
  }
  auto recording = std::make_shared<Recording>();
  const Session session(recording);
  recording->rows = rows;
  if (!index.is_none()) recording->index = nb::borrow(index);
  if (!decisions.is_none()) recording->decisions = nb::borrow(decisions);
  expr::ModelImpl& model = recording->trace->model;
  for (const std::string& name : names) {
    model.parameters.push_back({name, -1});
    model.parameter_names.push_back(name);
  }
  recording->lazy_x = lazy_x;
  nb::list arguments;
  if (lazy_x) {
    Column column;
    static_cast<Traced&>(column) = {recording, recording->graph().column(0), true, false};
    // Made into a read-only view if somebody asks for the array.
    column.compute = read_only();
    column.operands = nb::make_tuple(x);
    column.is_x = true;
    model.columns.emplace_back("x");
    recording->arrays.push_back(nb::borrow(x_values));
    recording->sources.push_back(nb::borrow(x));
    arguments.append(nb::cast(std::move(column)));
  } else {
    arguments.append(x);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    arguments.append(nb::cast(
        Traced{recording, recording->graph().parameter(static_cast<index_t>(i)), false, false}));
  }
  for (const nb::handle value : extra) arguments.append(value);
  nb::object value = call_python(nb::borrow(function), *nb::tuple(arguments));
  if (!recording->poison.empty()) refuse(*recording, recording->poison);
  if (several) return nb::make_tuple(separate_terms(*recording, value), recording->narrow);
  Traced result;
  const nb::object returned = value;
  if (!operand(recording, value, result) && !joined(recording, value, result)) {
    const std::string type = nb::cast<std::string>(nb::str(returned.type().attr("__name__")));
    refuse(*recording, "the model returned a " + type);
  }
  if (!recording->poison.empty()) refuse(*recording, recording->poison);
  if (result.row && (result.length >= 0 || result.mask != expr::kNone)) {
    refuse(*recording, "the model returned another number of rows");
  }
  if (recording->reshaped) {
    const auto [separate, used] = separate_model(*recording, {&result.node, 1});
    return nb::make_tuple(separate, used, recording->narrow);
  }
  model.outputs.push_back(result.node);
  nb::list arrays;
  for (const nb::object& array : recording->arrays) arrays.append(array);
  const Model traced(std::shared_ptr<const expr::ModelImpl>(recording->trace, &model));
  const Model one = intern(traced);
  const bool own_x_alone =
      !recording->looked && !recording->narrow && recording->arrays.size() == 1;
  if (pure && own_x_alone && !recording->decided) {
    keep_record(function, std::move(*pure), names, one);
  }
  return nb::make_tuple(one, arrays, recording->narrow);
}

}  // namespace

void bind_model(nb::module_& m) {
  nb::class_<Model>(m, "Model", "A model as the engine sees it: immutable, cheap to copy.")
      .def_prop_ro("parameters", [](const Model& model) { return model.parameters(); })
      .def_prop_ro("columns", [](const Model& model) { return model.columns(); })
      .def_prop_ro("response", [](const Model& model) { return model.response(); })
      .def_prop_ro("outputs", [](const Model& model) { return model.outputs(); })
      .def_prop_ro("formula", [](const Model& model) { return model.formula(); })
      .def_prop_ro("key", [](const Model& model) { return model.impl()->attachments->serial(); })
      .def_prop_ro("unused_parameters",
                   [](const Model& model) { return model.unused_parameters(); });
  m.def(
      "parse",
      [](const std::string& formula, const std::vector<std::string>& columns) {
        return intern(Model::parse(formula, columns));
      },
      nb::arg("formula"), nb::arg("columns"),
      "A model from a formula; names that are no columns are its parameters.");
  m.def(
      "trace", &trace_model, nb::arg("function"), nb::arg("x").none(), nb::arg("lazy_x"),
      nb::arg("x_values").none(), nb::arg("names"), nb::arg("rows"), nb::arg("extra") = nb::tuple(),
      nb::arg("several") = false, nb::arg("index").none() = nb::none(),
      nb::arg("decisions").none() = nb::none(),
      "Calls function(x, *parameters) once with traced values: (model, its columns, whether a "
      "float32 value took part). With several, for a function that returns [(positions, value)]: "
      "(its terms (model, columns, rows, positions), whether a float32 value took part). index: "
      "that of the Series that x was. decisions: decides on parameters, where a model does; None: "
      "that refuses. Raises TraceRefused with the reason.");
  m.def("count_form", &count_form, "Says that a recording used what is put together in Python.");
  m.def("forms_counted", &forms_counted, "How often that was said so far.");
  m.def(
      "is_trusted",
      [](nb::handle function, const std::vector<std::string>& names) {
        return trusted_record(function, names).has_value();
      },
      nb::arg("function"), nb::arg("names"),
      "Whether a kept record of a function was compared with it: one that no values of x change.");
  m.def("trust", &trust_records, nb::arg("function"),
        "Says that the record kept for a function was compared with it.");
}

}  // namespace nlsq::python
