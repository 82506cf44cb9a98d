// SPDX-License-Identifier: MIT
// Expressions of parameters: "2*a", "a[0]/a[1]". Names of elements hold characters that the formula
// language gives another meaning, so they are read under names of the same length.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "expr/model.hpp"

namespace nlsq::fit_impl {

/// An expression whose symbols are names of parameters.
struct Relation {
  std::string text;
  std::shared_ptr<const expr::ModelImpl> model;
  const std::vector<std::string>& names() const { return model->parameter_names; }
};

/// Reads an expression. `known`: names that it may use though they are no plain names, such as
/// "a[0]". `argument` and `owner` ("ties", "b") go before what is wrong. Throws InputError.
Relation parse_relation(const std::string& text, std::span<const std::string> known,
                        const char* argument, const std::string& owner);

/// Value and gradient (one entry a name of the relation) at values of its names.
struct Gradient {
  double value = 0.0;
  std::vector<double> by;
};
Gradient gradient_of(const Relation& relation, const std::vector<double>& at);

}  // namespace nlsq::fit_impl
