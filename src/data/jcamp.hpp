// SPDX-License-Identifier: MIT
// Spectra in JCAMP-DX: one block of data as plain numbers, (X++(Y..Y)) or (XY..XY). The packed
// forms (SQZ, DIF, DUP) are refused.
#pragma once

#include <string>
#include <string_view>

#include "nlsq/table.hpp"

namespace nlsq::data {

/// Whether a text begins as JCAMP-DX does, with ##TITLE=.
bool is_jcamp(std::string_view text);

/// The columns x and y of the first block with data. Throws DataError.
Table read_jcamp(std::string_view text, const std::string& source, const ReadOptions& options);

}  // namespace nlsq::data
