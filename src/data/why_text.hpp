// SPDX-License-Identifier: MIT
// Why a column is text, and what helps: the one place that explains it.
#pragma once

#include <string>

#include "data/table_impl.hpp"

namespace nlsq::data {

/// "dates ('2023-01-02'); give …" or "text ('ERROR') where a number belongs; …", for a message that
/// names the column and the line of its first text.
std::string about_text(const Table::Impl& table, index_t column);

TextKind kind_of_text(const Table::Impl& table, index_t column);

}  // namespace nlsq::data
