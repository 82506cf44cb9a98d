// SPDX-License-Identifier: MIT
// A query of an SQLite database as a table: `runs.db?select t, u from run where id = 7`. The file
// is opened for reading alone, and the statement may do nothing but read it.
#pragma once

#include <optional>
#include <string>

#include "nlsq/table.hpp"

namespace nlsq::command {

struct Query {
  std::string file;
  std::string statement;  ///< or the name of a table; empty: the only one
};

/// What a path names if it is a database, or a database with '?' and a query behind it. The content
/// of the file decides.
std::optional<Query> as_query(const std::string& path);

/// Whether this build has SQLite.
bool reads_databases();

/// Throws DataError for what SQLite refuses, with the tables that there are.
Table read_query(const Query& query, const ReadOptions& options);

}  // namespace nlsq::command
