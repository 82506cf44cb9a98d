// SPDX-License-Identifier: MIT
// `nlsq models`, and `nlsq fit --model NAME` with its columns, bounds and starts.
#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "command_support.hpp"
#include "nlsq/models.hpp"

namespace nlsq::test {
namespace {

class Models : public CommandTest {
 protected:
  Models() { write("peak.csv", peak("x,y,e")); }

  // A peak of height 30 at 3.2, standard deviation 0.5; starts of 1 would not find it.
  static std::string peak(const std::string& header) {
    std::string out = header + "\n";
    for (int i = 0; i < 60; ++i) {
      const double x = 0.1 * i, y = 30.0 * std::exp(-2.0 * (x - 3.2) * (x - 3.2));
      out += fmt::format("{},{},{}\n", x, y + 0.1 * std::sin(7.0 * i * i), 0.1);
    }
    return out;
  }
  static double value(const Outcome& outcome, const std::string& name) {
    return outcome.json()["parameters"][name]["value"];
  }
};

TEST_F(Models, are_listed_one_a_line) {
  const Outcome outcome = nlsq({"models"});
  EXPECT_EQ(outcome.code, 0);
  std::istringstream lines(outcome.out);
  std::string text;
  std::getline(lines, text);
  for (const BuiltInModel& model : built_in_models()) {
    std::getline(lines, text);
    EXPECT_TRUE(text.starts_with(model.name + " ")) << text;
    EXPECT_TRUE(text.ends_with(" " + model.formula)) << text;
  }
  std::getline(lines, text);
  EXPECT_TRUE(text.starts_with("polynomial(N) ")) << text;
}

TEST_F(Models, are_shown_one_by_one) {
  const std::string out = nlsq({"models", "Pseudo-Voigt"}).out;
  EXPECT_NE(out.find("0 ≤ eta ≤ 1"), std::string::npos) << out;
  EXPECT_NE(nlsq({"models", "poly3"}).out.find("c0*x^3 + c1*x^2"), std::string::npos);
  const Outcome unknown = nlsq({"models", "gausian"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("did you mean 'gaussian'"), std::string::npos) << unknown.err;
}

TEST_F(Models, are_listed_as_json) {
  const auto all = nlsq({"models", "--json"}).json();
  EXPECT_EQ(all["schema"], 1);
  EXPECT_EQ(all["models"].size(), built_in_models().size());
  const auto one = nlsq({"models", "sigmoid", "--json"}).json()["models"];
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0]["parameters"], nlohmann::json({"L", "x0", "k", "b"}));
  EXPECT_EQ(one[0]["bounds"]["L"], nlohmann::json({0.0, nullptr}));
}

TEST_F(Models, start_from_the_data) {
  const Outcome outcome = fit("peak.csv", "gaussian", {"--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_NEAR(value(outcome, "amp"), 30.0, 0.1);
  EXPECT_NEAR(value(outcome, "mu"), 3.2, 0.01);
  EXPECT_NEAR(value(outcome, "sigma"), 0.5, 0.01);
  const auto json = outcome.json();
  EXPECT_EQ(json["built_in"], "gaussian");
  EXPECT_EQ(json["parameters"]["mu"]["start_estimated"], true);
  EXPECT_EQ(json["parameters"]["mu"]["start_defaulted"], false);
  EXPECT_EQ(json["options"]["bounds"]["sigma"], nlohmann::json({0.0, nullptr}));
  EXPECT_NE(fit("peak.csv", "gaussian").out.find("Start values estimated from the data: amp = "),
            std::string::npos);
  EXPECT_EQ(fit("peak.csv", "gaussian", {"--p0", "auto", "--json"}).code, 0);
}

TEST_F(Models, give_way_to_starts_and_bounds_of_the_user) {
  const auto json = fit("peak.csv", "gaussian",
                        {"--p0", "mu=3", "--bounds", "sigma=0.1:0.4", "--fix", "amp=29", "--json"})
                        .json();
  EXPECT_EQ(json["parameters"]["mu"]["start"], 3.0);
  EXPECT_EQ(json["parameters"]["mu"]["start_estimated"], false);
  EXPECT_EQ(json["parameters"]["sigma"]["start"], 0.4);
  EXPECT_EQ(json["parameters"]["sigma"]["start_estimated"], true);
  EXPECT_EQ(json["parameters"]["amp"]["value"], 29.0);
  EXPECT_EQ(json["parameters"]["amp"]["start_estimated"], false);
  const std::string out = fit("peak.csv", "gaussian", {"--p0", "25,3,1"}).out;
  EXPECT_EQ(out.find("estimated"), std::string::npos) << out;
  const Outcome outside = fit("peak.csv", "gaussian", {"--p0", "amp=-1"});
  EXPECT_EQ(outside.code, 2);
  EXPECT_EQ(fit("peak.csv", "gaussian", {"--p0", "amp=-1", "--bounds", "amp=:"}).code % 2, 0);
}

TEST_F(Models, have_no_bounds_under_lm_and_say_so) {
  const Outcome outcome = fit("peak.csv", "gaussian", {"--method", "lm"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("'amp' and 'sigma' are left out"), std::string::npos) << outcome.err;
}

TEST_F(Models, take_the_first_column_that_is_left_as_x) {
  write("t.csv", peak("time (s),counts,err"));
  const Outcome outcome = fit("t.csv", "gaussian", {"--y", "counts", "--sigma", "err", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("note: x is the column 'time (s)'"), std::string::npos);
  EXPECT_EQ(outcome.json()["model"], "amp*exp(-(`time (s)` - mu)^2/(2*sigma^2))");
  EXPECT_NEAR(value(outcome, "mu"), 3.2, 0.01);
  write("X.csv", peak("e,y,X"));
  EXPECT_NE(fit("X.csv", "linear").err.find("'x' is read as the column 'X'"), std::string::npos);
  write("y.csv", "y\n1\n2\n3\n");
  EXPECT_NE(fit("y.csv", "linear").err.find("x is the number of the row"), std::string::npos);
}

TEST_F(Models, keep_columns_and_parameters_apart) {
  for (const char* header : {"mu,y,sigma", "MU,y,amp", "pi,y,e", "exp,y,and", "and,y,exp"}) {
    write("named.csv", peak(header));
    const Outcome outcome = fit("named.csv", "gaussian", {"--json"});
    ASSERT_EQ(outcome.code, 0) << header << outcome.err;
    EXPECT_NEAR(value(outcome, "mu"), 3.2, 0.01) << header;
  }
  write("named.csv", peak("pi,y,e"));
  EXPECT_NEAR(value(fit("named.csv", "sine", {"--p0", "freq=0.1", "--json"}), "freq"), 0.1, 0.2);
}

TEST_F(Models, give_way_to_a_column_of_their_name) {
  write("named.csv", "gaussian,y\n1,2\n2,4\n3,6\n");
  const Outcome outcome = fit("named.csv", "gaussian");
  EXPECT_EQ(outcome.out.find("amp"), std::string::npos) << outcome.out;
}

TEST_F(Models, are_suggested_where_a_name_is_misspelt) {
  const auto error = [&](const std::string& model) {
    const Outcome outcome = fit("peak.csv", model);
    EXPECT_EQ(outcome.code, 2);
    return outcome.err;
  };
  EXPECT_NE(error("gausian").find("was the built-in model 'gaussian' meant"), std::string::npos);
  EXPECT_NE(error("y = gaussian").find("--model gaussian and --y NAME"), std::string::npos);
  EXPECT_NE(error("polynomial(21)").find("from 0 to 20"), std::string::npos);
  EXPECT_NE(error("polynomial").find("from 0 to 20"), std::string::npos);
  EXPECT_NE(error("polynomial(0)").find("uses no column"), std::string::npos);
}

TEST_F(Models, have_starts_in_groups_as_formulas_do) {
  EXPECT_EQ(fit("peak.csv", "a*exp(-b*(x - c)^2)", {"--p0", "auto"}).code, 0);
  write("groups.csv", "g,x,y\n1,1,2\n1,2,3\n1,3,5\n");
  EXPECT_EQ(fit("groups.csv", "a*exp(b*x)", {"--p0", "auto", "--by", "g"}).code, 0);
}

TEST_F(Models, add_up) {
  std::string data = "nm,counts,power\n";
  for (int i = 0; i < 200; ++i) {
    const double x = 400.0 + 1.5 * i, u = (x - 480.0) / 9.0, v = (x - 530.0) / 15.0;
    const double wiggle = 0.02 * std::sin(1e3 * i * i);
    data += fmt::format(
        "{},{},{}\n", x,
        12 * std::exp(-u * u / 2) + 7 * std::exp(-v * v / 2) + 0.01 * x + 2 + wiggle, i);
  }
  write("two.csv", data);
  const Outcome outcome = fit("two.csv", "Gaussian+gauss + line", {"--y", "counts", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["built_in"], "gaussian + gaussian + linear");
  EXPECT_EQ(json["start_source"], "search");
  EXPECT_GT(json["r_squared"].get<double>(), 0.9999);
  const auto value = [&](const char* name) {
    return json["parameters"][name]["value"].get<double>();
  };
  EXPECT_NEAR(value("g1_mu") + value("g2_mu"), 480 + 530, 0.2);
  EXPECT_NEAR(value("l1_a"), 0.01, 1e-3);
  // Bounds and starts of single parameters, as for one model.
  const Outcome bounded = fit("two.csv", "gaussian + gaussian + linear",
                              {"--y", "counts", "--p0", "g1_mu=470", "--bounds", "g1_mu=450:500",
                               "--fix", "l1_a=0.01", "--json"});
  ASSERT_EQ(bounded.code, 0) << bounded.err;
  EXPECT_NEAR(nlohmann::json::parse(bounded.out)["parameters"]["g1_mu"]["value"].get<double>(),
              480.0, 0.1);
  // A column in it makes it a formula.
  EXPECT_EQ(nlohmann::json::parse(
                fit("two.csv", "power + gaussian", {"--y", "counts", "--json"}).out)["built_in"],
            nullptr);
  const std::string error = fit("two.csv", "gausian + linear", {"--y", "counts"}).err;
  EXPECT_NE(error.find("there is no model 'gausian' (did you mean 'gaussian'?)"), std::string::npos)
      << error;
}

TEST_F(Models, that_are_sums_are_fitted_to_each_group) {
  std::string data = "g,x,y\n";
  for (int g = 0; g < 40; ++g) {
    for (int i = 0; i < 80; ++i) {
      const double x = 0.5 * i, u = (x - 12.0 - 0.05 * g) / 1.5, v = (x - 28.0) / 2.5;
      data += fmt::format("{},{},{}\n", g, x,
                          5 * std::exp(-u * u / 2) + 3 * std::exp(-v * v / 2) + 1 +
                              0.02 * std::sin(1e3 * (i + g) * i));
    }
  }
  write("groups.csv", data);
  const Outcome outcome = fit("groups.csv", "gaussian + gaussian + poly0", {"--by", "g", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  std::istringstream lines(outcome.out);
  int groups = 0;
  for (std::string line; std::getline(lines, line); ++groups)
    EXPECT_GT(nlohmann::json::parse(line)["r_squared"].get<double>(), 0.999) << line;
  EXPECT_EQ(groups, 40);
}

TEST_F(Models, leave_out_rows_of_infinite_sigma_and_draw_plots) {
  std::string data = peak("x,y,e");
  write("masked.csv", data + "5.95,1e6,inf\n");
  const Outcome outcome = fit("masked.csv", "lorentzian", {"--sigma", "e", "--plot", "p.svg"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out.find("e+06"), std::string::npos);
  EXPECT_TRUE(exists("p.svg"));
}

}  // namespace
}  // namespace nlsq::test
