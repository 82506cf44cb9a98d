// SPDX-License-Identifier: MIT
#include "tables.hpp"

#include <nanobind/stl/string.h>

#include "array.hpp"
#include "expr/op.hpp"
#include "stats/statistics.hpp"

namespace nlsq::python {
namespace {

template <class Value>
const Value& plain(const Value& value) {
  return value;
}
int plain(Status status) { return static_cast<int>(status); }
std::string plain(const EndMessage& message) { return message.str(); }

nb::list result_fields() {
  const FitResult before;
  nb::list rows;
#define NLSQ_FIELD(type, name, initial, key, python, doc) \
  rows.append(nb::make_tuple(#name, plain(before.name), key, #python, doc));
#include "nlsq/result_fields.def"
  return rows;
}

nb::tuple names_of(const std::string& option) {
  nb::list names;
  for (const OptionValue& value : option_values(option))
    names.append(nb::str(value.name.data(), value.name.size()));
  return nb::tuple(names);
}

nb::list operations() {
  nb::list rows;
  for (const expr::OpInfo& op : expr::kOps) {
    if (op.numpy.empty()) continue;
    const std::string numpy(op.numpy.substr(0, op.numpy.find(' ')));
    rows.append(nb::make_tuple(std::string(op.id), op.arity, numpy));
  }
  return rows;
}

nb::dict goodness_of_fit(index_t rows, index_t free, double rss, double tss, double sum_log_sigma,
                         bool known_sigma) {
  const stats::GoodnessOfFit fit = stats::goodness_of_fit({.rows = rows,
                                                           .free = free,
                                                           .rss = rss,
                                                           .tss = tss,
                                                           .sum_log_sigma = sum_log_sigma,
                                                           .known_sigma = known_sigma});
  nb::dict found;
#define NLSQ_STATISTIC(name, key, value, doc) found[#name] = fit.name;
#include "nlsq/result_fields.def"
  return found;
}

nb::object loss_values(const std::string& loss, nb::handle z) {
  const Loss kind = parse_loss(loss);
  const Buffer array(z);
  const auto m = static_cast<std::size_t>(array.values().size);
  std::vector<double> rows(3 * m);
  for (std::size_t i = 0; i < m; ++i) {
    const LossValue value = loss_value(kind, array.values()[static_cast<index_t>(i)]);
    rows[i] = value.rho;
    rows[m + i] = value.slope;
    rows[2 * m + i] = value.curvature;
  }
  return new_matrix(rows, 3);
}

}  // namespace

void bind_tables(nb::module_& m, nb::class_<FitResult>& result) {
#define NLSQ_FIELD(type, name, initial, key, python, doc) \
  result.def_prop_ro(                                     \
      #name, [](const FitResult& r) { return plain(r.name); }, doc);
#include "nlsq/result_fields.def"
  m.def(
      "result_fields", &result_fields,
      "(name, value before a fit, key in JSON, what it is in Python, meaning) of each plain field "
      "of a result.");
  m.def("option_values", &names_of, nb::arg("option"),
        "The values that an option may have: method, loss, jacobian_mode, precision, starts, "
        "linear_solver; engine.");
  m.def("operations", &operations,
        "(name, number of operands, name in NumPy or SciPy) of the operations that those have.");
  m.def("goodness_of_fit", &goodness_of_fit, nb::arg("rows"), nb::arg("free"), nb::arg("rss"),
        nb::arg("tss"), nb::arg("sum_log_sigma"), nb::arg("known_sigma"),
        "The statistics of a fit from its sums, by name.");
  m.def("loss_values", &loss_values, nb::arg("loss"), nb::arg("z"),
        "(3, m): rho, rho' and rho'' of a loss at each z.");
}

}  // namespace nlsq::python
