// SPDX-License-Identifier: MIT
// Reading a table from a file that is mapped into memory.
#pragma once

#include <string>

#include "nlsq/table.hpp"

namespace nlsq::command {

/// read_table with the file mapped. When another program cuts it short meanwhile, the command says
/// so and ends with the exit code of an I/O failure.
Table read_mapped_table(const std::string& path, ReadOptions options);

}  // namespace nlsq::command
