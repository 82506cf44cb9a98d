// SPDX-License-Identifier: MIT
// Which parameters can move a residual, by how the models are written.
#pragma once

#include <span>
#include <string>

#include "problem/binding.hpp"
#include "problem/parameters.hpp"
#include "reduce/term.hpp"

namespace nlsq::fit_impl {

/// Some free parameter moves no residual wherever it is: no other start changes that.
bool has_unused_parameter(std::span<const TermView> terms, const ParameterTable& table);

/// Some model uses the parameter, and none has a derivative by it: it stands in comparisons and
/// roundings alone. `free`: its place among those that move.
bool acts_in_jumps(std::span<const TermView> terms, std::span<const reduce::Term> bound,
                   const std::string& name, index_t free);

}  // namespace nlsq::fit_impl
