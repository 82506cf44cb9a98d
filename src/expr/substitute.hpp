// SPDX-License-Identifier: MIT
// A model whose parameters are partly given by expressions of others: b by 2*a. Derivatives of the
// new model follow the chain rule through the graph, so they are exact.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "expr/model.hpp"

namespace nlsq::expr {

/// A parameter of a problem by name: a plain one, or an element of a gathered vector.
struct Place {
  std::string name;      ///< of the symbol
  index_t element = -1;  ///< of a vector; −1: a plain parameter
};

/// "a[3]" as element 3 of a; any other text as a plain parameter of that name.
Place place_of(const std::string& name);

/// A parameter and the expression in its place: a model of one output without columns, whose
/// symbols are plain names as place_of() reads them.
struct Replacement {
  Place place;
  const ModelImpl* expression;
};

/// `model` with replacements. Symbols that are replaced as a whole go; those of the expressions
/// that the model does not have come after its own, in the order of the replacements. Expressions
/// must not refer to what is replaced.
std::shared_ptr<ModelImpl> substitute(const ModelImpl& model,
                                      std::span<const Replacement> replacements);

}  // namespace nlsq::expr
