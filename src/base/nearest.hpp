// SPDX-License-Identifier: MIT
// "Did you mean": the nearest of a list of names by edit distance (Damerau-Levenshtein, optimal
// string alignment).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "nlsq/types.hpp"

namespace nlsq::base {

/// Edits (insert, delete, replace, swap neighbours) that turn `a` into `b`; case counts as half an
/// edit rounded up. Cost O(|a||b|).
index_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `name` within `max_edits` (and never more than half of its length, at
/// least one; a name of one letter only matches without regard to case); empty when none is near.
/// Ties go to the first.
std::string nearest(std::string_view name, std::span<const std::string> candidates,
                    index_t max_edits = 3);

/// " (did you mean 'x'?)" or an empty string.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

/// 'a', 'b' and 'c'; of more than ten the first nine and how many more there are.
std::string quoted_list(std::span<const std::string> names);

}  // namespace nlsq::base
