// SPDX-License-Identifier: MIT
// Files that are read in pieces, as --memory is less than they are: the result of memory, the
// options that need the rows there, and what is wrong with files named.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "command_support.hpp"

namespace nlsq::test {
namespace {

constexpr int kRows = 200'000;

class Streamed : public CommandTest {
 protected:
  static std::string rows(int first, int end, const std::string& header = "x,y,s\n") {
    std::string csv = header;
    char line[96];
    for (int i = first; i < end; ++i) {
      const double x = 4.0 * i / kRows;
      std::snprintf(line, sizeof(line), "%.17g,%.17g,%s\n", x,
                    2.5 * std::exp(-1.3 * x) + 0.5 + 0.05 * std::sin(12.9898 * i * i),
                    i % 1000 == 5 ? "inf" : "0.05");
      csv += line;
    }
    return csv;
  }
  Outcome fit_it(const std::string& file, std::vector<std::string> more) const {
    for (const char* word : {"--p0", "a=1,b=1,c=1", "--json"}) more.emplace_back(word);
    return fit(file, "y = a*exp(-b*x)+c", more);
  }
  // Everything but what took time and where the data were.
  static void expect_same(const Outcome& a, const Outcome& b) {
    ASSERT_EQ(a.code, 0) << a.err;
    ASSERT_EQ(b.code, 0) << b.err;
    for (const char* key : {"parameters", "covariance", "cost", "rss", "n", "nfev", "r_squared",
                            "n_omitted", "warnings", "message"})
      EXPECT_EQ(a.json()[key], b.json()[key]) << key;
  }
};

TEST_F(Streamed, a_text_has_the_result_of_memory) {
  write("d.csv", rows(0, kRows));
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--sigma", "s"}, {"--loss", "huber", "--f-scale", "0.05"}}) {
    std::vector<std::string> limited = more;
    limited.insert(limited.end(), {"--memory", "6M", "--scratch", "."});
    expect_same(fit_it("d.csv", limited), fit_it("d.csv", more));
  }
  EXPECT_EQ(files(), (std::vector<std::string>{"d.csv"}));  // nothing is left of the scratch file
}

TEST_F(Streamed, words_for_values_are_what_they_are_in_memory) {
  write("m.csv", "x,y\n1,3\n2,<LOD\n3,7\n4,ERROR\n5,11.5\n6,13\n");
  write("part1.csv", "x,y\n1,3\n2,<LOD\n3,7\n");
  write("part2.csv", "x,y\n4,ERROR\n5,11.5\n6,13\n");
  const auto line = [&](const std::string& file, std::vector<std::string> more) {
    more.emplace_back("--json");
    return fit(file, "y = a*x+b", more);
  };
  const Outcome memory = line("m.csv", {}), pieces = line("part*.csv", {});
  expect_same(memory, pieces);
  EXPECT_EQ(pieces.json()["n"], 4);
  EXPECT_NE(memory.err.find("2 rows are left out where a word stands for a value (first at "
                            "m.csv:3)"),
            std::string::npos);
  EXPECT_NE(pieces.err.find("2 rows are left out where a word stands for a value (first at "
                            "part1.csv:3)"),
            std::string::npos)
      << pieces.err;
  expect_same(line("m.csv", {"--missing", "omit"}), line("part*.csv", {"--missing", "omit"}));
  const Outcome refused = line("part*.csv", {"--missing", "raise"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("part1.csv:3"), std::string::npos) << refused.err;
}

TEST_F(Streamed, several_files_and_compressed_ones_are_one_data_set) {
  write("all.csv", rows(0, kRows));
  write("part1.csv", rows(0, 70'000));
  write("part2.csv", rows(70'000, kRows));
  expect_same(fit_it("part*.csv", {}), fit_it("all.csv", {}));
  if (shell("gzip -k all.csv").code != 0) return;
  if (fit_it("all.csv.gz", {}).err.find("cannot unpack") != std::string::npos) return;
  expect_same(fit_it("all.csv.gz", {}), fit_it("all.csv", {}));
  write("small.csv", rows(0, 100));
  EXPECT_EQ(shell("gzip small.csv && nlsq fit small.csv.gz --model 'y = a+b*x' --json").code, 0);
}

TEST_F(Streamed, a_built_in_model_starts_from_some_of_the_rows) {
  write("d.csv", rows(0, kRows));
  const Outcome outcome =
      nlsq({"fit", "d.csv", "--model", "exponential_decay", "--memory", "6M", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_GT(outcome.json()["r_squared"], 0.9);
}

TEST_F(Streamed, raw_numbers_are_read_as_described) {
  ASSERT_EQ(shell("printf 'x,y\\n1,2\\n2,4\\n3,6.1\\n4,8\\n' > d.csv").code, 0);
  std::string raw;
  for (const double v : {1.0, 2.0, 2.0, 4.0, 3.0, 6.1, 4.0, 8.0})
    raw.append(reinterpret_cast<const char*>(&v), 8);
  write("d.bin", raw);
  const auto line = [&](const std::string& file, std::vector<std::string> more) {
    more.push_back("--json");
    return fit(file, "y = a*x+b", more);
  };
  expect_same(line("d.bin", {"--raw", "x:<f8,y:<f8"}), line("d.csv", {}));
  EXPECT_EQ(line("d.bin", {"--raw", "x"}).code, 2);
  EXPECT_NE(line("d.bin", {"--raw", "x:<f8,y:<f4"}).err.find("no whole number of records"),
            std::string::npos);
}

TEST_F(Streamed, options_that_need_the_rows_in_memory_are_refused) {
  write("d.csv", rows(0, kRows));
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--where", "x>1"},
                                               {"--expr", "z=2*x"},
                                               {"--plot", "p.svg"},
                                               {"--table", "t.csv"},
                                               {"--by", "s"},
                                               {"--report", "r.html"}}) {
    std::vector<std::string> limited = more;
    limited.insert(limited.end(), {"--memory", "6M"});
    const Outcome outcome = fit_it("d.csv", limited);
    EXPECT_EQ(outcome.code, 2) << more.front();
    EXPECT_NE(outcome.err.find(more.front() + " needs the rows in memory"), std::string::npos)
        << outcome.err;
  }
}

// Killed at several moments of a fit of some seconds; the model is slow, and steps are many.
TEST_F(Streamed, a_fit_that_was_killed_goes_on_from_its_checkpoint) {
  write("d.csv", rows(0, kRows));
  const std::string line =
      "'" NLSQ_COMMAND
      "' fit d.csv --model 'y = a*exp(-b*x) + c + d*lgamma(2 + x)' --p0 a=9,b=0.1,c=1,d=0.5 "
      "--memory 6M --no-progressive --threads 1 --json";
  const Outcome whole = shell(line);
  ASSERT_EQ(whole.code, 0) << whole.err;
  for (const char* seconds : {"0.1", "0.15", "0.2", "0.25", "0.3", "0.4", "0.5"})
    shell("timeout -s KILL " + std::string(seconds) + " " + line + " --checkpoint c.ckp");
  const Outcome resumed = shell(line + " --checkpoint c.ckp");
  expect_same(resumed, whole);
  expect_same(shell(line + " --checkpoint c.ckp"), whole);  // a finished run
  const Outcome other = shell(line + " --checkpoint c.ckp --loss huber");
  EXPECT_EQ(other.code, 2);
  EXPECT_NE(other.err.find("c.ckp is of a fit with loss linear"), std::string::npos) << other.err;
  shell("echo 1,2,3 >> d.csv");
  EXPECT_EQ(shell(line + " --checkpoint c.ckp").code, 2);
  EXPECT_EQ(shell(line + " --checkpoint d.csv").code, 2);
}

TEST_F(Streamed, what_is_wrong_with_files_is_named) {
  write("a1.csv", rows(0, 1000));
  write("a2.csv", rows(1000, 2000, "x,z,s\n"));
  Outcome outcome = fit_it("a*.csv", {});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("a2.csv: the columns of this file are"), std::string::npos);
  write("a2.csv", "");
  outcome = fit_it("a*.csv", {});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("a2.csv: this file is empty"), std::string::npos);
  EXPECT_EQ(fit_it("b*.csv", {}).code, 2);
  write("d.csv", rows(0, kRows));
  outcome = fit_it("d.csv", {"--memory", "6M", "--scratch", "nowhere"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.err.find("no file can be made in nowhere"), std::string::npos);
  // No room for the scratch file.
  outcome = shell("ulimit -f 1000; nlsq fit d.csv --model 'y = a*exp(-b*x)+c' --memory 6M");
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.err.find("scratch file in"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace nlsq::test
