// SPDX-License-Identifier: MIT
// What stands behind the public Model: a graph with symbols.
#pragma once

#include <string>
#include <vector>

#include "expr/graph.hpp"
#include "nlsq/model.hpp"

namespace nlsq::expr {

struct Symbol {
  std::string name;
  index_t index_column = -1;  ///< column that gathers it; −1: a plain parameter
};

struct ModelImpl {
  Graph graph;
  std::vector<NodeId> outputs;
  std::vector<Symbol> parameters;
  std::vector<std::string> parameter_names;
  std::vector<std::string> columns;
  std::string response;
  std::string formula;
  std::vector<std::string> notes;
};

/// A model under construction by Model::trace.
struct Trace {
  ModelImpl model;
  bool open = true;
};

}  // namespace nlsq::expr
