// SPDX-License-Identifier: MIT
// Who makes the passes over a term's rows where it is not the walker: a device, another process.
// A request is complete in itself, so it can be sent and repeated; the policy that chooses folds
// and coordinates (docs/adr/0002) and the solver are above this and do not know who answers.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "linalg/vector.hpp"
#include "nlsq/types.hpp"

namespace nlsq::reduce {

struct PassRequest {
  enum class Kind : std::uint8_t {
    cost,  ///< the sums of CostFold
    gram   ///< those of GramFold, of Z = J·M where there are coordinates, else of J
  };
  Kind kind = Kind::gram;
  std::span<const double> parameters{};  ///< of the program, extras included
  /// Of each output M, k×n column-major, the uniform factors of the columns of J in it.
  std::span<const linalg::Matrix> coordinates{};
  index_t n = 0;  ///< columns of each M
};

/// Of one term. Used by one thread at a time.
class PassEngine {
 public:
  virtual ~PassEngine() = default;
  /// The sums over all rows, laid out as those of the walker's folds; valid until the next request.
  /// Empty: it cannot, now or for good, and the walker does it.
  virtual std::span<const double> run(const PassRequest& request) = 0;
};

}  // namespace nlsq::reduce
