// SPDX-License-Identifier: MIT
// Words that are units: what tells a row of units from a row of names.
#pragma once

#include <string>
#include <vector>

namespace nlsq::data {

/// "mV", "[s]", "(counts/s)", "V vs. Ref."; not an empty field.
bool is_unit(const std::string& field);

/// Whether fields are units or empty, at least one a unit, and no fewer units than empty ones
/// would hide.
bool are_units(const std::vector<std::string>& fields);

/// A unit without the brackets around it.
std::string bare_unit(const std::string& field);

}  // namespace nlsq::data
