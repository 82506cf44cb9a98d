// SPDX-License-Identifier: MIT
// Tables in JSON: a record a line (JSON lines), a list of records, or an object of lists.
#pragma once

#include <string>

#include "nlsq/table.hpp"

namespace nlsq::command {

/// Whether a file is read as JSON: its name ends in .json, .jsonl or .ndjson and it begins with {
/// or [.
bool is_json_path(const std::string& path);

/// Throws DataError with the line for what is no JSON, or no table; IoError.
Table read_json_records(const std::string& path, const ReadOptions& options);

}  // namespace nlsq::command
