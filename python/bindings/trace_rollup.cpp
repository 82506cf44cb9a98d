// SPDX-License-Identifier: MIT
// Numbers of one structure, which differ in constants alone, made into a row over columns of those
// constants: what a Python loop over the data computes value by value.
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <unordered_map>

#include "trace.hpp"

namespace nlsq::python {
namespace {

using expr::Node;
using expr::NodeId;
using expr::Op;

constexpr std::size_t kFewest = 8;          // numbers that make a row
constexpr std::size_t kMostWork = 4000000;  // nodes looked at

std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
  h = (h ^ v) * 0x9E3779B97F4A7C15ull;
  return h ^ (h >> 29);
}

// Hashes of structures: any two constants are the same.
std::vector<std::uint64_t> structure_hashes(const expr::Graph& graph) {
  std::vector<std::uint64_t> hashes(graph.size());
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    std::uint64_t h =
        mix(static_cast<std::uint64_t>(node.op) + 1, static_cast<std::uint32_t>(node.imm));
    const int operands = expr::arity(node);
    if (operands == 2 && expr::is_commutative(node.op)) {
      h = mix(mix(h, hashes[node.a] + hashes[node.b]), hashes[node.a] ^ hashes[node.b]);
    } else {
      for (int i = 0; i < operands; ++i) h = mix(h, hashes[expr::operand(node, i)]);
    }
    hashes[id] = h;
  }
  return hashes;
}

// Where a constant stands: operand `operand` of node `parent`, or (kNone) the root itself.
struct Place {
  NodeId parent;
  int operand;
};

// A number's structure as a text of tokens, and the constants that fill it.
struct Form {
  std::vector<std::uint64_t> tokens;
  std::vector<double> constants;
  std::vector<Place> places;
  std::vector<NodeId> order;  // the nodes, users before operands
};

Form form_of(const expr::Graph& graph, const std::vector<std::uint64_t>& hashes, NodeId root) {
  enum : std::uint64_t { kConstant = 1, kAgain = 2, kNode = 3 };
  Form form;
  std::unordered_map<NodeId, std::uint64_t> seen;
  struct Visit {
    NodeId id;
    Place place;
  };
  std::vector<Visit> visits{{root, {expr::kNone, 0}}};
  while (!visits.empty()) {
    const Visit visit = visits.back();
    visits.pop_back();
    const Node& node = graph[visit.id];
    if (node.op == Op::constant) {
      form.tokens.push_back(kConstant);
      form.constants.push_back(node.value);
      form.places.push_back(visit.place);
      continue;
    }
    const auto [known, is_new] = seen.emplace(visit.id, seen.size());
    if (!is_new) {
      form.tokens.push_back(kAgain | known->second << 2);
      continue;
    }
    form.order.push_back(visit.id);
    form.tokens.push_back(kNode | static_cast<std::uint64_t>(node.op) << 2 |
                          std::uint64_t{static_cast<std::uint32_t>(node.imm)} << 32);
    const int operands = expr::arity(node);
    // Operands that may be swapped, in an order that does not depend on constants.
    const bool swap =
        operands == 2 && expr::is_commutative(node.op) && hashes[node.a] > hashes[node.b];
    for (int i = operands - 1; i >= 0; --i) {
      const int at = swap ? 1 - i : i;
      visits.push_back({expr::operand(node, at), {visit.id, at}});
    }
  }
  return form;
}

nb::object new_column(const std::vector<double>& values) {
  nb::object array = nb::module_::import_("numpy").attr("empty")(values.size());
  Py_buffer buffer;
  if (PyObject_GetBuffer(array.ptr(), &buffer, PyBUF_SIMPLE | PyBUF_WRITABLE) != 0) {
    throw nb::python_error();
  }
  std::memcpy(buffer.buf, values.data(), values.size() * sizeof(double));
  PyBuffer_Release(&buffer);
  return array;
}

struct Group {
  Form form;                    // of its first member
  std::vector<index_t> at;      // positions of the members
  std::vector<double> columns;  // constants, member by member
};

// The node that stands for a constant: itself where all members have it, else a column.
std::vector<NodeId> slots_of(Recording& recording, const Group& group) {
  const std::size_t members = group.at.size(), slots = group.form.constants.size();
  std::vector<NodeId> nodes(slots);
  std::vector<std::vector<double>> made;
  std::vector<NodeId> made_nodes;
  std::vector<double> values(members);
  const auto bits = [](double v) { return std::bit_cast<std::uint64_t>(v); };
  for (std::size_t s = 0; s < slots; ++s) {
    bool varies = false;
    for (std::size_t i = 0; i < members; ++i) {
      values[i] = group.columns[i * slots + s];
      varies |= bits(values[i]) != bits(values[0]);
    }
    if (!varies) {
      nodes[s] = recording.graph().constant(values[0]);
      continue;
    }
    std::size_t same = 0;
    while (same < made.size() &&
           std::memcmp(made[same].data(), values.data(), members * sizeof(double)) != 0) {
      ++same;
    }
    if (same == made.size()) {
      const auto at = static_cast<index_t>(recording.arrays.size());
      recording.arrays.push_back(new_column(values));
      recording.sources.push_back(recording.arrays.back());
      recording.trace->model.columns.push_back("c" + std::to_string(at));
      recording.reshaped = true;
      made.push_back(values);
      made_nodes.push_back(recording.graph().column(at));
    }
    nodes[s] = made_nodes[same];
  }
  return nodes;
}

Traced row_of(const std::shared_ptr<Recording>& recording, const Group& group) {
  expr::Graph& graph = recording->graph();
  const std::vector<NodeId> slots = slots_of(*recording, group);
  std::unordered_map<NodeId, std::array<NodeId, 3>> constants;
  Traced row{recording, expr::kNone, true, false};
  const auto size = static_cast<index_t>(group.at.size());
  if (size != recording->rows) row.length = size;
  for (std::size_t s = 0; s < slots.size(); ++s) {
    const Place& place = group.form.places[s];
    if (place.parent == expr::kNone) {
      row.node = slots[s];
      return row;
    }
    auto& of_parent = constants.try_emplace(place.parent).first->second;
    of_parent[static_cast<std::size_t>(place.operand)] = slots[s];
  }
  // Users come before operands in the order of visits only for trees; ids always do.
  std::vector<NodeId> order = group.form.order;
  std::sort(order.begin(), order.end());
  std::unordered_map<NodeId, NodeId> made;
  for (const NodeId id : order) {
    const Node node = graph[id];
    const int operands = expr::arity(node);
    if (operands == 0) {
      made[id] = id;
      continue;
    }
    NodeId own[3] = {expr::kNone, expr::kNone, expr::kNone};
    for (int i = 0; i < operands; ++i) {
      const NodeId below = expr::operand(node, i);
      own[i] =
          graph.is_constant(below) ? constants.at(id)[static_cast<std::size_t>(i)] : made.at(below);
    }
    made[id] = graph.make(node.op, own[0], own[1], own[2], node.imm);
  }
  row.node = made.at(group.form.order.front());
  return row;
}

// [(positions, a row or a number)]: numbers of one structure as one row.
nb::list roll_up(const nb::list& values) {
  nb::list out;
  std::shared_ptr<Recording> recording;
  std::vector<NodeId> nodes;
  for (const nb::handle value : values) {
    const Traced& t = nb::cast<Traced&>(value);
    if (!t.recording->open || (recording && t.recording != recording)) {
      refuse(*t.recording, "a value of another call of a model was used");
    }
    recording = t.recording;
    nodes.push_back(t.node);
  }
  const auto number = [&](std::size_t i) {
    out.append(nb::make_tuple(std::vector<index_t>{static_cast<index_t>(i)}, values[i]));
  };
  if (nodes.size() < kFewest) {
    for (std::size_t i = 0; i < nodes.size(); ++i) number(i);
    return out;
  }
  const std::vector<std::uint64_t> hashes = structure_hashes(recording->graph());
  std::vector<Group> groups;
  std::unordered_multimap<std::uint64_t, std::size_t> known;
  std::size_t work = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (work > kMostWork) {
      groups.push_back({{}, {static_cast<index_t>(i)}, {}});
      continue;
    }
    Form form = form_of(recording->graph(), hashes, nodes[i]);
    work += form.tokens.size();
    const auto [first, last] = known.equal_range(hashes[nodes[i]]);
    auto at = first;
    while (at != last && groups[at->second].form.tokens != form.tokens) ++at;
    std::size_t to = groups.size();
    if (at != last) {
      to = at->second;
    } else {
      known.emplace(hashes[nodes[i]], to);
      groups.emplace_back();
    }
    Group& group = groups[to];
    group.at.push_back(static_cast<index_t>(i));
    group.columns.insert(group.columns.end(), form.constants.begin(), form.constants.end());
    if (at == last) group.form = std::move(form);
  }
  for (const Group& group : groups) {
    if (group.at.size() >= kFewest) {
      out.append(nb::make_tuple(group.at, nb::cast(row_of(recording, group))));
    } else {
      for (const index_t i : group.at) number(static_cast<std::size_t>(i));
    }
  }
  return out;
}

}  // namespace

void bind_trace_rollup(nb::module_& m) {
  m.def("roll_up", &roll_up, nb::arg("values"),
        "Recorded numbers as [(positions, value)]: those that differ in constants alone as one "
        "row, others one by one.");
}

}  // namespace nlsq::python
