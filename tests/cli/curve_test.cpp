// SPDX-License-Identifier: MIT
// The fitted curve and the result as files: --table, --predict, --out and --p0-from of one fit, and
// the logarithmic axes of --plot.
#include <cmath>
#include <cstdlib>
#include <regex>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "command_support.hpp"

namespace nlsq::test {
namespace {

using Row = std::vector<double>;

struct Curve {
  std::vector<std::string> names;
  std::vector<Row> rows;
};

Curve curve_of(const std::string& csv) {
  Curve curve;
  std::istringstream lines(csv);
  std::string line, field;
  for (bool first = true; std::getline(lines, line); first = false) {
    std::istringstream fields(line);
    if (!first) curve.rows.emplace_back();
    while (std::getline(fields, field, ',')) {
      if (first) {
        curve.names.push_back(field);
      } else {
        curve.rows.back().push_back(std::strtod(field.c_str(), nullptr));
      }
    }
  }
  return curve;
}

using Names = std::vector<std::string>;

class CurveFiles : public CommandTest {
 protected:
  CurveFiles() { write("d.csv", kDecay); }
};

TEST_F(CurveFiles, a_table_has_the_rows_that_were_fitted) {
  const Outcome one =
      fit("d.csv", kDecayModel, {"--where", "x > 0.5", "--table", "t.csv", "--json"});
  ASSERT_EQ(one.code, 0) << one.err;
  const Curve curve = curve_of(read("t.csv"));
  EXPECT_EQ(curve.names,
            (Names{"x", "y", "fit", "residual", "fit_stderr", "fit_lower", "fit_upper"}));
  const auto json = one.json();
  ASSERT_EQ(curve.rows.size(), json["n"].get<std::size_t>());
  double rss = 0.0;
  for (const Row& row : curve.rows) {
    ASSERT_EQ(row.size(), 7u);
    EXPECT_GT(row[0], 0.5);
    EXPECT_DOUBLE_EQ(row[3], row[1] - row[2]);
    EXPECT_GT(row[4], 0.0);
    EXPECT_NEAR(row[5] + row[6], 2.0 * row[2], 1e-12 * std::abs(row[2]));
    EXPECT_GT(row[6], row[2]);
    rss += row[3] * row[3];
  }
  EXPECT_NEAR(rss, json["rss"].get<double>(), 1e-9 * rss);
}

// A line through the mean of x: the standard errors are those of the textbook.
TEST_F(CurveFiles, errors_of_a_line_are_those_of_linear_regression) {
  write("line.csv", "x,y\n-2,1.1\n-1,1.9\n0,3.2\n1,3.8\n2,5.1\n");
  const Outcome one = fit("line.csv", "y = a + b*x", {"--predict", "-4:4:2", "--level", "0.9"});
  ASSERT_EQ(one.code, 0) << one.err;
  const Curve curve = curve_of(one.out);
  EXPECT_EQ(curve.names, (Names{"x", "fit", "fit_stderr", "fit_lower", "fit_upper"}));
  ASSERT_EQ(curve.rows.size(), 5u);
  const double a = 3.02, b = 0.99, kStudent = 2.353363434801823;  // 3 degrees of freedom, 0.95
  double rss = 0.0;
  const double y[] = {1.1, 1.9, 3.2, 3.8, 5.1};
  for (int i = 0; i < 5; ++i) rss += std::pow(y[i] - a - b * (i - 2), 2);
  for (std::size_t i = 0; i < 5; ++i) {
    const double x = -4.0 + 2.0 * static_cast<double>(i);
    const double error = std::sqrt(rss / 3.0 * (1.0 / 5.0 + x * x / 10.0));
    EXPECT_EQ(curve.rows[i][0], x);
    EXPECT_NEAR(curve.rows[i][1], a + b * x, 1e-12);
    EXPECT_NEAR(curve.rows[i][2], error, 1e-10);
    EXPECT_NEAR(curve.rows[i][4], a + b * x + kStudent * error, 1e-9);
  }
  EXPECT_NE(one.err.find("Parameter"), std::string::npos);  // the report makes way
}

TEST_F(CurveFiles, predictions_at_the_fitted_rows_are_the_table) {
  ASSERT_EQ(fit("d.csv", kDecayModel, {"--table", "t.csv"}).code, 0);
  ASSERT_EQ(fit("d.csv", kDecayModel, {"--predict", "d.csv", "--table", "p.csv"}).code, 0);
  const Curve table = curve_of(read("t.csv")), places = curve_of(read("p.csv"));
  ASSERT_EQ(table.rows.size(), places.rows.size());
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    EXPECT_EQ(table.rows[i][0], places.rows[i][0]);
    EXPECT_EQ(table.rows[i][2], places.rows[i][1]);
    EXPECT_EQ(table.rows[i][4], places.rows[i][2]);
    EXPECT_EQ(table.rows[i][6], places.rows[i][4]);
  }
}

TEST_F(CurveFiles, places_may_need_columns_that_are_computed) {
  const Outcome one = fit("d.csv", "y = a*exp(-b*u) + c",
                          {"--expr", "u=x/2", "--expr", "v=y*2", "--predict", "new.csv"});
  EXPECT_EQ(one.code, 2);
  write("new.csv", "x\n1\n3\n");
  const Outcome two = fit("d.csv", "y = a*exp(-b*u) + c",
                          {"--expr", "u=x/2", "--expr", "v=y*2", "--predict", "new.csv"});
  ASSERT_EQ(two.code, 0) << two.err;
  const Curve curve = curve_of(two.out);
  EXPECT_EQ(curve.names.front(), "u");
  EXPECT_EQ(curve.rows.at(1).at(0), 1.5);
}

TEST_F(CurveFiles, dates_count_from_those_that_were_fitted) {
  write("dates.csv", "when,y\n2022-03-01,1\n2022-03-02,172801\n2022-03-03,345601\n");
  write("later.csv", "when\n2022-03-10\n12.03.2022\n");
  const Outcome one = fit("dates.csv", "y=a*when+b", {"--predict", "later.csv"});
  EXPECT_EQ(one.code, 2) << "two ways to write dates";
  write("later.csv", "when\n10.03.2022\n12.03.2022\n");
  const Outcome two = fit("dates.csv", "y=a*when+b", {"--predict", "later.csv"});
  ASSERT_EQ(two.code, 0) << two.err;
  const Curve curve = curve_of(two.out);
  EXPECT_NEAR(curve.rows.at(0).at(1), 1555201, 1e-3);
  EXPECT_NEAR(curve.rows.at(1).at(1), 1900801, 1e-3);
  for (const char* other : {"when\n1\n2\n", "when\n10:00\n11:00\n"}) {
    write("later.csv", other);
    EXPECT_EQ(fit("dates.csv", "y=a*when+b", {"--predict", "later.csv"}).code, 2) << other;
  }
  write("numbers.csv", "when,y\n1,1\n2,2\n3,3.1\n");
  write("later.csv", "when\n2022-03-10\n");
  EXPECT_NE(fit("numbers.csv", "y=a*when+b", {"--predict", "later.csv"})
                .err.find("holds times in column 'when', where the data have numbers"),
            std::string::npos);
}

TEST_F(CurveFiles, groups_of_a_shared_fit_keep_their_labels) {
  write("s.csv", "well,x,y\nA1,1,1.1\nA1,2,2\nA1,3,3.1\nA2,1,2\nA2,2,4.1\nA2,3,6\n");
  write("new.csv", "well,x\nA2,10\nA1,10\n");
  const auto shared = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--by", "well", "--share", "c"});
    return fit("s.csv", "y = a*x + c", more);
  };
  const Outcome table = shared({"--table", "-"});
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_NE(table.out.find("\n1,A1,1.1,"), std::string::npos) << table.out;
  EXPECT_NE(table.out.find("\n3,A2,6,"), std::string::npos) << table.out;
  const Outcome places = shared({"--predict", "new.csv"});
  ASSERT_EQ(places.code, 0) << places.err;
  EXPECT_NE(places.out.find("\n10,A2,19.9785714285714"), std::string::npos) << places.out;
  EXPECT_NE(places.out.find("\n10,A1,10.1214285714285"), std::string::npos) << places.out;
  write("new.csv", "well,x\nA3,10\n");
  EXPECT_NE(shared({"--predict", "new.csv"}).err.find("no group 'A3' among those fitted"),
            std::string::npos);
}

TEST_F(CurveFiles, names_of_ours_make_way) {
  write("n.csv", "fit,sigma\n0,1\n1,2.1\n2,2.9\n3,4.2\n");
  const Outcome one = fit("n.csv", "sigma = a + b*fit", {"--table", "t.csv", "--sigma", "0.1"});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(curve_of(read("t.csv")).names, (Names{"fit", "sigma", "sigma_", "fit_", "residual",
                                                  "fit_stderr", "fit_lower", "fit_upper"}));
  EXPECT_NE(one.err.find("'fit' is a name of yours"), std::string::npos) << one.err;
  EXPECT_EQ(fit("n.csv", "sigma = a + b*fit", {"--table", "t.csv"}).code, 0);  // ours, so replaced
}

TEST_F(CurveFiles, a_result_is_written_and_gives_the_next_fit_its_start) {
  for (const std::string name : {"r.json", "r.csv", "r.npz"}) {
    ASSERT_EQ(fit("d.csv", kDecayModel, {"--out", name}).code, 0);
    const Outcome next = fit("d.csv", kDecayModel, {"--p0-from", name, "--json"});
    ASSERT_EQ(next.code, 0) << next.err;
    const auto json = next.json();
    EXPECT_LE(json["nfev"].get<int>(), 3) << name;
    EXPECT_FALSE(json["parameters"]["a"]["start_defaulted"].get<bool>());
    EXPECT_EQ(fit("d.csv", kDecayModel, {"--out", name}).code, 0);  // ours, so replaced
    const auto given =
        fit("d.csv", kDecayModel, {"--p0-from", name, "--p0", "a=9", "--json"}).json();
    EXPECT_EQ(given["parameters"]["a"]["start"].get<double>(), 9.0);
    EXPECT_EQ(given["parameters"]["b"]["start"], json["parameters"]["b"]["start"]);
  }
  EXPECT_EQ(nlohmann::json::parse(read("r.json"))["schema"], 1);
  const Curve row = curve_of(read("r.csv"));
  EXPECT_EQ(row.names, (Names{"n", "a", "a_stderr", "b", "b_stderr", "c", "c_stderr", "rss", "r2",
                              "status", "message"}));
}

TEST_F(CurveFiles, what_makes_no_sense_is_refused) {
  write("mine.json", "{\"a\": 1}");
  write("mine.html", "<!doctype html>\n<p>mine</p>\n");
  write("two.csv", "a,b,c\n1,2,3\n4,5,6\n");
  const std::vector<std::pair<Names, std::string>> cases = {
      {{"--predict", "1:2"}, "is neither FROM:TO:STEP"},
      {{"--predict", "1:2:0"}, "do not lead from 1 to 2"},
      {{"--predict", "1:2:-1"}, "do not lead from 1 to 2"},
      {{"--predict", "0:1:1e-9"}, "places are too many"},
      {{"--predict", "nosuch.csv"}, "no such file"},
      {{"--predict", "two.csv"}, "no column named 'x'"},
      {{"--predict", "0:1:1", "--json"}, "standard output has the JSON of --json"},
      {{"--predict", "0:1:1", "--plot", "-"}, "has what --plot writes already"},
      {{"--table", "d.csv"}, "is the file of the data"},
      {{"--predict", "two.csv", "--table", "two.csv"}, "is the file of --predict"},
      {{"--table", "t.txt"}, "ends neither in .csv nor in .npz"},
      {{"--table", "t.csv", "--out", "./t.csv"}, "are the same file"},
      {{"--out", "mine.json"}, "exists and is not a result"},
      {{"--out", "r.yaml"}, "(nor, of one fit, in .json)"},
      {{"--p0-from", "two.csv"}, "has 2 rows, and one fit takes one"},
      {{"--p0-from", "mine.json"}, "has no parameters"},
      {{"--p0-from", "d.csv", "--out", "d.csv"}, "is the file of"},
      {{"--log", "x"}, "--plot, which is not given"},
      {{"--log", "z", "--plot", "p.svg"}, "'z' is none of x, y, xy and none"},
      {{"--report", "r.pdf"}, "does not end in .html"},
      {{"--report", "mine.html"}, "exists and is not a report"},
      {{"--report", "-", "--json"}, "standard output has the JSON of --json"},
      {{"--report", "-", "--predict", "0:1:1"}, "has what --report writes already"},
      {{"--table", "t.csv", "--by", "x"}, "--table is of one fit"},
      {{"--predict", "0:1:1", "--by", "x"}, "--predict is of one fit"},
  };
  const Names before = files();
  for (const auto& [options, words] : cases) {
    const Outcome one = fit("d.csv", kDecayModel, options);
    EXPECT_EQ(one.code, 2) << words;
    EXPECT_NE(one.err.find(words), std::string::npos) << words << "\n" << one.err;
    EXPECT_EQ(one.out, "") << words;
  }
  EXPECT_EQ(files(), before);
  const Outcome two =
      fit("d.csv", "y = a*exp(-b*x) + c*x2", {"--expr", "x2=x^2", "--predict", "0:1:1"});
  EXPECT_NE(two.err.find("is for a model of one column"), std::string::npos) << two.err;
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

TEST_F(CurveFiles, a_report_is_one_page_that_asks_for_nothing) {
  write("d&.csv", "x<y>,\"a\"\"b\"\n0,1.1\n1,2.0\n2,3.2\n3,3.9\n4,5.1\n");
  const Outcome one =
      shell("nlsq fit 'd&.csv' --y 'a\"b' --model 'c + k*`x<y>`' --p0 c=1,k=1 --report r.html");
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_NE(one.out.find("Converged"), std::string::npos);  // the report on the terminal stays
  const std::string page = read("r.html");
  EXPECT_TRUE(page.starts_with("<!doctype html>\n"));
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  for (const char* request : {"src=\"", "href=", "url(http", "<script", "@import", "<link", "<img"})
    EXPECT_EQ(page.find(request), std::string::npos) << request;
  EXPECT_EQ(count(page, "http"), count(page, "http-equiv") + 1);  // the name space of SVG
  EXPECT_EQ(page.find("x<y>"), std::string::npos);
  EXPECT_NE(page.find("x&lt;y&gt;"), std::string::npos);
  EXPECT_NE(page.find("5 rows of d&amp;.csv, response a&quot;b"), std::string::npos);
  for (const char* tag : {"html", "body", "table", "tr", "td", "th", "div", "svg", "g", "p", "h2"})
    EXPECT_EQ(count(page, "<" + std::string(tag) + ">") + count(page, "<" + std::string(tag) + " "),
              count(page, "</" + std::string(tag) + ">"))
        << tag;
  // The command that stands there makes the same page.
  const std::size_t begin = page.find("<pre>") + 5, end = page.find("</pre>");
  std::string command = page.substr(begin, end - begin);
  for (const auto& [mark, sign] : std::vector<std::pair<std::string, std::string>>{
           {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}}) {
    for (std::size_t at; (at = command.find(mark)) != std::string::npos;)
      command.replace(at, mark.size(), sign);
  }
  EXPECT_EQ(shell(command).code, 0) << command;  // ours, so replaced
  EXPECT_EQ(read("r.html"), page);
}

TEST_F(CurveFiles, a_report_says_what_to_beware_of) {
  ASSERT_EQ(fit("d.csv", "y = a*exp(-b*x) + c + d", {"--report", "r.html"}).code, 0);
  const std::string page = read("r.html");
  EXPECT_NE(page.find("<div class=\"warnings\">"), std::string::npos);
  EXPECT_NE(page.find("undetermined"), std::string::npos);
  EXPECT_NE(page.find("start by default"), std::string::npos);
}

// Places of the data points along x, in pixels.
std::vector<double> places(const std::string& svg) {
  std::vector<double> found;
  static const std::regex circle("<circle cx=\"([0-9.]+)\"");
  for (std::sregex_iterator at(svg.begin(), svg.end(), circle), end; at != end; ++at)
    found.push_back(std::stod((*at)[1]));
  return found;
}

TEST_F(CurveFiles, doses_over_decades_are_drawn_on_a_logarithmic_axis) {
  std::string dose = "dose,y\n";
  for (int k = -9; k <= -3; ++k)
    dose += fmt::format("1e{},{}\n", k, 100.0 / (1.0 + std::pow(10.0, -6.5 - k)));
  write("dose.csv", dose);
  const Names start = {"--p0", "top=90,ec=1e-6", "--plot", "p.svg"};
  const auto draw = [&](const std::string& log) {
    Names options = start;
    if (!log.empty()) options.insert(options.end(), {"--log", log});
    const Outcome one = fit("dose.csv", "y = top/(1 + ec/dose)", options);
    EXPECT_EQ(one.code, 0) << one.err;
    return read("p.svg");
  };
  for (const std::string log : {"", "x"}) {
    const std::string svg = draw(log);
    EXPECT_NE(svg.find(">10⁻⁹</text>"), std::string::npos);
    std::vector<double> x = places(svg);
    ASSERT_GE(x.size(), 7u);
    for (std::size_t i = 2; i < 7; ++i) EXPECT_NEAR(x[i] - x[i - 1], x[1] - x[0], 0.2);
  }
  for (const std::string log : {"none", "y"}) {
    const std::string svg = draw(log);
    const std::vector<double> x = places(svg);
    EXPECT_NEAR(x[1], x[0], 0.2);  // a cliff
    EXPECT_EQ(svg.find(">10⁻⁹</text>"), std::string::npos);
  }
  EXPECT_NE(draw("y").find(">10</text>"), std::string::npos);
}

TEST_F(CurveFiles, evenly_spaced_data_keep_their_axes) {
  ASSERT_EQ(fit("d.csv", kDecayModel, {"--plot", "p.svg"}).code, 0);
  const std::string by_itself = read("p.svg");
  ASSERT_EQ(fit("d.csv", kDecayModel, {"--plot", "p.svg", "--log", "none"}).code, 0);
  EXPECT_EQ(read("p.svg"), by_itself);
}

}  // namespace
}  // namespace nlsq::test
