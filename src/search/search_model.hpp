// SPDX-License-Identifier: MIT
// What a search for starts needs to know of a model, whatever the data: which parameters are
// linear, what the others do, and programs for the columns of the linear ones. Made once a model
// and kept with it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "expr/model.hpp"
#include "program/program.hpp"
#include "search/rewrites.hpp"
#include "search/roles.hpp"

namespace nlsq::search {

/// A term of a sum: nonlinear parameters that act together, and the columns they shape.
struct Group {
  std::vector<std::size_t> nonlinear;  ///< positions
  std::vector<std::size_t> columns;    ///< positions of linear parameters
  std::size_t kind = 0;                ///< terms of one kind have the same number
};

struct SearchModel {
  index_t parameters = 0;          ///< of the model
  index_t slots = 0;               ///< the model's parameters, then those that rewriting adds
  std::vector<index_t> moving;     ///< slots
  std::vector<index_t> linear;     ///< slots
  std::vector<index_t> nonlinear;  ///< slots
  std::vector<Rewrite> rewrites;   ///< in the order they were made
  std::vector<Meeting> roles;      ///< of the nonlinear ones
  std::vector<Group> groups;       ///< each with a column of its own; empty where there is one
  /// Outputs: the model with its linear parameters at 0, then a column for each of them.
  program::Program columns;
  /// Outputs: `data_nodes`, expressions of data that roles refer to.
  program::Program data;
  std::vector<expr::NodeId> data_nodes;

  /// The model's parameters from all slots; false where there are none.
  bool complete(std::span<const double> slot_values, std::span<double> parameters) const;
};

/// `moving`: the model's parameters that move. Models with several outputs or gathered parameters
/// are not for this.
SearchModel make_search_model(const expr::ModelImpl& model, std::span<const index_t> moving);

}  // namespace nlsq::search
