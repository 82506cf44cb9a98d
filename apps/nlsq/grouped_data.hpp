// SPDX-License-Identifier: MIT
// The data of the groups, one after the other as fit_many wants them, and what R² needs of each.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "groups.hpp"
#include "load.hpp"
#include "nlsq/fit_many.hpp"

namespace nlsq::command {

struct GroupedData {
  Groups groups;
  std::deque<std::vector<double>> own;  ///< columns whose rows had to be brought together
  std::optional<ManyData> many;         ///< views
  std::vector<std::int64_t> used;       ///< rows of each group with finite sigma
  std::vector<double> tss;              ///< sum of squares about the weighted mean
};

GroupedData group_data(const LoadedData& loaded, Groups groups, int threads);

/// Calls task(0) … task(count−1) in shares on `threads` threads (0: the usual number). The first
/// exception is thrown again.
void for_each_share(int threads, index_t count,
                    const std::function<void(index_t from, index_t to)>& task);

}  // namespace nlsq::command
