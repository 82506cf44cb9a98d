// SPDX-License-Identifier: MIT
// Ties of a fit: read, checked against everything else that was said of the same parameters, and
// expressed by parameters that are not tied themselves.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "nlsq/fit.hpp"
#include "relations/relation_text.hpp"

namespace nlsq::fit_impl {

struct Tie {
  std::string name;
  Relation relation;  ///< of parameters that are not tied
};

struct Ties {
  std::vector<Tie> all;            ///< in the order of their names
  std::vector<std::string> added;  ///< parameters that their expressions introduce
  const Tie* find(const std::string& name) const;
  /// The expression with tied parameters replaced.
  Relation resolve(const Relation& relation) const;
};

/// `known`: parameters of the models, elements by themselves. Throws InputError: a name that no
/// model has, ties in a circle, a tied parameter that is also fixed, bounded or given a start.
Ties read_ties(const FitOptions& options, std::span<const std::string> known);

/// Throws InputError if a name of the relation is none of `known`.
void require_known(const Relation& relation, std::span<const std::string> known,
                   const char* argument);

}  // namespace nlsq::fit_impl
