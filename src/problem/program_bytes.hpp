// SPDX-License-Identifier: MIT
// How the program of a term is made, as bytes, for processes that hold its rows: the model, the
// spec and the columns of the source that it reads.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/model.hpp"
#include "nlsq/model.hpp"
#include "program/residual.hpp"

namespace nlsq::fit_impl {

struct ProgramParts {
  Model model;
  program::ResidualSpec spec;
  std::vector<index_t> columns;
};

std::string program_bytes(const expr::ModelImpl& model, const program::ResidualSpec& spec,
                          std::span<const index_t> columns);

/// Those last seen are kept, so that their programs are made once. Throws IoError for bytes that
/// are none of a program.
ProgramParts program_parts(std::string_view bytes);

}  // namespace nlsq::fit_impl
