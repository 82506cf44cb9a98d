// SPDX-License-Identifier: MIT
// Tables that are no text: queries of SQLite databases, which are never written to, and JSON.
#include <memory>
#include <string>
#include <vector>

#include "command_support.hpp"

#if NLSQ_HAS_SQLITE
#include <sqlite3.h>
#endif

namespace nlsq::test {
namespace {

class Records : public CommandTest {
 protected:
  void expect_refused(const Outcome& outcome, const std::string& text) const {
    EXPECT_EQ(outcome.code, 2) << outcome.out;
    EXPECT_NE(outcome.err.find(text), std::string::npos) << text << "\n" << outcome.err;
  }
  double slope(const std::string& file, std::vector<std::string> more = {}) const {
    more.emplace_back("--json");
    const Outcome outcome = fit(file, "y = a*x", more);
    EXPECT_EQ(outcome.code, 0) << file << "\n" << outcome.err;
    return outcome.code == 0 ? outcome.json()["parameters"]["a"]["value"].get<double>() : 0.0;
  }
};

TEST_F(Records, of_json_lines_are_rows) {
  write("d.jsonl",
        "{\"x\": 1, \"y\": 2, \"ok\": true}\n\n{\"y\": 4, \"x\": 2, \"who\": \"a \\\"b\\\"\"}\n"
        "{\"x\": 3, \"y\": 6.0}\n");
  EXPECT_NEAR(slope("d.jsonl"), 2.0, 1e-12);
  EXPECT_NEAR(slope("d.jsonl", {"--where", "who != \"c\""}), 2.0, 1e-12);
  write("e.jsonl", "{\"x\": 1, \"y\": 2}\n\n{\"x\": 2, \"y\": null}\n{\"x\": 3, \"y\": 6}\n");
  expect_refused(fit("e.jsonl", "a*x"), "e.jsonl:3: 'y' is missing");
  EXPECT_NEAR(slope("e.jsonl", {"--missing", "omit"}), 2.0, 1e-12);
}

TEST_F(Records, of_json_are_a_list_or_an_object_of_lists) {
  write("a.json", "[{\"x\": 1, \"y\": 2},\n {\"x\": 2, \"y\": 4}, {\"x\": 3, \"y\": 6}]");
  EXPECT_NEAR(slope("a.json"), 2.0, 1e-12);
  write("b.json", "{\"x\": [1, 2, 3],\n \"y\": [2, 4, 6]}");
  EXPECT_NEAR(slope("b.json"), 2.0, 1e-12);
  write("c.json", "{\"t\": [1, 2], \"x\": [1, 2, 3]}");
  expect_refused(fit("c.json", "a*x"), "the list 'x' has 3 values, the first one 2");
}

TEST_F(Records, of_json_that_are_no_table_are_refused) {
  write("a.json", "[1, 2]");
  expect_refused(fit("a.json", "a*x"), "a record is an object of names and values, found number");
  write("a.json", "[{\"x\": {\"y\": 1}}]");
  expect_refused(fit("a.json", "a*x"), "this JSON is nested");
  write("a.jsonl", "{\"x\": 1}\n{\"x\": [1]}\n");
  expect_refused(fit("a.jsonl", "a*x"), "a.jsonl:2: 'x' is neither a number nor a text (array)");
  write("a.jsonl", "{\"x\": 1}\n{\"x\"\n");
  expect_refused(fit("a.jsonl", "a*x"), "a.jsonl:2: this is no JSON");
  write("a.json", std::string(200'000, '['));
  expect_refused(fit("a.json", "a*x"), "this JSON is nested");
  write("a.json", "[]");
  expect_refused(fit("a.json", "a*x"), "there is no row");
  write("a.json", "[{\"x\": 1, \"y\": 2}, {\"x\": 2, \"y\": 3}]");
  expect_refused(fit("a.json", "a*x", {"--skip", "1"}), "--skip is about lines of a text");
}

#if NLSQ_HAS_SQLITE

class Database : public Records {
 protected:
  void make(const std::string& name, const std::string& statements) const {
    sqlite3* opened = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ + "/work/" + name).c_str(), &opened), SQLITE_OK);
    char* fault = nullptr;
    EXPECT_EQ(sqlite3_exec(opened, statements.c_str(), nullptr, nullptr, &fault), SQLITE_OK)
        << fault;
    sqlite3_close(opened);
  }
  void SetUp() override {
    make("d.db",
         "create table run(id int, x real, y real, note text, day text);"
         "insert into run values(1, 1, 2.0, 'a', '2024-01-01'), (1, 2, 4.0, '#b', '2024-01-02'),"
         "(1, 3, 6.0, null, '2024-01-03'), (2, 4, null, 'c', '2024-01-04');");
  }
};

TEST_F(Database, a_query_is_a_table) {
  EXPECT_NEAR(slope("d.db?select x, y from run where id = 1"), 2.0, 1e-12);
  EXPECT_NEAR(slope("d.db?run", {"--missing", "omit"}), 2.0, 1e-12);
  EXPECT_NEAR(slope("d.db", {"--where", "id == 1"}), 2.0, 1e-12);
  EXPECT_NEAR(slope("d.db?select x, y, note from run;  -- all of it", {"--where", "note != \"c\""}),
              2.0, 1e-12);
  const Outcome days = fit("d.db?select day, y from run where id = 1", "y = a + b*day", {"--json"});
  EXPECT_NEAR(days.json()["parameters"]["b"]["value"].get<double>(), 2.0 / 86400, 1e-15);
  expect_refused(fit("d.db?select x, y from run", "a*x"), "d.db:4: 'y' is missing");
}

TEST_F(Database, nothing_but_one_select_is_run) {
  const std::string before = read("d.db");
  for (const char* const statement :
       {"delete from run", "insert into run values(1, 1, 1, 1, 1)", "attach 'other.db' as o",
        "pragma journal_mode = wal", "create table t(a)", "create temp table t(a)", "vacuum",
        "begin", "drop table run", "pragma table_info(run)"})
    expect_refused(fit("d.db?" + std::string(statement), "a*x"), "a query may only select");
  expect_refused(fit("d.db?select x, y from run; select 1", "a*x"), "more than one statement");
  expect_refused(fit("d.db?select x, y from run; drop table run", "a*x"),
                 "more than one statement");
  expect_refused(fit("d.db?select load_extension('m')", "a*x"), "not authorized");
  expect_refused(fit("d.db? ", "a*x"), "the query is empty");
  EXPECT_EQ(read("d.db"), before);
  EXPECT_EQ(files(), std::vector<std::string>{"d.db"});
}

TEST_F(Database, faults_name_what_there_is) {
  expect_refused(fit("d.db?select x, y from rum", "a*x"),
                 "no such table: rum (did you mean 'run'?); the tables are 'run'");
  expect_refused(
      fit("d.db?rum", "a*x"),
      "d.db: this database has no table 'rum' (did you mean 'run'?); the tables are 'run'");
  for (const char* const text :
       {"no such column: ", "xx"}) {  // quoted by SQLite or not, by its version
    expect_refused(fit("d.db?select xx, y from run", "a*x"), text);
    expect_refused(fit("d.db?select \"xx\", y from run", "a*x"), text);
  }
  expect_refused(fit("d.db?select x, y from run where 0", "a*x"), "there is no row");
  expect_refused(fit("d.db?select x, x'00' as y from run", "a*x"),
                 "d.db:1: the column 'y' holds bytes");
  make("two.db", "create table a(x); create table b(x);");
  expect_refused(fit("two.db", "a*x"),
                 "this database has the tables 'a' and 'b'; write 'two.db?a'");
  write("bad.db", std::string("SQLite format 3\0", 16) + std::string(4000, 'x'));
  expect_refused(fit("bad.db?select 1", "a*x"), "bad.db: SQLite says: ");
  expect_refused(fit("d.db?run", "a*x", {"--out", "d.db", "--force"}), "is the file of the data");
}

TEST_F(Database, a_question_mark_in_the_name_of_a_file_is_one) {
  write("d?.csv", "x,y\n1,2\n2,4\n3,6\n");
  EXPECT_NEAR(slope("d?.csv"), 2.0, 1e-12);
}

#else

TEST_F(Records, of_a_database_need_sqlite) {
  write("d.db", std::string("SQLite format 3\0", 16));
  expect_refused(fit("d.db?select x, y from run", "a*x"), "built without SQLite");
}

#endif

}  // namespace
}  // namespace nlsq::test
