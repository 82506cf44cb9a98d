// SPDX-License-Identifier: MIT
// Whatever is wrong with the input: exit code 2, one sentence on stderr that names it, nothing on
// stdout, no file.
#include <algorithm>
#include <utility>

#include "command_support.hpp"

namespace nlsq::test {
namespace {

using ::testing::Test;

class BadInput : public CommandTest {
 protected:
  BadInput() { write("d.csv", "x,y,e,name\n1,2,0.1,a\n2,3,0.2,b\n3,5,0.1,c\n4,8,0,d\n5,9,-1,e\n"); }

  void expect_refused(const Outcome& outcome, const std::vector<std::string>& mentioned) const {
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("nlsq: error: ")) << outcome.err;
    for (const std::string& text : mentioned)
      EXPECT_NE(outcome.err.find(text), std::string::npos) << text << "\n" << outcome.err;
  }
  // A line through d.csv.
  Outcome line(const std::vector<std::string>& more) const { return fit("d.csv", "a*x + b", more); }
};

TEST_F(BadInput, a_missing_file_is_named_with_the_nearest) {
  expect_refused(fit("dd.csv", "a*x"), {"dd.csv: no such file", "did you mean 'd.csv'"});
  expect_refused(fit(".", "a*x"), {"directory"});
}

TEST_F(BadInput, a_missing_column_is_named_with_the_nearest_and_the_others) {
  expect_refused(line({"--y", "yy"}), {"'yy'", "did you mean 'y'", "'name'"});
  expect_refused(fit("d.csv", "counts = a*x"),
                 {"no column named 'counts'", "'x', 'y', 'e' and 'name'"});
  expect_refused(line({"--sigma", "ee"}), {"no column named 'ee'", "did you mean 'e'"});
  expect_refused(line({"--where", "z > 2"}), {"--where", "no column named 'z'"});
  expect_refused(line({"--expr", "q=log(w)"}), {"--expr", "no column named 'w'"});
}

TEST_F(BadInput, an_undecided_response_lists_the_columns) {
  write("abc.csv", "p,q,r\n1,2,3\n2,3,4\n3,4,6\n");
  expect_refused(fit("abc.csv", "k*p + d"), {"which column", "'p', 'q' and 'r'"});
}

TEST_F(BadInput, a_ragged_row_is_named_by_its_line) {
  write("ragged.csv", "x,y\n1,2\n2,3,4\n");
  expect_refused(fit("ragged.csv", "a*x"), {"ragged.csv:3:", "3 fields", "2 expected"});
}

TEST_F(BadInput, text_where_a_number_belongs_is_named_by_its_line) {
  write("text.csv", "x,y\n1,2\nzwei,3\n");
  expect_refused(fit("text.csv", "a*x"), {"text.csv:3:", "'x'", "'zwei'"});
  expect_refused(line({"--sigma", "name"}), {"d.csv:2:", "'name'"});
}

TEST_F(BadInput, an_empty_file_and_a_header_alone_are_refused) {
  write("empty.csv", "");
  write("header.csv", "x,y\n");
  expect_refused(fit("empty.csv", "a*x"), {"empty"});
  expect_refused(fit("header.csv", "a*x"), {"no row"});
}

TEST_F(BadInput, a_missing_value_is_named_by_line_and_column) {
  write("nan.csv", "x,y,z\n1,2,3\n2,,\n3,4,\n4,inf,5\n");
  expect_refused(fit("nan.csv", "a*x", {"--y", "y"}), {"nan.csv:3:", "'y'", "--missing omit"});
  expect_refused(fit("nan.csv", "a*x", {"--y", "y", "--where", "x > 2"}),
                 {"nan.csv:5:", "infinite"});
  expect_refused(fit("nan.csv", "a*x", {"--y", "y", "--missing", "drop"}),
                 {"'drop'", "raise", "omit"});
}

TEST_F(BadInput, a_value_that_an_expression_spoils_is_named) {
  expect_refused(line({"--expr", "ly=log(x-3)", "--y", "ly"}), {"d.csv:2:", "'ly'"});
}

TEST_F(BadInput, sigma_must_be_positive) {
  expect_refused(line({"--sigma", "e"}), {"d.csv:5:", "'e'", "zero"});
  expect_refused(line({"--sigma", "e", "--where", "x != 4"}), {"d.csv:6:", "negative"});
  expect_refused(line({"--sigma", "0"}), {"--sigma", "0"});
  expect_refused(line({"--sigma", "-1"}), {"--sigma", "-1"});
  expect_refused(line({"--sigma", "log(x - 2)"}), {"d.csv:2:", "sigma 'log(x - 2)'"});
  write("short.csv", "x,y,s\n1,2,1\n2,3\n");
  expect_refused(fit("short.csv", "a*x", {"--sigma", "s"}), {"short.csv:3:"});
}

TEST_F(BadInput, fewer_rows_than_parameters_are_refused) {
  expect_refused(fit("d.csv", "a+b*x+c*x^2+d*x^3+f*x^4+g*x^5"), {"5 rows", "6 free parameters"});
  write("inf.csv", "x,y,s\n1,2,1\n2,3,inf\n3,4,inf\n");
  expect_refused(fit("inf.csv", "a*x + b", {"--sigma", "s"}), {"1 row ", "2 free parameters"});
}

TEST_F(BadInput, a_fault_in_the_formula_is_shown_with_a_caret) {
  expect_refused(fit("d.csv", "a*x + "), {"a*x + \n", "      ^"});
  expect_refused(fit("d.csv", "a*exq(x)"),
                 {"unknown function 'exq'", "did you mean 'exp'", "  a*exq(x)\n    ^"});
  expect_refused(line({"--where", "x >"}), {"--where", "  x >\n     ^"});
}

TEST_F(BadInput, absurd_nesting_is_refused) {
  expect_refused(fit("d.csv", std::string(20000, '(') + "x"), {"nested"});
  std::string sum = "a*x";
  for (int i = 0; i < 300; ++i) sum = "(" + sum + ")^1.5";
  expect_refused(fit("d.csv", sum), {"nested"});
}

TEST_F(BadInput, a_formula_without_columns_is_refused) {
  expect_refused(fit("d.csv", "a + b"), {"uses no column", "'x'"});
  expect_refused(fit("d.csv", "y = a*y + b"), {"response 'y'"});
}

TEST_F(BadInput, a_parameter_without_effect_is_named) {
  expect_refused(fit("d.csv", "a*x + b + 0*c"), {"does not depend on 'c'"});
  EXPECT_EQ(fit("d.csv", "a*x + b + 0*c", {"--fix", "c"}).code, 0);
}

TEST_F(BadInput, keys_that_are_no_parameters_are_refused) {
  for (const char* option : {"--p0", "--fix"})
    expect_refused(line({option, "slope=1"}), {"'slope'", "'a' and 'b'"});
  expect_refused(line({"--bounds", "slope=0:1"}), {"'slope'"});
  expect_refused(line({"--x-scale", "slope=1"}), {"'slope'"});
}

TEST_F(BadInput, lists_that_cannot_be_read_are_refused) {
  expect_refused(line({"--p0", "a"}), {"a=VALUE"});
  expect_refused(line({"--p0", "a=x"}), {"'x' is not a number"});
  expect_refused(line({"--p0", "a=1,a=2"}), {"'a' is given twice"});
  expect_refused(line({"--p0", "a=1", "--p0", "a=2"}), {"'a' is given twice"});
  expect_refused(line({"--p0", "=1"}), {"name is missing"});
  expect_refused(line({"--p0", "1,2,3"}), {"3 values", "2 parameters"});
  expect_refused(line({"--bounds", "a=3"}), {"a=LOW:HIGH"});
}

TEST_F(BadInput, bounds_and_starts_must_agree) {
  expect_refused(line({"--bounds", "a=3:1"}), {"--bounds", "3", "1"});
  expect_refused(line({"--bounds", "a=0:1", "--p0", "a=5"}), {"--p0", "outside its bounds"});
}

TEST_F(BadInput, a_start_where_the_model_is_not_finite_names_the_line) {
  expect_refused(fit("d.csv", "log(a*x - 2.5) + b", {"--where", "x > 1", "--starts", "ones"}),
                 {"d.csv:3", "x = 2", "a=1"});
}

TEST_F(BadInput, unknown_names_get_the_nearest) {
  expect_refused(line({"--method", "trff"}), {"'trff'", "did you mean 'trf'"});
  expect_refused(line({"--loss", "hubber"}), {"'hubber'", "did you mean 'huber'"});
  expect_refused(line({"--los", "huber"}), {"--los", "did you mean '--loss'"});
  expect_refused(line({"--jacobian-mode", "reverse"}), {"'reverse'"});
  expect_refused(line({"--jacobian-mode", "fwdd"}), {"--jacobian-mode", "did you mean 'fwd'"});
  expect_refused(line({"--jacobian-mode", ""}), {"--jacobian-mode", "''"});
  expect_refused(nlsq({"fti"}), {"'fti'", "did you mean 'fit'"});
  expect_refused(nlsq({"--versoin"}), {"did you mean '--version'"});
  expect_refused(nlsq({"info", "function"}), {"did you mean 'functions'"});
}

TEST_F(BadInput, numbers_of_options_are_checked) {
  for (const char* option : {"--ftol", "--xtol", "--gtol", "--f-scale", "--max-nfev", "--threads",
                             "--level", "--skip"}) {
    expect_refused(line({option, "abc"}), {option, "'abc'"});
  }
  expect_refused(line({"--level", "95"}), {"--level", "95"});
  expect_refused(line({"--max-nfev", "0"}), {"--max-nfev"});
  expect_refused(line({"--loss", "huber", "--f-scale", "0"}), {"f-scale"});
  expect_refused(line({"--delimiter", "ab"}), {"--delimiter"});
  expect_refused(line({"--decimal", ";"}), {"--decimal"});
}

TEST_F(BadInput, missing_and_repeated_arguments_are_refused) {
  expect_refused(nlsq({}), {"nlsq fit FILE"});
  expect_refused(nlsq({"fit"}), {"file"});
  expect_refused(nlsq({"fit", "d.csv"}), {"--model"});
  expect_refused(nlsq({"fit", "d.csv", "--model"}), {"--model needs a value"});
  expect_refused(line({"extra"}), {"'extra'"});
  expect_refused(line({"--y", "x", "--y", "y"}), {"--y is given more than once"});
}

TEST_F(BadInput, relations_that_cannot_be_are_refused_by_the_names_of_their_options) {
  expect_refused(line({"--tie", "a=2*b", "--tie", "b=3*a"}),
                 {"--tie: 'a' and 'b' are tied to each other"});
  expect_refused(line({"--derive", "q=a*z"}), {"--derive: 'z' in 'a*z' is no parameter"});
  expect_refused(line({"--prior", "z=1+-0.1"}), {"--prior", "'z'"});
}

TEST_F(BadInput, a_device_that_does_not_exist_is_refused_with_those_that_do) {
  expect_refused(line({"--device", "cuda:99"}),
                 {"--device: 'cuda:99' does not exist", "there is cpu"});
  expect_refused(line({"--by", "y", "--device", "opencl:0"}), {"--device", "--by"});
  EXPECT_EQ(line({"--device", "cpu"}).code, 0);
  EXPECT_EQ(line({"--device", "auto"}).code, 0);
}

TEST_F(BadInput, a_memory_that_does_not_do_is_refused_with_one_that_does) {
  const Outcome outcome = line({"--memory", "1K"});
  expect_refused(outcome, {"--memory: 1.0 KiB is too little", "give "});
  const std::size_t at = outcome.err.find("give ") + 5;
  const std::string enough = outcome.err.substr(at, outcome.err.find('\n') - at);
  EXPECT_EQ(line({"--memory", enough}).code, 0) << enough;
  expect_refused(line({"--precision", "single"}), {"precision: 'single'", "'double'"});
  expect_refused(line({"--memory", "much"}), {"--memory: 'much'", "256M"});
  expect_refused(line({"--memory", "0"}), {"--memory: '0'"});
}

TEST_F(BadInput, expressions_need_a_new_name) {
  expect_refused(line({"--expr", "x=y+1"}), {"column 'x' already"});
  expect_refused(line({"--expr", "log(x)"}), {"NAME=EXPRESSION"});
  expect_refused(line({"--where", "x = 2"}), {"'=='"});
  expect_refused(line({"--where", "x > 100"}), {"none of the 5 rows"});
}

TEST_F(BadInput, nothing_is_written_when_the_input_is_wrong) {
  expect_refused(line({"--sigma", "e", "--plot", "p.svg"}), {"d.csv:5:"});
  expect_refused(line({"--plot", "nowhere/p.svg"}), {"no folder 'nowhere'"});
  expect_refused(line({"--plot", "."}), {"is a folder"});
  EXPECT_EQ(files(), std::vector<std::string>{"d.csv"});
}

TEST_F(BadInput, text_compared_with_one_sign_is_answered_with_two) {
  write("w.csv", "well,x,y\nA1,1,1\nA1,2,2\nA2,3,3\n");
  const Outcome one = fit("w.csv", "y = a*x", {"--where", "well = \"A1\""});
  EXPECT_EQ(one.code, 2);
  EXPECT_NE(one.err.find("text is compared in --where as NAME == \"text\""), std::string::npos);
  const Outcome apostrophes = fit("w.csv", "y = a*x", {"--where", "well = 'A1'"});
  EXPECT_NE(apostrophes.err.find("an apostrophe does not belong in a formula"), std::string::npos);
  EXPECT_NE(apostrophes.err.find("text is compared in --where as NAME == \"text\""),
            std::string::npos);
  EXPECT_EQ(one.err.find("\\n"), std::string::npos) << one.err;
}

TEST_F(BadInput, a_delimiter_that_is_not_found_is_named) {
  write("p.csv", "x|y\n1|2\n2|4\n3|6.1\n");
  EXPECT_NE(fit("p.csv", "y = a*x", {}).err.find("say --delimiter '|'"), std::string::npos);
  EXPECT_EQ(fit("p.csv", "y = a*x", {"--delimiter", "|"}).code, 0);
}

TEST_F(BadInput, a_scale_without_a_robust_loss_is_told) {
  write("w.csv", "x,y\n1,1\n2,2\n3,3.1\n");
  const Outcome one = fit("w.csv", "y = a*x", {"--f-scale", "0.01"});
  EXPECT_EQ(one.code, 0);
  EXPECT_NE(one.err.find("--f-scale does nothing without a robust --loss"), std::string::npos);
  EXPECT_EQ(fit("w.csv", "y = a*x", {"--f-scale", "-1"}).code, 2);
}

TEST_F(BadInput, words_of_other_programs_are_answered_with_the_one_here) {
  write("d.csv", kDecay);
  const std::string help = nlsq({"fit", "--help"}).out;
  const std::pair<const char*, const char*> words[] = {{"--weights", "--sigma '1/sqrt(w)'"},
                                                       {"--residuals", "--table FILE.csv"},
                                                       {"--save", "--out FILE.json"},
                                                       {"--logx", "--log x"},
                                                       {"--guess", "--p0 a=1,b=2"},
                                                       {"--skiprows", "--skip N"},
                                                       {"--na-values", "--na WORDS"},
                                                       {"--sheet-name", "--sheet NAME"},
                                                       {"--filter", "--where"},
                                                       {"--maxiter", "--max-nfev"},
                                                       {"--group-by", "--by COLUMN"},
                                                       {"--bound", "--bounds"},
                                                       {"--png", "--plot"},
                                                       {"--xcol", "--x NAME"},
                                                       {"-p", "--p0 for starts"},
                                                       {"--no-header", "--header 0"},
                                                       {"--config", "nlsq fit job.yaml"}};
  for (const auto& [word, advice] : words) {
    const Outcome outcome = fit("d.csv", "a*x", {word, "1"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(outcome.err.starts_with("nlsq: error: there is no option " + std::string(word)))
        << outcome.err;
    EXPECT_NE(outcome.err.find(advice), std::string::npos) << outcome.err;
    // What is advised is there.
    for (std::size_t at = outcome.err.find("; "); at != std::string::npos;) {
      at = outcome.err.find("--", at + 1);
      if (at == std::string::npos) break;
      const std::string name = outcome.err.substr(at, outcome.err.find_first_of(" ,;\n", at) - at);
      EXPECT_NE(help.find(name + " "), std::string::npos) << name;
    }
  }
}

TEST_F(BadInput, short_options_are_those_people_know) {
  write("d.csv", "u,v\n1,2\n2,4\n3,6\n");
  const Outcome outcome =
      nlsq({"fit", "d.csv", "-m", "linear", "-x", "u", "-y", "v", "-o", "r.json", "-q"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(exists("r.json"));
  EXPECT_EQ(fit("d.csv", "-a*u", {"-y", "v"}).code, 0);
}

TEST_F(BadInput, a_terminal_is_told_that_it_is_waited_for) {
  if (shell("command -v script").code != 0) GTEST_SKIP() << "no command 'script'";
  const Outcome outcome = shell("script -qec \"'" NLSQ_COMMAND "' fit - -m linear\" /dev/null",
                                "1 2\n2 4\n3 6\n4 8\n\x04");
  EXPECT_NE(outcome.out.find("reading the table from the terminal; end it with Ctrl-D"),
            std::string::npos)
      << outcome.out;
  EXPECT_EQ(fit("-", "linear", {}, "1 2\n2 4\n3 6\n").err.find("terminal"), std::string::npos);
}

}  // namespace
}  // namespace nlsq::test
