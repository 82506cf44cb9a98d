// SPDX-License-Identifier: MIT
// A text of any length as a source: parsed once, on all threads, into a scratch file of the columns
// that are wanted.
#pragma once

#include <memory>
#include <string>

#include "nlsq/row_files.hpp"
#include "rows/bytes.hpp"

namespace nlsq::rows {

/// The rows at the beginning of a text.
Table text_head(ByteStream& bytes, const std::string& path, const RowFileOptions& options);

/// Adds the rows of a text to `spill`, which holds options.used, and counts those left out in
/// `opened`.
void spill_text(ByteStream& bytes, const std::string& path, const RowFileOptions& options,
                RowSpill& spill, OpenedRows& opened);

}  // namespace nlsq::rows
