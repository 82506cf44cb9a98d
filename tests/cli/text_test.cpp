// SPDX-License-Identifier: MIT
// Text from files and arguments: harmless on a terminal, in a drawing and in a spreadsheet.
#include "by_support.hpp"

#include <algorithm>

namespace nlsq::test {
namespace {

// Sets a title, hides text, turns the direction, ends a UTF-8 sequence early, and is a C1 control.
const std::string kEvil = "\x1b]0;owned\x07\x1b[8m\xe2\x80\xae\xff\xc2\x9b\x7f";
// The same in UTF-8: names in a file that are not are read as Latin-1.
const std::string kEvilName = "\x1b]0;owned\x07\x1b[8m\xe2\x80\xae\xc2\x9b\x7f";
const std::string kShownName = "\\x1b]0;owned\\x07\\x1b[8m\\u202e\\u009b\\x7f";

class Text : public ByTest {
 protected:
  // Bytes that a terminal would act on.
  static bool is_harmless(const std::string& text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte < 0x20 && c != '\n') || byte == 0x7F || byte == 0xFF) return false;
    }
    for (const char* mark : {"\xe2\x80\xae", "\xc2\x9b", "\xe2\x81\xa6", "\xe2\x81\xa9"})
      if (text.find(mark) != std::string::npos) return false;
    return true;
  }
  void expect_clean(const Outcome& outcome, int code) const {
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_TRUE(is_harmless(outcome.err)) << outcome.err;
    EXPECT_LT(outcome.err.size(), 5000u);
  }
};

TEST_F(Text, names_of_columns_are_shown_escaped) {
  write("d.csv", "x,\"" + kEvilName + "\"\n1,2\n2,3\n3,5\n");
  const Outcome note = fit("d.csv", "a*x + b");
  expect_clean(note, 0);
  EXPECT_NE(note.err.find("'" + kShownName + "'"), std::string::npos) << note.err;
  EXPECT_TRUE(is_harmless(note.out)) << note.out;
  expect_clean(fit("d.csv", "y = a*x + b"), 2);
  const Outcome json = fit("d.csv", "a*x + b", {"--json"});
  EXPECT_TRUE(is_harmless(json.out));
  EXPECT_TRUE(json.json()["response"].get<std::string>().starts_with("\x1b]0;owned"));
}

TEST_F(Text, cells_files_and_arguments_are_shown_escaped) {
  write("d.csv", "x,y\n1,2\n" + kEvil + ",3\n");
  expect_clean(fit("d.csv", "y = a*x + b"), 2);
  write("ok.csv", kDecay);
  for (const char* option :
       {"--y",         "--sigma", "--where",  "--expr",   "--missing",  "--columns",
        "--delimiter", "--p0",    "--bounds", "--fix",    "--loss",     "--method",
        "--x-scale",   "--plot",  "--level",  "--memory", "--device",   "--precision",
        "--by",        "--skip",  "--rows",   "--header", "--time-unit"}) {
    const Outcome outcome = fit("ok.csv", "y = a*x + b", {option, kEvil});
    expect_clean(outcome, 2);
    EXPECT_NE(outcome.err.find("\\x1b]0;owned\\x07"), std::string::npos) << option << outcome.err;
  }
  expect_clean(fit(kEvil, "y = a*x"), 2);
  expect_clean(fit("ok.csv", "y = a*x + " + kEvil), 2);
  expect_clean(nlsq({kEvil}), 2);
  expect_clean(nlsq({"fit", "--" + kEvil}), 2);
  expect_clean(nlsq({"models", kEvil}), 2);
  expect_clean(nlsq({"info", kEvil}), 2);
  expect_clean(nlsq({"cache", kEvil}), 2);
  expect_clean(fit("ok.csv", "y = a*x + b", {"--plot", kEvil + ".svg", "--verbose"}), 0);
}

TEST_F(Text, no_name_begins_a_line_of_its_own) {
  write("d.csv", "x,\"y\nnlsq: error: disk on fire\"\n1,2\n2,3\n3,5\n");
  const Outcome outcome = fit("d.csv", "a*x + b", {"--y", "z"});
  expect_clean(outcome, 2);
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

TEST_F(Text, long_names_are_cut_and_the_rest_of_the_message_stays) {
  const std::string name(1 << 16, 'q');
  write("d.csv", "x," + name + "\n1,2\n2,3\n3,5\n");
  const Outcome outcome = fit("d.csv", "y = a*x + b");
  expect_clean(outcome, 2);
  EXPECT_LT(outcome.err.size(), 400u);
  EXPECT_NE(outcome.err.find("no column named 'y'"), std::string::npos) << outcome.err;
  EXPECT_TRUE(outcome.err.ends_with("qqq'\n")) << outcome.err;
  const Outcome cell =
      shell("printf 'x,y\\n1,2\\nzz%065000d,3\\n' 0 > e.csv; nlsq fit e.csv --model 'y = a*x'");
  expect_clean(cell, 2);
  expect_clean(fit("d.csv", "a*x + b", {"--sigma", name}), 2);
  expect_clean(nlsq({name}), 2);
  EXPECT_LT(fit("d.csv", "a*x + b", {"--plot", "p.svg"}).err.size(), 400u);
}

TEST_F(Text, reports_show_names_and_formulas_escaped) {
  write("d.csv", kDecay);
  const Outcome outcome = fit("d.csv", "y = `a\x1b[2J`*x + `b\xe2\x80\xae`", {"--verbose"});
  expect_clean(outcome, 0);
  EXPECT_TRUE(is_harmless(outcome.out)) << outcome.out;
  EXPECT_NE(outcome.out.find("  a\\x1b[2J"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("  b\\u202e"), std::string::npos) << outcome.out;
}

TEST_F(Text, the_caret_stands_under_what_is_shown) {
  write("d.csv", kDecay);
  const Outcome outcome = fit("d.csv", "y = a\t*µ \x1b");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(is_harmless(outcome.err));
  const std::size_t line = outcome.err.find("\n  y = "), caret = outcome.err.find('^');
  ASSERT_NE(line, std::string::npos) << outcome.err;
  const std::string shown =
      outcome.err.substr(line + 1, outcome.err.find('\n', line + 1) - line - 1);
  const std::size_t start = outcome.err.rfind('\n', caret) + 1;
  // µ has two bytes and one column.
  EXPECT_EQ(shown.find("\\x1b") - 1, caret - start) << outcome.err;
}

TEST_F(Text, plots_are_valid_xml) {
  write("d.csv", "x\x01<&\",\"y" + kEvilName + "\xef\xbf\xbe\"\n1,2\n2,3\n3,5\n");
  const Outcome outcome = fit("d.csv", "a*`x\x01<&\"` + b", {"--plot", "p.svg"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const std::string svg = read("p.svg");
  EXPECT_TRUE(is_harmless(svg));
  EXPECT_NE(svg.find("\\u202e"), std::string::npos);
  EXPECT_NE(svg.find("\\x01&lt;&amp;"), std::string::npos);
  EXPECT_EQ(svg.find("\xef\xbf\xbe"), std::string::npos);
  if (shell("command -v python3 > /dev/null").code == 0) {
    const std::string parse = "python3 -c \"import xml.dom.minidom as m; m.parse('p.svg')\"";
    EXPECT_EQ(shell(parse).code, 0);
    write("latin.csv", "x,y" + kEvil + "\xed\xa0\x80\n1,2\n2,3\n3,5\n");
    EXPECT_EQ(fit("latin.csv", "a*x + b", {"--plot", "p.svg"}).code, 0);
    EXPECT_TRUE(is_harmless(read("p.svg")));
    EXPECT_EQ(shell(parse).code, 0);
  }
}

TEST_F(Text, groups_are_named_escaped_and_cut) {
  const std::string name = "w\x1b[2J" + std::string(5000, 'w');
  write("g.csv", "well,x,y\n" + name + ",1,1\nok,1,1\n");
  const Outcome outcome = by_well("g.csv");
  expect_clean(outcome, 1);
  EXPECT_LT(outcome.err.size(), 400u);
  EXPECT_NE(outcome.out.find(name), std::string::npos) << "a file keeps its keys";
  if (shell("command -v script > /dev/null").code != 0) GTEST_SKIP() << "no script(1)";
  const std::string line = "export TERM=xterm NO_COLOR=1; script -qec \"'" NLSQ_COMMAND
                           "' fit g.csv --by well --model 'y = a*x + b'\" /dev/null | tr -d '\\r'";
  EXPECT_TRUE(is_harmless(shell(line).out));
}

TEST_F(Text, spreadsheets_run_nothing_and_starts_find_their_group) {
  const std::vector<std::string> wells{"=1+1",       "@SUM(A1)", "+cmd|' /C calc'!A0",
                                       "-2+3",       "'=1+1",    "-5",
                                       "\"\t=tab\"", "+7.5",     "plain",
                                       "''-x",       "-inf"};
  write("d.csv", plate(wells));
  const Outcome out = by_well("d.csv", {"--out", "r.csv"});
  EXPECT_EQ(out.code, 0) << out.err;
  const auto table = read_csv(read("r.csv"));
  ASSERT_EQ(table.size(), wells.size());
  const std::vector<std::string> written{"'=1+1",   "'@SUM(A1)", "'+cmd|' /C calc'!A0",
                                         "'-2+3",   "''=1+1",    "-5",
                                         "'\t=tab", "+7.5",      "plain",
                                         "'''-x",   "'-inf"};
  for (std::size_t k = 0; k < wells.size(); ++k) EXPECT_EQ(table[k].at("well"), written[k]);
  // One evaluation: only groups that find their start are at their minimum.
  const Outcome again = by_well("d.csv", {"--p0-from", "r.csv", "--max-nfev", "2", "--no-polish"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.err, "");
  EXPECT_EQ(by_well("d.csv", {"--out", "r.npz"}).code, 0);
  const Outcome npz = by_well("d.csv", {"--p0-from", "r.npz", "--max-nfev", "2", "--no-polish"});
  EXPECT_EQ(npz.code, 0) << npz.err;
  EXPECT_EQ(npz.err, "");
}

TEST_F(Text, tables_made_by_hand_need_no_apostrophe) {
  write("d.csv", plate({"=a", "'=a", "b"}));
  write("starts.csv", "well,a,b,c\n=a,2,0.4,0.5\n'=a,2.3,0.5,0.5\nb,2.6,0.6,0.5\n");
  const Outcome outcome = by_well("d.csv", {"--p0-from", "starts.csv", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  std::istringstream lines(outcome.out);
  for (const double start : {2.0, 2.3, 2.6}) {
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(nlohmann::json::parse(line)["parameters"]["a"]["start"], start);
  }
}

TEST_F(Text, names_of_columns_are_guarded_and_found_again) {
  std::string csv = plate({"A", "B"});
  csv.replace(0, 4, "@well");
  write("d.csv", csv);
  const std::vector<std::string> by{"--by", "@well"};
  const std::string model = "y = `=a`*exp(-b*x) + c";
  EXPECT_EQ(fit("d.csv", model, {"--by", "@well", "--out", "r.csv"}).code, 0);
  EXPECT_TRUE(read("r.csv").starts_with("'@well,n,'=a,'=a_stderr,b,")) << read("r.csv");
  const Outcome again = fit(
      "d.csv", model, {"--by", "@well", "--p0-from", "r.csv", "--max-nfev", "2", "--no-polish"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.err, "");
}

TEST_F(Text, pickled_objects_are_never_loaded) {
  if (shell("command -v python3 > /dev/null").code != 0) GTEST_SKIP() << "no python3";
  const Outcome made = shell(
      "python3 - <<'END'\n"
      "import os, pickle, struct, zipfile\n"
      "class Evil:\n"
      "  def __reduce__(self): return (os.system, ('touch owned',))\n"
      "def npy(descr, body):\n"
      "  head = \"{'descr': %s, 'fortran_order': False, 'shape': (2,), }\\n\" % descr\n"
      "  return b'\\x93NUMPY\\x01\\x00' + struct.pack('<H', len(head)) + head.encode() + body\n"
      "o = npy(\"'|O'\", pickle.dumps([Evil(), Evil()]))\n"
      "open('o.npy', 'wb').write(o)\n"
      "open('r.npy', 'wb').write(npy(\"[('x', '<f8'), ('y', '|O')]\", pickle.dumps(Evil())))\n"
      "with zipfile.ZipFile('o.npz', 'w') as z:\n"
      "  z.writestr('x.npy', npy(\"'<f8'\", bytes(16)))\n"
      "  z.writestr('y.npy', o)\n"
      "END");
  EXPECT_EQ(made.code, 0) << made.err;
  for (const char* name : {"o.npy", "o.npz", "r.npy"}) {
    const Outcome outcome = fit(name, "y = a*x + b");
    EXPECT_EQ(outcome.code, 2) << name;
    EXPECT_NE(outcome.err.find("pickled Python objects"), std::string::npos) << outcome.err;
  }
  EXPECT_FALSE(exists("owned"));
}

}  // namespace
}  // namespace nlsq::test
