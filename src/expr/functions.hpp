// SPDX-License-Identifier: MIT
// The functions of the formula language: the named operations of ops.def, their aliases, and a few
// that stand for a longer expression (voigt, clip, square, …).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/graph.hpp"

namespace nlsq::expr {

struct Function {
  std::string_view name;
  int arity;
  std::string_view signature;
  std::string_view doc;
};

/// Every function, aliases left out, in the order of the documentation.
std::span<const Function> functions();

/// The function's name after aliases (ln is log, arctan is atan, …); empty if there is none of that
/// name.
std::string_view canonical_function(std::string_view name);

/// The canonical name of what NumPy or SciPy call `name`; empty if no function means the same.
std::string_view function_of_numpy(std::string_view name);

/// Number of arguments of a canonical name.
int function_arity(std::string_view canonical);

/// Builds canonical(arguments). For polygamma the first argument must be a whole constant from 0 to
/// 60: kNone is returned otherwise.
NodeId build_call(Graph& graph, std::string_view canonical, std::span<const NodeId> arguments);

/// All names a user may write, aliases included: for "did you mean".
std::vector<std::string> function_names();

}  // namespace nlsq::expr
