// SPDX-License-Identifier: MIT
// The words of a line that may name columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/field.hpp"

namespace nlsq::data {

/// Whether a line begins with a sign that some language begins comments with.
bool begins_with_comment_sign(std::string_view text, const Dialect& dialect);

/// The line without that sign and the blanks behind it; a sign that is a field of its own is a
/// name.
std::string_view without_sign(std::string_view text, char delimiter);

std::string_view without_blanks(std::string_view text);
std::string in_lower_case(std::string text);

/// `wanted` names or units in a line, set apart as the rows are or otherwise; empty if there are
/// not as many, or one is a number.
std::vector<std::string> names_of(std::string_view text, std::size_t wanted, const Dialect& dialect,
                                  bool commented);

/// A word, then words and numbers.
std::vector<std::string> numbered_names(std::string_view text, std::size_t wanted,
                                        const Dialect& dialect);

/// Words, at least two of them, none a number.
bool are_names(const std::vector<std::string>& fields, std::size_t wanted);

bool has_number(const std::vector<std::string>& fields);

}  // namespace nlsq::data
