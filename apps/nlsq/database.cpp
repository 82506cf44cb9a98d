// SPDX-License-Identifier: MIT
#include "database.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "messages.hpp"
#include "nlsq/error.hpp"
#include "records.hpp"

#if NLSQ_HAS_SQLITE
#include <sqlite3.h>
#endif

namespace nlsq::command {
namespace {

bool is_database(const std::string& path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  // What a pipe holds can be read but once.
  if (std::error_code fault; !std::filesystem::is_regular_file(path, fault)) return false;
  std::ifstream file(path, std::ios::binary);
  char head[16] = {};
  file.read(head, sizeof head);
  return std::string_view(head, static_cast<std::size_t>(file.gcount())) == kMagic;
}

#if NLSQ_HAS_SQLITE

// A query reads and computes; whatever else a statement could do is denied before it runs.
int authorize(void*, int action, const char*, const char* name, const char*, const char*) {
  if (action == SQLITE_FUNCTION)
    return name != nullptr && std::string_view(name) == "load_extension" ? SQLITE_DENY : SQLITE_OK;
  const bool reads = action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE;
  return reads ? SQLITE_OK : SQLITE_DENY;
}

std::string in_quotes(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

class Database {
 public:
  explicit Database(const std::string& file) : file_(file) {
    sqlite3* opened = nullptr;
    // A name that begins like an address stays a name.
    const std::string path = file.starts_with("file:") ? "./" + file : file;
    const int state =
        sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(opened);
    if (state != SQLITE_OK) refuse("cannot be opened");
    int done = 0;
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, &done);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &done);
    // "x" is a name and never a text.
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DQS_DML, 0, &done);
    sqlite3_limit(opened, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_set_authorizer(opened, authorize, nullptr);
  }

  std::vector<std::string> tables() {
    std::vector<std::string> names;
    const Statement statement = prepare(
        "select name from sqlite_master where type in ('table', 'view') and name not like "
        "'sqlite_%' order by rowid");
    while (step(statement))
      names.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0)));
    return names;
  }

  Records rows(const std::string& text) {
    const Statement statement = prepare(text);
    const int columns = sqlite3_column_count(statement.get());
    if (columns == 0) refuse_other_than_select();
    Records records(file_);
    std::vector<std::string> names;
    for (int c = 0; c < columns; ++c) names.emplace_back(sqlite3_column_name(statement.get(), c));
    records.set_names(std::move(names));
    while (step(statement)) add_row(statement.get(), columns, records);
    return records;
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw DataError(file_, 0, fmt::format("this database {}", what));
  }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };
  struct Finish {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finish>;

  [[noreturn]] void refuse_other_than_select() const {
    throw DataError(file_, 0, "a query may only select; nothing else is done with a database");
  }

  Statement prepare(const std::string& text) {
    sqlite3_stmt* made = nullptr;
    const char* rest = nullptr;
    const int state = sqlite3_prepare_v2(database_.get(), text.c_str(),
                                         static_cast<int>(text.size()), &made, &rest);
    Statement statement(made);
    if (state == SQLITE_AUTH) refuse_other_than_select();
    if (state != SQLITE_OK) refuse_query(text);
    if (made == nullptr) throw DataError(file_, 0, "the query is empty");
    // Behind a semicolon there may be remarks, and no other statement.
    sqlite3_stmt* second = nullptr;
    const int other = sqlite3_prepare_v2(database_.get(), rest, -1, &second, nullptr);
    const Statement unwanted(second);
    if (other != SQLITE_OK || second != nullptr)
      throw DataError(file_, 0, "there is more than one statement; a query is one 'select'");
    return statement;
  }

  bool step(const Statement& statement) {
    const int state = sqlite3_step(statement.get());
    if (state == SQLITE_ROW) return true;
    if (state != SQLITE_DONE) refuse_query("");
    return false;
  }

  void add_row(sqlite3_stmt* statement, int columns, Records& records) const {
    for (int c = 0; c < columns; ++c) {
      switch (sqlite3_column_type(statement, c)) {
        case SQLITE_NULL: records.add_missing(); break;
        case SQLITE_INTEGER: records.add_whole(sqlite3_column_int64(statement, c)); break;
        case SQLITE_FLOAT: records.add_number(sqlite3_column_double(statement, c)); break;
        case SQLITE_TEXT:
          records.add_text({reinterpret_cast<const char*>(sqlite3_column_text(statement, c)),
                            static_cast<std::size_t>(sqlite3_column_bytes(statement, c))});
          break;
        default:
          throw DataError(file_, records.rows() + 1,
                          fmt::format("the column '{}' holds bytes (a blob), no numbers",
                                      sqlite3_column_name(statement, c)));
      }
    }
    records.end_row();
  }

  // What SQLite says; where a name is wrong, the names that there are. A word alone is no query but
  // stands for a table.
  [[noreturn]] void refuse_query(const std::string& text) {
    const std::string said = sqlite3_errmsg(database_.get());
    const std::string mark = "no such table: ";
    std::string wanted, message = "SQLite says: " + said;
    if (said.starts_with(mark)) {
      wanted = said.substr(mark.size());
    } else if (said.ends_with("syntax error") &&
               text.find_first_of(" \t\r\n(;") == std::string::npos) {
      wanted = text;
      message = fmt::format("this database has no table '{}'", text);
    }
    if (!wanted.empty()) {
      const std::vector<std::string> names = tables();
      message +=
          fmt::format("{}; the tables are {}", did_you_mean(wanted, names), quoted_list(names));
    }
    throw DataError(file_, 0, message);
  }

  std::string file_;
  std::unique_ptr<sqlite3, Close> database_;
};

// The whole of a table if a table is named, or there is but one.
std::string statement_of(const Query& query, Database& database) {
  const std::vector<std::string> tables = database.tables();
  for (const std::string& name : tables) {
    if (name == query.statement || (query.statement.empty() && tables.size() == 1))
      return "select * from " + in_quotes(name);
  }
  if (!query.statement.empty()) return query.statement;
  if (tables.empty()) database.refuse("has no table");
  database.refuse(fmt::format("has the tables {}; write '{}?{}', or '{}?select …'",
                              quoted_list(tables), query.file, tables.front(), query.file));
}

#endif

}  // namespace

std::optional<Query> as_query(const std::string& path) {
  if (is_database(path)) return Query{path, ""};
  for (std::size_t at = path.find('?'); at != std::string::npos; at = path.find('?', at + 1)) {
    if (is_database(path.substr(0, at))) return Query{path.substr(0, at), path.substr(at + 1)};
  }
  return std::nullopt;
}

bool reads_databases() { return NLSQ_HAS_SQLITE != 0; }

#if NLSQ_HAS_SQLITE

Table read_query(const Query& query, const ReadOptions& options) {
  Database database(query.file);
  return database.rows(statement_of(query, database)).table(options);
}

#else

Table read_query(const Query& query, const ReadOptions&) {
  throw DataError(query.file, 0,
                  "this is an SQLite database, and nlsq was built without SQLite; install "
                  "libsqlite3-dev and build again, or export the query: sqlite3 -csv -header "
                  "FILE 'select …'");
}

#endif

}  // namespace nlsq::command
