// SPDX-License-Identifier: MIT
// Values of options: numbers, and lists such as a=1,b=2 or a=0:10,b=:5. Every error names the
// option.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nlsq/fit.hpp"

namespace nlsq::command {

/// Whole numbers are exact up to here.
constexpr index_t kMostCount = 1'000'000'000'000'000;

/// A number, "inf" included. Throws InputError: `option` and the text.
double parse_number(std::string_view text, const std::string& option);

/// A finite number.
double parse_finite(std::string_view text, const std::string& option);

/// A whole number from `least` to `most`.
index_t parse_count(std::string_view text, const std::string& option, index_t least,
                    index_t most = kMostCount);

/// A number of threads; 0: as many as the machine has.
int parse_threads(const std::string& text);

/// The number that the whole text is, if it is one.
std::optional<double> as_number(std::string_view text);

/// One item of a list: the name (backquotes removed) and what stands behind '='; no '=': name
/// alone.
struct Assignment {
  std::string name;
  std::optional<std::string> value;
};

/// The word auto, as in --p0 auto.
inline bool is_auto(const Assignment& item) { return item.name == "auto" && !item.value; }

/// Splits lists at commas; a name may not come twice.
std::vector<Assignment> parse_assignments(const std::vector<std::string>& lists,
                                          const std::string& option);

/// LOW:HIGH, either side may be empty.
Bounds parse_bounds(const Assignment& assignment, const std::string& option);

}  // namespace nlsq::command
