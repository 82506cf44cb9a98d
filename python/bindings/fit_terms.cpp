// SPDX-License-Identifier: MIT
// A fit of residuals that come from several families of rows, each a model with columns of its own.
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>

#include "gil.hpp"
#include "nlsq/fit.hpp"
#include "options.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

using Array = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;

FitResult fit_terms(const nb::list& terms, const std::vector<double>& p0, nb::handle lower,
                    nb::handle upper, nb::handle loss, double f_scale, nb::handle threads,
                    nb::handle mode, const nb::dict& solver) {
  std::vector<FitTerm> families;
  std::vector<Array> held;  // the arrays, while the core works
  std::size_t most = 1;
  for (const nb::handle term : terms) most = std::max(most, nb::cast<std::size_t>(term[2]));
  const std::vector<double> zeros(most, 0.0);
  for (const nb::handle term : terms) {
    FitTerm family{nb::cast<const Model&>(term[0]), {}, {}, {}};
    const auto rows = nb::cast<std::size_t>(term[2]);
    std::size_t c = 0;
    for (const nb::handle column : term[1]) {
      const Array& array = held.emplace_back(nb::cast<Array>(column));
      Values values;
      values.data = array.data();
      values.size = static_cast<index_t>(array.size());
      values.float32 = array.dtype() == nb::dtype<float>();
      if (!values.float32 && array.dtype() != nb::dtype<double>()) {
        throw nb::type_error("columns must be float64 or float32 arrays");
      }
      family.data.column(family.model.columns()[c++], values);
    }
    for (index_t o = 0; o < family.model.outputs(); ++o) {
      family.data.response(std::span(zeros.data(), rows));
    }
    families.push_back(std::move(family));
  }
  FitOptions options;
  options.p0 = p0;
  if (!lower.is_none()) {
    const auto low = nb::cast<std::vector<double>>(lower);
    const auto high = nb::cast<std::vector<double>>(upper);
    const std::vector<std::string>& names = families.front().model.parameters();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (std::isfinite(low[i]) || std::isfinite(high[i])) {
        options.bounds[names[i]] = {low[i], high[i]};
      }
    }
  }
  if (!loss.is_none()) options.loss = parse_loss(nb::cast<std::string>(loss));
  options.f_scale = f_scale;
  options.threads = thread_argument(threads);
  options.check_finite = false;
  if (!mode.is_none()) options.jacobian_mode = parse_jacobian_mode(nb::cast<std::string>(mode));
  for (const auto& [name, value] : solver) set_solver(options, name, value);
  options.before_pass = signal_watch(0);
  const WithoutGil release;
  return fit(families, options);
}

}  // namespace

void bind_fit_terms(nb::module_& m) {
  m.def("fit_terms", &fit_terms, nb::arg("terms"), nb::arg("p0"), nb::arg("lower").none(),
        nb::arg("upper").none(), nb::arg("loss").none(), nb::arg("f_scale"), nb::arg("threads"),
        nb::arg("jacobian_mode").none(), nb::arg("solver"),
        "Minimizes the sum of squares of all rows of some terms (model, columns, rows).");
}

}  // namespace nlsq::python
