// SPDX-License-Identifier: MIT
// Outputs and option values that a user may give by mistake, or that someone else laid out for
// them: each is refused with a message, and every file keeps its bytes.
#include <algorithm>
#include <map>

#include "by_support.hpp"

namespace nlsq::test {
namespace {

struct Case {
  const char* line;  ///< of sh; `one` and `by` are the command with a file, a model and --by
  int code;
  const char* message;
};

class Hostile : public ByTest {
 protected:
  Hostile() {
    write("d.csv", kDecay);
    write("g.csv", plate({"A", "B"}));
    write("starts.csv", "well,a,b,c\nA,2,1,1\n");
    write("bounds.csv", "well,a_min\nA,0\n");
    write("mine.svg", "<svg><!-- drawn by hand --></svg>\n");
    write("mine.csv", "time,counts\n1,2\n");
    write("mine.npz", "PK\x03\x04 no archive");
    write("protected.svg", "<svg/>\n");
    write("r.csv", "well,a,b,c,n,rss,r2,status,message,remarks\nA,1,1,1,3,0,1,1,ok,keep\n");
    shell(
        "chmod a-w protected.svg; mkdir sub sub.csv; mkfifo pipe.csv\n"
        "ln -s d.csv link.svg; ln d.csv hard.svg; ln -s link.svg twice.svg; ln -s . here\n"
        "ln -s loop.svg loop.svg; ln -s a.svg b.svg; ln -s b.svg a.svg; ln -s no/way.svg away.svg\n"
        "ln -s ../g.csv sub/g.csv; ln starts.csv s.csv; ln -s mine.svg to_mine.svg\n"
        "ln -s /dev/full full.svg; ln -s sub to_sub.svg; ln -s pipe.csv pipe_too.csv");
  }

  // What lies in the folder, and what is in the files.
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> all;
    for (const std::string& name : files())
      all[name] = name.starts_with("pipe") || name == "full.svg" ? "" : read(name);
    return all;
  }

  void try_all(const std::vector<Case>& cases) const {
    const auto before = contents();
    for (const Case& c : cases) {
      SCOPED_TRACE(c.line);
      const Outcome outcome = shell(
          std::string("one() { nlsq fit d.csv --model 'y = a*x + b' \"$@\"; }\n"
                      "by() { nlsq fit g.csv --by well --model 'y = a*exp(-b*x) + c' \"$@\"; }\n") +
          c.line);
      EXPECT_EQ(outcome.code, c.code) << outcome.err;
      EXPECT_NE(outcome.err.find(c.message), std::string::npos) << outcome.err;
      EXPECT_TRUE(outcome.err.starts_with("nlsq: ")) << outcome.err;
      if (c.code == 2) {
        EXPECT_EQ(outcome.out, "");
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
      }
      EXPECT_EQ(contents(), before);
    }
  }
};

TEST_F(Hostile, outputs_that_are_inputs_are_refused) {
  try_all({
      {"one --plot d.csv", 2, "--plot: 'd.csv' is the file of the data, which is never written to"},
      {"one --plot ./sub/..//d.csv", 2, "is the file of the data ('d.csv')"},
      {"one --plot \"$PWD/d.csv\"", 2, "is the file of the data"},
      {"one --plot here/here/d.csv", 2, "is the file of the data"},
      {"one --plot link.svg", 2, "'link.svg' is the file of the data ('d.csv')"},
      {"one --plot twice.svg", 2, "is the file of the data"},
      {"one --plot hard.svg", 2, "is the file of the data"},
      {"one --plot link.svg --force", 2, "is the file of the data"},
      {"nlsq fit hard.svg --model 'y = a*x + b' --plot link.svg --force", 2,
       "is the file of the data"},
      {"nlsq fit - --model 'y = a*x + b' --plot link.svg --force < d.csv", 2,
       "is the file of the data ('-')"},
      {"nlsq fit /dev/stdin --model 'y = a*x + b' --plot link.svg --force < d.csv", 2,
       "is the file of the data ('/dev/stdin')"},
      {"by --out g.csv", 2, "--out: 'g.csv' is the file of the data"},
      {"by --out sub/g.csv --force", 2, "is the file of the data ('g.csv')"},
      {"by --p0-from starts.csv --out starts.csv --force", 2, "is the file of --p0-from"},
      {"by --p0-from s.csv --out starts.csv --force", 2, "is the file of --p0-from ('s.csv')"},
      {"by --bounds-from bounds.csv --out ./bounds.csv --force", 2, "is the file of --bounds-from"},
      {"by --bounds-from - --out bounds.csv --force < bounds.csv", 2,
       "is the file of --bounds-from"},
      {"nlsq fit pipe.csv --by k --model 'y = a*x' --out pipe_too.csv", 2,
       "is the file of the data"},
      {"one --plot /dev/fd/3 3>> d.csv", 2, "'/dev/fd/3' is the file of the data"},
      {"one >> d.csv", 2, "'d.csv' is the file of the data and where standard output is"},
      {"by --p0-from starts.csv 1<> s.csv", 2, "'starts.csv' is the file of --p0-from and where"},
      {"nlsq fit - --model 'y = a*x' < d.csv >> d.csv", 2, "'-' is the file of the data and where"},
      {"nlsq fit no.svg --model 'y = a*x' --plot ./no.svg", 2, "is the file of the data"},
  });
}

TEST_F(Hostile, outputs_that_meet_each_other_are_refused) {
  try_all({
      {"one --plot new.svg --out ./sub/../new.svg", 2,
       "--out: './sub/../new.svg' and 'new.svg' of --plot are the same"},
      {"by --plot - --out -", 2, "of --plot are the same file"},
      {"one --plot link.svg --out hard.svg", 2, "of --plot are the same file"},
      {"one --plot - --json", 2, "--plot: standard output has the JSON of --json already"},
      {"one --plot /dev/stdout --json", 2, "--plot: standard output has the JSON"},
      {"by --out - --json", 2, "--out: standard output has the JSON"},
      {"by --out /proc/self/fd/1 --json", 2, "--out: standard output has the JSON"},
      {"one --plot p.svg >> p.svg; code=$?; rm p.svg; exit $code", 2,
       "'p.svg' is where standard output is redirected"},
      {"nlsq fit - --by well --p0-from - --model 'y = a*x' < g.csv", 2,
       "--p0-from: standard input is read by the data"},
  });
}

TEST_F(Hostile, files_that_are_not_ours_are_refused) {
  try_all({
      {"one --plot mine.svg", 2,
       "'mine.svg' exists and is not a plot that nlsq wrote; it is replaced only with --force"},
      {"one --plot to_mine.svg", 2, "'to_mine.svg' exists and is not a plot"},
      {"by --out mine.csv", 2, "'mine.csv' exists and is not a table of results that nlsq wrote"},
      {"by --out r.csv", 2, "'r.csv' exists and is not a table of results"},
      {"by --out mine.npz", 2, "'mine.npz' exists and is not a table of results"},
      {"one --plot protected.svg", 2, "'protected.svg' is write-protected"},
      {"one --plot protected.svg --force", 2, "'protected.svg' is write-protected"},
  });
}

TEST_F(Hostile, places_where_no_file_can_be_are_refused) {
  try_all({
      {"one --plot sub", 2, "'sub' is a folder, not a file"},
      {"one --plot to_sub.svg --force", 2, "is a folder"},
      {"by --out sub.csv", 2, "'sub.csv' is a folder"},
      {"one --plot new.svg/", 2, "there is no folder 'new.svg'"},
      {"one --plot no/new.svg", 2, "there is no folder 'no'"},
      {"one --plot away.svg", 2, "there is no folder './no'"},
      {"by --out d.csv/r.csv", 2, "there is no folder 'd.csv'"},
      {"one --plot loop.svg", 2, "'loop.svg' is a link that leads to itself"},
      {"one --plot a.svg --force", 2, "'a.svg' is a link that leads to itself"},
      {"one --plot /dev/fd/17", 2, "'/dev/fd/17' is not open"},
      {"one --plot /dev/stdin < d.csv", 2, "'/dev/stdin' is open for reading only"},
      {"one --plot \"$(printf %300s).svg\"", 2, "File name too long"},
      {"one --plot p.gif", 2, "'p.gif' ends neither in .svg nor in .png or .pdf"},
      {"one --plot p.svg.eps", 2, "'p.svg.eps' ends neither in .svg nor in .png or .pdf"},
      {"one --plot p", 2, "'p' ends neither in .svg nor in .png or .pdf"},
      {"by --out r.xlsx", 2, "'r.xlsx' ends neither in .csv nor in .npz"},
      {"by --out r", 2, "'r' ends neither in .csv nor in .npz"},
  });
}

TEST_F(Hostile, writing_that_fails_is_exit_4) {
  if (shell("[ -c /dev/full ]").code != 0) GTEST_SKIP() << "no /dev/full";
  try_all({
    {"one > /dev/full", 4, "cannot write to standard output: No space left"},
        {"one --json > /dev/full", 4, "cannot write to standard output"},
        {"by > /dev/full", 4, "cannot write to standard output"},
        {"by --out - > /dev/full", 4, "cannot write to standard output"},
        {"nlsq models > /dev/full", 4, "cannot write to standard output"},
        {"nlsq fit --help > /dev/full", 4, "cannot write to standard output"},
        {"one --plot - 2> err > /dev/full; code=$?; tail -n 1 err >&2; rm err; exit $code", 4,
         "cannot write 'standard output'"},
        {"one --plot full.svg > /dev/null", 4, "cannot write 'full.svg': No space left on device"},
        {"by --out /dev/full", 4, "cannot write '/dev/full'"},
        {"one >&-", 4, "cannot write to standard output"},
        {"by --out - >&-", 4, "cannot write to standard output"},
#if !defined(__SANITIZE_THREAD__)  // whose run time writes a file of its own before main
        {"ulimit -f 8; one --plot new.svg > /dev/null", 4,
         "cannot write 'new.svg': File too large"},
#endif
  });
}

TEST_F(Hostile, values_that_are_empty_are_refused) {
  std::vector<std::string> lines;
  for (const char* option : {"--y",          "--sigma",      "--where",
                             "--expr",       "--missing",    "--columns",
                             "--delimiter",  "--decimal",    "--skip",
                             "--p0",         "--bounds",     "--fix",
                             "--method",     "--loss",       "--f-scale",
                             "--x-scale",    "--ftol",       "--xtol",
                             "--gtol",       "--max-nfev",   "--jacobian-mode",
                             "--precision",  "--threads",    "--memory",
                             "--plot",       "--level",      "--by",
                             "--out",        "--p0-from",    "--bounds-from",
                             "--rows",       "--header",     "--time-unit",
                             "--max-failed", "--time-limit", "--checkpoint",
                             "--device"}) {
    for (const char* value : {" ''", "=", "= --json"})
      lines.push_back("nlsq fit d.csv --model 'y = a*x + b' " + (option + std::string(value)));
  }
  std::vector<std::string> messages;
  for (const std::string& line : lines) {
    const std::size_t at =
        line.rfind("--", line.find_last_not_of(" '=") - (line.ends_with("json") ? 6 : 0));
    messages.push_back(line.substr(at, line.find_first_of(" =", at) - at) + ": '' is no value");
  }
  std::vector<Case> cases;
  for (std::size_t i = 0; i < lines.size(); ++i)
    cases.push_back({lines[i].c_str(), 2, messages[i].c_str()});
  cases.push_back({"nlsq fit d.csv --model ''", 2, "--model: '' is no value"});
  cases.push_back({"nlsq fit d.csv --model=", 2, "--model: '' is no value"});
  cases.push_back({"nlsq fit '' --model 'y = a*x'", 2, "FILE: '' is no value"});
  cases.push_back({"one --sigma '  '", 2, "--sigma: '  ' is no value"});
  cases.push_back({"one --sigma \"$UNSET\"", 2, "give NAME or leave --sigma out"});
  cases.push_back({"nlsq models ''", 2, "NAME: '' is no value"});
  cases.push_back({"nlsq info ''", 2, "TOPIC: '' is no value"});
  try_all(cases);
}

TEST_F(Hostile, numbers_out_of_range_are_refused) {
  try_all({
      {"one --threads 4294967298", 2,
       "--threads: '4294967298' is not a whole number from 0 to 4096"},
      {"one --threads 2147483648", 2, "--threads: '2147483648'"},
      {"one --threads -1", 2, "--threads: '-1'"},
      {"one --threads 1.5", 2, "--threads: '1.5'"},
      {"one --threads 0x2", 2, "--threads: '0x2'"},
      {"by --threads 4294967298", 2, "--threads: '4294967298'"},
      {"one --max-nfev 99999999999999999999", 2,
       "--max-nfev: '99999999999999999999' is not a whole number from 1"},
      {"one --max-nfev 0", 2, "--max-nfev: '0'"},
      {"one --max-nfev nan", 2, "--max-nfev: 'nan'"},
      {"one --max-nfev inf", 2, "--max-nfev: 'inf'"},
      {"one --skip -1", 2, "--skip: '-1'"},
      {"one --skip 18446744073709551617", 2, "--skip: '18446744073709551617'"},
      {"one --level 1.5", 2, "--level: 1.5"},
      {"one --level nan", 2, "--level: 'nan'"},
      {"one --level 1", 2, "--level: 1 "},
      {"one --memory 99999999999999T", 2, "--memory: '99999999999999T'"},
      {"one --memory -1", 2, "--memory: '-1'"},
      {"one --memory nan", 2, "--memory: 'nan'"},
      {"one --f-scale inf", 2, "--f-scale: 'inf' is not a finite number"},
      {"one --f-scale -1 --loss huber", 2, "--f-scale"},
      {"one --ftol -1", 2, "--ftol must be finite and not negative"},
      {"one --xtol inf", 2, "--xtol: 'inf'"},
      {"one --gtol nan", 2, "--gtol: 'nan'"},
      {"one --x-scale 0", 2, "--x-scale must be finite and positive"},
      {"one --x-scale a=-inf", 2, "--x-scale: '-inf'"},
      {"one --p0 a=1e400", 2, "--p0: '1e400'"},
      {"one --fix a=inf", 2, "--fix: 'inf'"},
      {"one --bounds a=nan:1", 2, "--bounds: 'nan'"},
      {"one --sigma -0.0", 2, "--sigma: -0"},
      {"by --max-failed -3%", 2, "--max-failed: '-3%'"},
      {"by --max-failed 1.5", 2, "--max-failed: '1.5'"},
      {"by --max-failed inf", 2, "--max-failed: 'inf'"},
      {"by --max-failed nan%", 2, "--max-failed: 'nan%'"},
      {"by --time-limit nan", 2, "--time-limit: 'nan'"},
      {"by --time-limit inf", 2, "--time-limit: 'inf'"},
      {"by --time-limit -1", 2, "--time-limit: -1"},
  });
}

TEST_F(Hostile, models_without_a_parameter_are_refused) {
  try_all({
      {"nlsq fit d.csv --model 'y = x'", 2, "--model: the formula 'y = x' has no parameter"},
      {"nlsq fit d.csv --model 'y = 2*x + 1' --json", 2, "has no parameter"},
      {"nlsq fit g.csv --by well --model 'y = exp(x)'", 2, "has no parameter"},
      {"nlsq fit d.csv --model 'y = 3'", 2, "uses no column"},
  });
}

}  // namespace
}  // namespace nlsq::test
