// SPDX-License-Identifier: MIT
// Runs expression graphs on the interpreter: lowers the given nodes and evaluates them over rows of
// columns.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "engine/interpreter/interpreter.hpp"
#include "expr/graph.hpp"
#include "program/lower.hpp"

namespace nlsq::test {

struct RunOptions {
  engine::Isa isa = engine::chosen_isa();
  bool fuse = true;
  index_t block = 64;  ///< a multiple of 16
};

/// Runs a program over rows. Blocks are filled up with copies of the last row, as the data layer
/// does.
inline std::vector<std::vector<double>> run_program(const program::Program& program,
                                                    std::span<const std::vector<double>> columns,
                                                    std::span<const double> parameters,
                                                    index_t rows, const RunOptions& options = {}) {
  engine::Uniforms uniforms(program, options.isa);
  engine::Interpreter interpreter(program, uniforms, options.isa, options.block);
  uniforms.evaluate(parameters);
  interpreter.begin_pass();
  const index_t padded = (rows + options.block - 1) / options.block * options.block;
  std::vector<std::vector<double>> filled(columns.begin(), columns.end());
  for (auto& column : filled) {
    column.resize(static_cast<std::size_t>(rows));
    column.resize(static_cast<std::size_t>(padded), column.back());
  }
  std::vector<std::vector<double>> out(program.outputs.size());
  for (index_t start = 0; start < rows; start += options.block) {
    const index_t wanted = std::min(options.block, rows - start);
    const index_t n = (wanted + 15) / 16 * 16;
    std::vector<const void*> pointers;
    for (const auto& column : filled) pointers.push_back(column.data() + start);
    interpreter.run(pointers, n);
    for (std::size_t o = 0; o < out.size(); ++o) {
      const double* values = interpreter.output(program.outputs[o]);
      out[o].insert(out[o].end(), values, values + wanted);
    }
  }
  return out;
}

/// The values of `roots`, one vector a root, with one slot a parameter.
inline std::vector<std::vector<double>> run_graph(const expr::Graph& graph,
                                                  std::span<const expr::NodeId> roots,
                                                  std::span<const std::vector<double>> columns,
                                                  std::span<const double> parameters, index_t rows,
                                                  const RunOptions& options = {}) {
  program::LowerOptions lowering;
  for (index_t i = 0; i < static_cast<index_t>(parameters.size()); ++i) {
    lowering.offsets.push_back(i);
  }
  lowering.parameters = static_cast<index_t>(parameters.size());
  lowering.columns = static_cast<index_t>(columns.size());
  lowering.fuse = options.fuse;
  std::vector<program::Root> all;
  for (const expr::NodeId root : roots) all.push_back({root, true});
  return run_program(program::lower(graph, all, lowering), columns, parameters, rows, options);
}

/// Rebuilds a graph in `to` with column i in the place of parameter i; maps old ids to new ones.
inline std::vector<expr::NodeId> with_columns(const expr::Graph& from, expr::Graph& to) {
  std::vector<expr::NodeId> map(from.size(), expr::kNone);
  for (expr::NodeId id = 0; id < from.size(); ++id) {
    const expr::Node& n = from[id];
    const auto at = [&](expr::NodeId old) { return old == expr::kNone ? old : map[old]; };
    switch (n.op) {
      case expr::Op::constant: map[id] = to.constant(n.value); break;
      case expr::Op::parameter: map[id] = to.column(n.imm); break;
      default: map[id] = to.make(n.op, at(n.a), at(n.b), at(n.c), n.imm);
    }
  }
  return map;
}

}  // namespace nlsq::test
