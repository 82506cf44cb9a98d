// SPDX-License-Identifier: MIT
// Text tables: layout, census, numbers, names.
#pragma once

#include <string>
#include <string_view>

#include "nlsq/table.hpp"

namespace nlsq::data {

/// Bytes that are worth a task of their own.
inline constexpr index_t kMinimumChunk = index_t{1} << 18;

/// Reads a text table. The result does not depend on the number of threads or on `minimum_chunk`,
/// which is a parameter for the tests.
Table read_text(std::string_view bytes, const std::string& source, const ReadOptions& options,
                index_t minimum_chunk = kMinimumChunk);

}  // namespace nlsq::data
