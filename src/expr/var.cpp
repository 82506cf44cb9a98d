// SPDX-License-Identifier: MIT
// Var, Columns and Params: recording what a C++ model does.
#include <algorithm>
#include <array>

#include "base/nearest.hpp"
#include "expr/functions.hpp"
#include "expr/model.hpp"
#include "nlsq/error.hpp"

namespace nlsq {
namespace {

using expr::NodeId;
using expr::Op;
using TracePtr = std::shared_ptr<expr::Trace>;

// The trace that the values belong to; null when all are made from numbers.
template <std::size_t N>
TracePtr common_trace(const std::array<const Var*, N>& values) {
  TracePtr trace;
  for (const Var* value : values) {
    if (!value->trace_ || value->trace_->numbers) continue;
    if (!value->trace_->open) {
      throw InputError("model", "model: a value was kept after its trace and used again");
    }
    if (trace && trace != value->trace_) {
      throw InputError("model", "model: values of two traces meet in one expression");
    }
    trace = value->trace_;
  }
  return trace;
}

// Applies `build` in the common graph; on numbers alone in a graph of its own, which folds most of
// them.
template <std::size_t N, class Build>
Var record(const std::array<const Var*, N>& values, const Build& build) {
  TracePtr trace = common_trace(values);
  if (!trace) {
    trace = std::make_shared<expr::Trace>();
    trace->numbers = true;
  }
  std::array<NodeId, N> ids{};
  for (std::size_t i = 0; i < N; ++i) ids[i] = expr::node_in(*trace, *values[i]);
  const NodeId id = build(trace->model.graph, ids);
  if (trace->model.graph.is_constant(id)) return Var(trace->model.graph[id].value);
  return Var(trace, id);
}

Var apply(Op op, const Var& x) {
  return record<1>({&x}, [op](expr::Graph& g, const auto& a) { return g.make(op, a[0]); });
}
Var apply(Op op, const Var& x, const Var& y) {
  return record<2>({&x, &y},
                   [op](expr::Graph& g, const auto& a) { return g.make(op, a[0], a[1]); });
}

template <std::size_t N>
Var call(std::string_view name, const std::array<const Var*, N>& values) {
  return record<N>(values, [name](expr::Graph& g, const auto& a) {
    const NodeId id = expr::build_call(g, name, a);
    if (id == expr::kNone)
      throw InputError("model", "polygamma: the order must be a whole number from 0 to 60");
    return id;
  });
}

// Columns and Params copied out of the function outlive the trace.
void require_open(const expr::Trace& trace) {
  if (!trace.open)
    throw InputError("model", "model: columns and parameters were used after their trace");
}

}  // namespace

expr::NodeId expr::node_in(Trace& trace, const Var& value) {
  if (!value.trace_) return trace.model.graph.constant(value.value_);
  if (value.trace_.get() == &trace) return value.id_;
  return copy_into(trace.model.graph, value.trace_->model.graph, value.id_);
}

Var::Var(double value) : value_(value) {}
Var::Var(std::shared_ptr<expr::Trace> trace, std::uint32_t id)
    : trace_(std::move(trace)), id_(id) {}
Var& Var::operator+=(const Var& y) { return *this = *this + y; }
Var& Var::operator-=(const Var& y) { return *this = *this - y; }
Var& Var::operator*=(const Var& y) { return *this = *this * y; }
Var& Var::operator/=(const Var& y) { return *this = *this / y; }

Var operator+(const Var& x, const Var& y) { return apply(Op::add, x, y); }
Var operator-(const Var& x, const Var& y) { return apply(Op::sub, x, y); }
Var operator*(const Var& x, const Var& y) { return apply(Op::mul, x, y); }
Var operator/(const Var& x, const Var& y) { return apply(Op::div, x, y); }
Var operator-(const Var& x) { return apply(Op::neg, x); }
Var operator<(const Var& x, const Var& y) { return apply(Op::lt, x, y); }
Var operator<=(const Var& x, const Var& y) { return apply(Op::le, x, y); }
Var operator>(const Var& x, const Var& y) { return apply(Op::lt, y, x); }
Var operator>=(const Var& x, const Var& y) { return apply(Op::le, y, x); }
Var operator==(const Var& x, const Var& y) { return apply(Op::eq, x, y); }
Var operator!=(const Var& x, const Var& y) { return apply(Op::ne, x, y); }
Var operator&&(const Var& x, const Var& y) { return apply(Op::logical_and, x, y); }
Var operator||(const Var& x, const Var& y) { return apply(Op::logical_or, x, y); }
Var operator!(const Var& x) { return apply(Op::logical_not, x); }
Var where(const Var& condition, const Var& x, const Var& y) {
  return record<3>({&condition, &x, &y}, [](expr::Graph& g, const auto& a) {
    return g.make(Op::where, a[0], a[1], a[2]);
  });
}
Var polygamma(int order, const Var& x) {
  const Var k(order);
  return call<2>("polygamma", {&k, &x});
}
Var voigt(const Var& x, const Var& sigma, const Var& gamma) {
  return call<3>("voigt", {&x, &sigma, &gamma});
}
Var clip(const Var& x, const Var& low, const Var& high) {
  return call<3>("clip", {&x, &low, &high});
}

Var digamma(const Var& x) { return call<1>("digamma", {&x}); }
Var j1_over_x(const Var& x) { return call<1>("j1_over_x", {&x}); }
Var j2_over_x(const Var& x) { return call<1>("j2_over_x", {&x}); }
#define NLSQ_FUNCTION1(id, numpy, dx, ulp, doc) \
  Var id(const Var& x) { return call<1>(#id, {&x}); }
#define NLSQ_FUNCTION2(id, numpy, dx, dy, ulp, doc) \
  Var id(const Var& x, const Var& y) { return call<2>(#id, {&x, &y}); }
#include "nlsq/ops.def"

Var Columns::operator[](std::string_view name) const {
  require_open(*trace_);
  auto& columns = trace_->model.columns;
  const auto known = std::find(columns.begin(), columns.end(), name);
  const index_t index = known - columns.begin();
  if (known == columns.end()) columns.emplace_back(name);
  return Var(trace_, trace_->model.graph.column(index));
}

Var Params::operator[](std::string_view name) const {
  const auto& names = trace_->model.parameter_names;
  const auto known = std::find(names.begin(), names.end(), name);
  if (known == names.end()) {
    throw InputError("parameters", "parameters: the model has no parameter '" + std::string(name) +
                                       "'" + base::did_you_mean(name, names));
  }
  return (*this)[static_cast<int>(known - names.begin())];
}

Var Params::operator[](int position) const {
  require_open(*trace_);
  if (position < 0 || position >= size()) {
    throw InputError("parameters", "parameters: no parameter at position " +
                                       std::to_string(position) + "; there are " +
                                       std::to_string(size()));
  }
  if (trace_->model.parameters[static_cast<std::size_t>(position)].index_column >= 0) {
    throw InputError("parameters",
                     "parameters: '" +
                         trace_->model.parameter_names[static_cast<std::size_t>(position)] +
                         "' is gathered and cannot be used as one number");
  }
  return Var(trace_, trace_->model.graph.parameter(position));
}

Var Params::gather(std::string_view name, const Var& index_column) const {
  require_open(*trace_);
  auto& parameters = trace_->model.parameters;
  const auto known = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const expr::Symbol& p) { return p.name == name; });
  if (known == parameters.end()) {
    throw InputError("parameters", "parameters: the model has no parameter '" + std::string(name) +
                                       "'" +
                                       base::did_you_mean(name, trace_->model.parameter_names));
  }
  const bool is_column =
      index_column.trace_ == trace_ && trace_->model.graph[index_column.id_].op == Op::column;
  if (!is_column)
    throw InputError("parameters", "parameters: gather() needs a column of this model");
  const index_t column = trace_->model.graph[index_column.id_].imm;
  if (known->index_column >= 0 && known->index_column != column) {
    throw InputError("parameters",
                     "parameters: '" + std::string(name) + "' is gathered by two columns");
  }
  const expr::Graph& graph = trace_->model.graph;
  for (NodeId id = 0; known->index_column < 0 && id < graph.size(); ++id) {
    if (graph[id].op == Op::parameter && graph[id].imm == known - parameters.begin()) {
      throw InputError("parameters", "parameters: '" + std::string(name) +
                                         "' is used as one number and gathered");
    }
  }
  known->index_column = column;
  return Var(trace_, trace_->model.graph.gathered(known - parameters.begin(), index_column.id_));
}

int Params::size() const { return static_cast<int>(trace_->model.parameters.size()); }

}  // namespace nlsq
