// SPDX-License-Identifier: MIT
// Where a model meets its data: columns are found and checked, the residual program is made or
// taken from the model.
#pragma once

#include <memory>
#include <vector>

#include "columns/term_view.hpp"
#include "linalg/vector.hpp"
#include "nlsq/fit.hpp"
#include "program/residual.hpp"
#include "reduce/term.hpp"

namespace nlsq::fit_impl {

/// Names of the model's parameters, gathered ones expanded to a[0], a[1], … or a[label], … by the
/// elements of each symbol.
std::vector<std::string> names_of(const Model& model, std::span<const index_t> sizes,
                                  const Dataset& data);
/// The same by the largest index in the data. `sizes` gets the elements.
std::vector<std::string> expanded_names(const Model& model, const Dataset& data,
                                        linalg::Indices& sizes);

/// How the programs of a fit are to be made, and what that took.
struct Preparation {
  JacobianMode mode = JacobianMode::automatic;
  bool look_later = false;  ///< the finiteness of long columns is for a FirstLook to check
  bool on_device = false;   ///< columns that are there were looked at when they were uploaded
  bool all_found = true;    ///< none had to be made
  double compile_ms = 0.0;  ///< spent on those that had
};

/// The program of a model for a spec: from the model, or made and left there; with the cache off
/// only made.
std::shared_ptr<const reduce::PreparedProgram> prepared_program(const Model& model,
                                                                const program::ResidualSpec& spec,
                                                                Preparation& preparation);

/// A term without parameter maps. Checks lengths, sigma and finiteness. `free` lists the positions,
/// among the expanded parameters of this model, that move.
/// `picks`: what to differentiate by in place of `free`.
reduce::Term bind_term(const TermView& term, const FitOptions& options,
                       std::span<const index_t> sizes, std::span<const index_t> free,
                       Preparation& preparation,
                       std::span<const program::ResidualSpec::Pick> picks = {});
inline reduce::Term bind_term(const TermView& term, const FitOptions& options,
                              std::span<const index_t> sizes, std::span<const index_t> free) {
  Preparation preparation{.mode = options.jacobian_mode.value_or(JacobianMode::automatic)};
  return bind_term(term, options, sizes, free, preparation);
}

}  // namespace nlsq::fit_impl
