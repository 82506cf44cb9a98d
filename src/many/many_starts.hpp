// SPDX-License-Identifier: MIT
// Starts of many fits that nobody gave. Some of the sets are fitted by themselves, each with a
// search of its own where ones do not serve (starts/start_search.hpp). Of their ends the fewest are
// kept from which all those sets reach their best; every set is then fitted from the one of these
// that serves it best (docs/adr/0010-starts.md).
#pragma once

#include <optional>
#include <vector>

#include "many/many_alone.hpp"

namespace nlsq::fit_impl {

/// Sets that are searched; where there are no more than these, each starts from its own end.
inline constexpr index_t kPilots = 32;

struct FoundStarts {
  std::vector<double> values;  ///< N for all sets, or k×N, one row a set
  /// Of the sum of squares about the mean, the most that a searched set leaves.
  double most_left = 1.0;
};

/// None: starts were given or are not asked for, or ones serve as well. Depends on the data and
/// their order alone.
std::optional<FoundStarts> find_many_starts(const ManySetup& setup);

/// Sets of which more is left than of any that was searched are searched, too, up to 256 of them;
/// where that finds less, the set's results are replaced. `into` has cost and rss.
void search_where_more_is_left(const ManySetup& setup, double most_left, const ManyArrays& into);

}  // namespace nlsq::fit_impl
