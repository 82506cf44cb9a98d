// SPDX-License-Identifier: MIT
// Other parameters that make a model linear in more of them: exp(A + u) is e_A·exp(u) with a
// positive coefficient, A·sin(u + φ) is P·sin u + Q·cos u, a·(1 + v·u) has the product a·v.
#pragma once

#include <span>
#include <vector>

#include "expr/graph.hpp"

namespace nlsq::search {

struct Rewrite {
  enum class Kind { log_amplitude, phase, product } kind;
  index_t parameter = -1;  ///< A of the exponential, φ of the wave, v
  double factor = 1.0;     ///< of that parameter inside the function
  index_t amplitude = -1;  ///< A of the wave, a
  index_t first = -1;      ///< slot of e_A, P or a·v
  index_t second = -1;     ///< slot of Q
};

/// A model under rewriting.
struct Rewritten {
  expr::NodeId root;
  std::vector<index_t> moving;  ///< slots
  index_t slots = 0;
  std::vector<Rewrite> done;
};

/// Applies what can be applied.
void rewrite(expr::Graph& graph, Rewritten& model);

/// The parameters that a rewrite took away, from those it brought; false where there are none.
bool restore(const Rewrite& rewrite, std::span<double> slots);

}  // namespace nlsq::search
