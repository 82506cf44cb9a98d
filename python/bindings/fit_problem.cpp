// SPDX-License-Identifier: MIT
// Global fits: several models, each on data of its own, that share parameters by name.
#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <deque>

#include "array.hpp"
#include "expr/model.hpp"
#include "gil.hpp"
#include "nlsq/fit.hpp"
#include "options.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

// The same model, its parameters under other names. Programs do not depend on names, so the two
// share them.
Model renamed(const Model& model, const std::vector<std::string>& names) {
  if (names == model.parameters()) return model;
  auto own = std::make_shared<expr::ModelImpl>(*model.impl());
  for (std::size_t i = 0; i < names.size(); ++i)
    own->parameters[i].name = own->parameter_names[i] = names[i];
  return Model(std::move(own));
}

// Arrays of all sets, held while the core works.
class Held {
 public:
  Values take(nb::handle array, const char* what) {
    Buffer& buffer = buffers_.emplace_back();
    if (!buffer.take(array))
      throw nb::type_error(
          (std::string(what) + " must be a contiguous float64 or float32 array").c_str());
    return buffer.values();
  }

 private:
  std::deque<Buffer> buffers_;
};

// (model, names of its parameters, columns, y, sigma: None, a number or an array, labels of index
// columns: {column: texts})
FitTerm term_of(nb::handle set, Held& held) {
  FitTerm term{renamed(nb::cast<const Model&>(set[0]), nb::cast<std::vector<std::string>>(set[1])),
               {},
               {},
               {}};
  std::size_t c = 0;
  for (const nb::handle column : set[2])
    term.data.column(term.model.columns()[c++], held.take(column, "columns"));
  term.data.response(held.take(set[3], "y"));
  const nb::object sigma = set[4];
  if (PyFloat_Check(sigma.ptr())) {
    term.data.sigma(nb::cast<double>(sigma));
  } else if (!sigma.is_none()) {
    term.data.sigma(held.take(sigma, "sigma"));
  }
  for (const auto& [column, texts] :
       nb::cast<std::map<std::string, std::vector<std::string>>>(set[5]))
    term.data.labels(column, texts);
  return term;
}

FitResult fit_problem(const nb::list& sets, const std::map<std::string, double>& start,
                      const std::map<std::string, std::pair<double, double>>& bounds,
                      const std::map<std::string, std::optional<double>>& fixed,
                      bool absolute_sigma, nb::handle loss, double f_scale,
                      const std::string& linear_solver, const nb::dict& solver) {
  Held held;
  std::vector<FitTerm> terms;
  index_t rows = 0;
  for (const nb::handle set : sets) {
    terms.push_back(term_of(set, held));
    rows += terms.back().data.responses().front().y.size;
  }
  FitOptions options;
  options.start = start;
  for (const auto& [name, pair] : bounds) options.bounds[name] = {pair.first, pair.second};
  options.fixed = fixed;
  options.absolute_sigma = absolute_sigma;
  if (!loss.is_none()) options.loss = parse_loss(nb::cast<std::string>(loss));
  options.f_scale = f_scale;
  options.linear_solver = parse_linear_solver(linear_solver);
  for (const auto& [name, value] : solver) {
    if (nb::cast<std::string>(name) == "relations") {
      set_relations(options, nb::cast<nb::dict>(value));
    } else {
      set_solver(options, name, value);
    }
  }
  options.before_pass = signal_watch(rows);
  const WithoutGil release;
  return fit(terms, options);
}

}  // namespace

void bind_fit_problem(nb::module_& m) {
  m.def(
      "gathered_by",
      [](const Model& model) {
        nb::list columns;
        for (const expr::Symbol& symbol : model.impl()->parameters) {
          if (symbol.index_column < 0) {
            columns.append(nb::none());
          } else {
            columns.append(model.columns()[static_cast<std::size_t>(symbol.index_column)]);
          }
        }
        return columns;
      },
      nb::arg("model"), "The index column of each parameter; None of plain ones.");
  m.def("fit_problem", &fit_problem, nb::arg("sets"), nb::arg("start"), nb::arg("bounds"),
        nb::arg("fixed"), nb::arg("absolute_sigma"), nb::arg("loss").none(), nb::arg("f_scale"),
        nb::arg("linear_solver"), nb::arg("solver"),
        "Fits several sets (model, names of its parameters, columns, y, sigma, labels) at once; "
        "parameters of the same name are shared.");
}

}  // namespace nlsq::python
