// SPDX-License-Identifier: MIT
// Rows as functions of their columns: y[key] is y over columns[key], whatever y is made of. These
// are the pieces; nlsq/_tracing/row_items.py knows NumPy's rules.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <unordered_map>

#include "gil.hpp"
#include "nlsq/cache.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

using expr::Node;
using expr::NodeId;
using expr::Op;

// The nodes below a root, operands first.
std::vector<NodeId> below(const expr::Graph& graph, NodeId root) {
  std::vector<NodeId> order;
  std::unordered_map<NodeId, bool> seen;
  struct Visit {
    NodeId id;
    int next;
  };
  std::vector<Visit> visits{{root, 0}};
  seen[root] = true;
  while (!visits.empty()) {
    Visit& visit = visits.back();
    const Node& node = graph[visit.id];
    if (visit.next < expr::arity(node)) {
      const NodeId operand = expr::operand(node, visit.next++);
      if (seen.emplace(operand, true).second) visits.push_back({operand, 0});
    } else {
      order.push_back(visit.id);
      visits.pop_back();
    }
  }
  return order;
}

std::vector<index_t> columns_below(const expr::Graph& graph, NodeId root) {
  std::vector<index_t> found;
  for (const NodeId id : below(graph, root)) {
    if (graph[id].op == Op::column) found.push_back(graph[id].imm);
  }
  return found;
}

// `root` with other nodes in place of columns.
NodeId replaced(expr::Graph& to, const expr::Graph& from, NodeId root,
                const std::unordered_map<index_t, NodeId>& columns) {
  std::unordered_map<NodeId, NodeId> made;
  for (const NodeId id : below(from, root)) {
    const Node node = from[id];  // a copy: `to` may be `from`, and grows
    if (node.op == Op::column) {
      made[id] = columns.at(node.imm);
    } else if (expr::arity(node) == 0) {
      made[id] = to.intern(node);
    } else {
      const auto operand = [&](NodeId at) { return at == expr::kNone ? at : made.at(at); };
      made[id] = to.make(node.op, operand(node.a), operand(node.b), operand(node.c), node.imm);
    }
  }
  return made.at(root);
}

Recording& open_recording(const Traced& t) {
  Recording& recording = *t.recording;
  if (!recording.open) refuse(recording, "a value of another call of a model was used");
  return recording;
}

// Values that are to be put together must be of one call.
void same_call(const Traced& a, const Traced& b) {
  if (a.recording != b.recording) {
    refuse(open_recording(a), "a value of another call of a model was used");
  }
}

index_t add_column(const Traced& like, nb::object values) {
  Recording& r = open_recording(like);
  const auto at = static_cast<index_t>(r.arrays.size());
  r.arrays.push_back(values);
  r.sources.push_back(std::move(values));
  r.trace->model.columns.push_back("c" + std::to_string(at));
  r.reshaped = true;
  return at;
}

Traced with_columns(const Traced& row, const nb::dict& columns, nb::handle length) {
  Recording& r = open_recording(row);
  std::unordered_map<index_t, NodeId> nodes;
  for (const auto& [from, to] : columns) {
    const bool number = PyFloat_Check(to.ptr()) != 0;
    nodes[nb::cast<index_t>(from)] =
        number ? r.graph().constant(nb::cast<double>(to)) : r.graph().column(nb::cast<index_t>(to));
  }
  Traced out{row.recording, replaced(r.graph(), r.graph(), row.node, nodes), true, row.boolean};
  r.looked = true;
  if (length.is_none()) {
    out.row = false;
  } else if (nb::cast<index_t>(length) != r.rows) {
    out.length = nb::cast<index_t>(length);
  }
  return out;
}

Traced column_like(const Traced& like, index_t column, bool boolean) {
  Recording& r = open_recording(like);
  const auto size = static_cast<index_t>(nb::len(r.arrays.at(static_cast<std::size_t>(column))));
  return {like.recording, r.graph().column(column),  true, boolean,
          false,          size == r.rows ? -1 : size};
}

// y[mask] = value, seen by all names of y.
void assign(Traced& row, const Traced& mask, const Traced& value) {
  Recording& r = open_recording(row);
  same_call(row, mask);
  same_call(row, value);
  row.node = r.graph().make(Op::where, mask.node, value.node, row.node);
}

nb::dict memo_of(const Traced& t) {
  if (!t.recording->memo.is_valid()) t.recording->memo = nb::dict();
  return nb::borrow<nb::dict>(t.recording->memo);
}

// A Series whose rows are those of the ones before, else a sum would put other rows together.
void meet_index(const Traced& t, nb::handle index) {
  Recording& r = open_recording(t);
  if (!r.index.is_valid()) {
    r.index = nb::borrow(index);
  } else if (!r.index.is(index) && !nb::cast<bool>(call_python(r.index.attr("equals"), index))) {
    refuse(r, "Series with different indices");
  }
}

}  // namespace

std::pair<Model, nb::list> separate_model(const Recording& recording,
                                          std::span<const NodeId> outputs) {
  const expr::ModelImpl& all = recording.trace->model;
  auto own = std::make_shared<expr::ModelImpl>();
  own->parameters = all.parameters;
  own->parameter_names = all.parameter_names;
  std::unordered_map<index_t, NodeId> nodes;
  nb::list arrays;
  for (const NodeId output : outputs) {
    for (const index_t column : columns_below(all.graph, output)) {
      if (nodes.contains(column)) continue;
      const auto at = static_cast<std::size_t>(column);
      nodes[column] = own->graph.column(static_cast<index_t>(own->columns.size()));
      own->columns.push_back(all.columns[at]);
      arrays.append(recording.arrays[at]);
    }
    own->outputs.push_back(replaced(own->graph, all.graph, output, nodes));
  }
  return {intern(Model(std::shared_ptr<const expr::ModelImpl>(own))), arrays};
}

nb::list separate_terms(const Recording& recording, const nb::object& values) {
  nb::list terms, numbers_at;
  std::vector<NodeId> numbers;
  for (const nb::handle value : values) {
    const nb::object entry = value[1];
    const Traced& t = nb::cast<Traced&>(entry);
    if (t.recording.get() != &recording) {
      throw nb::type_error("a value of another call of a model was used");
    }
    if (t.row) {
      const auto [model, columns] = separate_model(recording, {&t.node, 1});
      terms.append(nb::make_tuple(model, columns, length_of(t), value[0]));
    } else {
      numbers.push_back(t.node);
      numbers_at.append(value[0][0]);
    }
  }
  if (!numbers.empty()) {
    const auto [model, columns] = separate_model(recording, numbers);
    terms.append(nb::make_tuple(model, columns, 1, numbers_at));
  }
  return terms;
}

void bind_trace_rows(nb::module_& m) {
  m.def(
      "columns_of",
      [](const Traced& t) { return columns_below(open_recording(t).graph(), t.node); },
      nb::arg("value"), "The columns that a value is made of, in an order its structure gives.");
  m.def(
      "column_values",
      [](const Traced& like, index_t column) {
        return open_recording(like).arrays.at(static_cast<std::size_t>(column));
      },
      nb::arg("like"), nb::arg("column"), "The array of a column.");
  m.def("add_column", &add_column, nb::arg("like"), nb::arg("values"),
        "The number of a new column of contiguous float64 values that nobody else changes.");
  m.def(
      "column_count", [](const Traced& like) { return like.recording->arrays.size(); },
      nb::arg("like"), "How many columns there are.");
  m.def("with_columns", &with_columns, nb::arg("row"), nb::arg("columns"), nb::arg("length").none(),
        "The row with other columns, or numbers, in place of its own, of another length; None: a "
        "number.");
  m.def("column_like", &column_like, nb::arg("like"), nb::arg("column"), nb::arg("boolean") = false,
        "A row that is a column.");
  m.def("assign", &assign, nb::arg("row"), nb::arg("mask"), nb::arg("value"),
        "Puts value into the rows where the mask is true.");
  m.def(
      "node_of", [](const Traced& t) { return t.node; }, nb::arg("value"),
      "A number that values share if they are the same expression.");
  m.def(
      "is_parameter",
      [](const Traced& t) { return t.recording->graph()[t.node].op == Op::parameter; },
      nb::arg("value"), "Whether a value is a parameter itself.");
  m.def(
      "become",
      [](Traced& row, const Traced& other) {
        open_recording(row);
        same_call(row, other);
        row.node = other.node;
      },
      nb::arg("row"), nb::arg("other"), "Gives a row the values of another one.");
  m.def(
      "masked",
      [](const Traced& row, const Traced& mask) {
        same_call(row, mask);
        return Traced{row.recording, row.node, true, row.boolean, false, row.length, mask.node};
      },
      nb::arg("row"), nb::arg("mask"), "The rows where the mask, of parameters, is true.");
  m.def(
      "as_row",
      [](const Traced& t, index_t length) {
        return Traced{t.recording, t.node, true,
                      t.boolean,   false,  length == open_recording(t).rows ? -1 : length};
      },
      nb::arg("value"), nb::arg("length"), "A number as a row of equal values.");
  m.def(
      "data_row",
      [](const Traced& like, nb::handle array) {
        Traced out;
        open_recording(like);
        if (!operand(like.recording, array, out)) {
          refuse(*like.recording, "an array that is no data of real numbers");
        }
        return out;
      },
      nb::arg("like"), nb::arg("array"), "An array of one dimension, or a number, as it is now.");
  m.def(
      "mask_is", [](const Traced& row, const Traced& mask) { return row.mask == mask.node; },
      nb::arg("row"), nb::arg("mask"), "Whether a value has the rows that this mask selects.");
  m.def(
      "is_masked", [](const Traced& t) { return t.mask != expr::kNone; }, nb::arg("value"),
      "Whether a value has the rows that some mask of parameters selects.");
  m.def(
      "is_number", [](const Traced& t) { return !t.row; }, nb::arg("value"),
      "Whether a value has the shape ().");
  m.def(
      "is_boolean", [](const Traced& t) { return t.boolean; }, nb::arg("value"),
      "Whether a value is of NumPy's type bool.");
  m.def(
      "recording_rows", [](const Traced& t) { return t.recording->rows; }, nb::arg("value"),
      "The rows of the recording of a value.");
  m.def(
      "length", [](const Traced& t) { return length_of(t); }, nb::arg("value"),
      "The number of values of a row.");
  m.def(
      "share", [](Traced& t) { t.shared = true; }, nb::arg("value"),
      "Says that there are views of a value, or that it is one.");
  m.def(
      "is_shared", [](const Traced& t) { return t.shared; }, nb::arg("value"),
      "Whether there are views of a value, or it is one.");
  m.def("memo", &memo_of, nb::arg("value"), "A dict of the recording of a value.");
  m.def("meet_index", &meet_index, nb::arg("value"), nb::arg("index"),
        "Refuses a pandas index that is not the one met before in the recording.");
  m.def(
      "has_index", [](const Traced& t) { return t.recording->index.is_valid(); }, nb::arg("value"),
      "Whether a pandas Series took part.");
}

}  // namespace nlsq::python
