// SPDX-License-Identifier: MIT
// A pass over a term whose rows other processes hold: the order goes out, the answers are merged.
#pragma once

#include <span>
#include <vector>

#include "engine/isa.hpp"
#include "reduce/fold.hpp"
#include "reduce/term.hpp"

namespace nlsq::reduce {

/// The fold of all rows at `parameters` (the program's, extras included). A visitor learns what was
/// found in the leaves. Throws InputError for a value that may not be what it is, IoError where
/// answers do not fit together or rows have changed.
std::vector<double> make_remote_pass(const Term& term, engine::Isa isa, const Fold& fold,
                                     std::span<const double> parameters, LeafVisitor* visitor);

/// What a column of uncertainties holds.
struct SigmaLook {
  index_t masked = 0;          ///< rows where it is infinite
  index_t first_counting = 0;  ///< first row where it is not; the number of rows if there is none
  index_t first_bad = -1;      ///< first row where it is not above 0
  double bad = 0.0;            ///< its value
};
SigmaLook look_at_sigma(const RemoteRows& rows, index_t column);

}  // namespace nlsq::reduce
