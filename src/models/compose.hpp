// SPDX-License-Identifier: MIT
// Sums of built-in models.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nlsq/models.hpp"

namespace nlsq::models {

inline constexpr std::size_t kMostComponents = 16;

/// What stands between the + of a text, without blanks around it.
std::vector<std::string> terms_of(std::string_view text);

/// The sum that `text` names; nullptr where it has no + or one of its terms is no built-in model.
const BuiltInModel* find_sum(std::string_view text);

}  // namespace nlsq::models
