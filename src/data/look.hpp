// SPDX-License-Identifier: MIT
// What a field is at a glance, whatever its notation, for whoever looks for a table.
#pragma once

#include <string>

#include "data/field.hpp"

namespace nlsq::data {

enum class Look : unsigned char { number, time, empty, missing, text };

/// A word for what could not be measured (ERROR, ---) is missing here; a percentage is a number.
Look look_of(const std::string& field);

/// Whether all fields are numbers or missing, one of them a number: a row of some table, if not of
/// this one.
bool is_all_numbers(const Record& record);

/// Fields of a record without an empty one behind a delimiter at its end.
std::size_t filled_size(const Record& record);

}  // namespace nlsq::data
