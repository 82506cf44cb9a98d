// SPDX-License-Identifier: MIT
// Decimal commas and signs between thousands, told by the first rows: where nothing else can be
// meant, and no option says otherwise.
#pragma once

#include "data/layout.hpp"
#include "data/sample.hpp"

namespace nlsq::data {

/// Sets decimal mark and sign between thousands of layout.dialect, with notes.
void find_notation(const Sample& sample, const ReadOptions& options, Layout& layout);

/// The same from the forms (see form.hpp) of fields that turned out to be no numbers, further down.
/// False if they tell nothing.
bool find_late_notation(unsigned forms, const std::string& example, const ReadOptions& options,
                        Layout& layout);

}  // namespace nlsq::data
