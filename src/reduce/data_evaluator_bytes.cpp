// SPDX-License-Identifier: MIT
// The memory of an evaluator, from the sizes its parts allocate with.
#include <algorithm>

#include "reduce/data_evaluator.hpp"
#include "reduce/term_state.hpp"

namespace nlsq::reduce {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

struct Use {
  bool coordinates, householder;
};

Use use_of(FoldsUsed folds) {
  return {folds == FoldsUsed::coordinates || folds == FoldsUsed::any,
          folds == FoldsUsed::householder || folds == FoldsUsed::any};
}

index_t state_bytes(const Term& term, index_t n, const WalkOptions& walk, Use use, bool worked) {
  const program::Program& program = term.program->full;
  const index_t block = walk.block > 0 ? walk.block : program.block_rows();
  const index_t gram = GramFold::bytes(term, walk.isa, block);
  index_t most_fold = gram, most_result = GramFold::result_size(term);
  index_t bytes = static_cast<index_t>(sizeof(TermState) - sizeof(GramFold)) + gram;
  for (const auto& output : term.program->outputs) {
    const std::size_t k = output.jacobian.size();
    bytes += static_cast<index_t>(sizeof(linalg::Vector) + linalg::Vector::bytes(k) +
                                  sizeof(linalg::Indices) + linalg::Indices::bytes(k));
  }
  const auto also = [&](index_t fold, index_t result) {
    bytes += fold;
    most_fold = std::max(most_fold, fold);
    most_result = std::max(most_result, result);
  };
  if (use.coordinates && worked && n > 0) {
    also(GramFold::bytes(term, walk.isa, block, n), GramFold::result_size(term, n));
  }
  if (use.householder && worked) {
    also(HouseholderFold::bytes(term, walk.isa), HouseholderFold::result_size(term));
  }
  bytes += Walker::bytes(program, term, walk, most_result, worked);
  if (worked) bytes += (Walker::useful_threads(term.rows, walk.threads) - 1) * most_fold;  // clones
  return bytes;
}

}  // namespace

void TermState::reckon() {
  reckoned_rows = 2 * term->rows;
  Term larger = *term;
  larger.rows = reckoned_rows;
  bytes_kept = state_bytes(larger, 0, walk, use_of(FoldsUsed::gram), true);
  if (float32) bytes_kept += Float32Pass::bytes(larger, walk);
}

index_t DataEvaluator::bytes(std::span<const Term> terms, index_t n,
                             const EvaluatorOptions& options, FoldsUsed folds, bool worked) {
  const Use use = use_of(folds);
  const auto matrix = static_cast<index_t>(linalg::Matrix::bytes(z(n * n)));
  const auto vector = static_cast<index_t>(linalg::Vector::bytes(z(n)));
  index_t bytes = matrix + 3 * vector;  // G_, h_, gradient_, values_
  if (worked) bytes += 2 * matrix;      // factor_
  if (worked && use.coordinates) bytes += 3 * matrix;
  index_t stacked = 0;
  for (const Term& term : terms) {
    bytes += state_bytes(term, n, options.walk, use, worked);
    if (options.float32 && Float32Pass::offers(term, options.walk.isa))
      bytes += Float32Pass::bytes(term, options.walk);
    for (const auto& output : term.program->outputs)
      stacked += std::min(term.rows, static_cast<index_t>(output.jacobian.size()) + 1);
  }
  if (worked && use.householder) {
    bytes += static_cast<index_t>(linalg::Matrix::bytes(z((stacked + n + 1) * (n + 1))));
  }
  return bytes;
}

}  // namespace nlsq::reduce
