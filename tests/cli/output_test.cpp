// SPDX-License-Identifier: MIT
// What the command prints and writes: JSON, exit codes, plots, colour.
#include <algorithm>
#include <cmath>
#include <fstream>

#include "command_support.hpp"

namespace nlsq::test {
namespace {

class Output : public CommandTest {
 protected:
  Output() { write("d.csv", kDecay); }
};

TEST_F(Output, json_has_the_keys_of_its_schema_in_a_stable_order) {
  const Outcome outcome = fit("d.csv", kDecayModel, {"--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 1);
  const auto json = nlohmann::ordered_json::parse(outcome.out);
  for (const char* key : {"schema",
                          "version",
                          "model",
                          "parameter_order",
                          "parameters",
                          "covariance",
                          "correlation",
                          "cost",
                          "rss",
                          "dof",
                          "n",
                          "n_omitted",
                          "r_squared",
                          "reduced_chi2",
                          "absolute_sigma",
                          "status",
                          "message",
                          "success",
                          "nfev",
                          "njev",
                          "engine",
                          "warnings",
                          "issues",
                          "options",
                          "elapsed_ms",
                          "adjusted_r_squared",
                          "rmse",
                          "aic",
                          "aicc",
                          "bic",
                          "chi2",
                          "p_value",
                          "tss",
                          "n_masked",
                          "condition",
                          "rank",
                          "method",
                          "loss",
                          "fold",
                          "isa",
                          "optimality",
                          "jacobian_mode",
                          "jacobian_mode_source",
                          "derivative_order"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json.begin().key(), "schema");
  EXPECT_EQ(json["schema"], 1);
  EXPECT_EQ(json["parameter_order"], (nlohmann::ordered_json{"a", "b", "c"}));
  for (const char* key : {"value", "stderr", "ci95", "fixed", "at_bound"})
    EXPECT_TRUE(json["parameters"]["a"].contains(key));
  EXPECT_EQ(json["covariance"].size(), 3u);
  EXPECT_EQ(json["covariance"][0].size(), 3u);
  EXPECT_EQ(json["success"], true);
  EXPECT_GE(json["status"], 1);
  EXPECT_EQ(json["engine"], "interpreter");
}

TEST_F(Output, floats_have_17_digits_and_stay_floats) {
  const auto json = fit("d.csv", kDecayModel, {"--json"}).json();
  EXPECT_TRUE(json["options"]["f_scale"].is_number_float());
  EXPECT_TRUE(json["n"].is_number_integer());
  const std::string text = fit("d.csv", kDecayModel, {"--json"}).out;
  EXPECT_NE(text.find("\"level\": 0.94999999999999996"), std::string::npos);
}

TEST_F(Output, numbers_that_are_not_finite_are_null) {
  write("three.csv", "x,y\n1,2\n2,5\n3,9\n");
  const auto json = fit("three.csv", "a + b*x + c*x^2", {"--json"}).json();
  EXPECT_TRUE(json["parameters"]["a"]["stderr"].is_null());
  EXPECT_TRUE(json["reduced_chi2"].is_null());
}

TEST_F(Output, level_adds_an_interval_and_leaves_ci95_alone) {
  const auto plain = fit("d.csv", kDecayModel, {"--json"}).json();
  const auto json = fit("d.csv", kDecayModel, {"--json", "--level", "0.5"}).json();
  EXPECT_FALSE(plain["parameters"]["a"].contains("ci"));
  EXPECT_EQ(json["level"], 0.5);
  EXPECT_EQ(json["parameters"]["a"]["ci95"], plain["parameters"]["a"]["ci95"]);
  EXPECT_GT(json["parameters"]["a"]["ci"][0], json["parameters"]["a"]["ci95"][0]);
}

TEST_F(Output, fixed_parameters_and_bounds_are_reported) {
  const auto json =
      fit("d.csv", kDecayModel, {"--json", "--fix", "c=1", "--bounds", "a=:2,b=0:", "--p0", "a=1"})
          .json();
  EXPECT_EQ(json["parameters"]["c"]["fixed"], true);
  EXPECT_EQ(json["parameters"]["c"]["value"], 1.0);
  EXPECT_EQ(json["covariance"][2], (nlohmann::json{0.0, 0.0, 0.0}));
  EXPECT_EQ(json["parameters"]["a"]["at_bound"], true);
  EXPECT_EQ(json["options"]["bounds"]["a"][0], nullptr);
  EXPECT_EQ(json["options"]["bounds"]["a"][1], 2.0);
  EXPECT_EQ(json["options"]["p0"]["b"], 1.0);
  EXPECT_EQ(json["dof"], 4);
}

TEST_F(Output, every_method_and_loss_finds_the_minimum) {
  for (const char* method : {"trf", "lm", "dogbox", "varpro", "auto"}) {
    const auto json = fit("d.csv", kDecayModel, {"--json", "--method", method}).json();
    EXPECT_NEAR(json["parameters"]["a"]["value"], 4.0468838, 1e-6) << method;
  }
  for (const char* loss : {"linear", "soft_l1", "huber", "cauchy", "arctan"}) {
    const auto json =
        fit("d.csv", kDecayModel, {"--json", "--loss", loss, "--f-scale", "10"}).json();
    EXPECT_NEAR(json["parameters"]["a"]["value"], 4.0468838, 1e-3) << loss;
    EXPECT_EQ(json["loss"], loss);
  }
}

TEST_F(Output, options_of_the_method_are_accepted) {
  EXPECT_EQ(fit("d.csv", kDecayModel,
                {"--ftol", "1e-10", "--xtol", "1e-10", "--gtol", "1e-10", "--max-nfev", "900",
                 "--no-polish", "--threads", "1", "--jacobian-mode", "rev", "--device", "cpu",
                 "--memory", "256M", "--precision", "double"})
                .code,
            0);
  EXPECT_EQ(fit("d.csv", kDecayModel, {"--x-scale", "1"}).code, 0);
  EXPECT_EQ(fit("d.csv", kDecayModel, {"--x-scale", "a=2,c=0.5", "--fix", "b=0.5"}).code, 0);
  EXPECT_EQ(fit("d.csv", kDecayModel, {"--p0", "4,0.5,1"}).code, 0);
}

TEST_F(Output, the_order_of_derivation_comes_from_option_environment_or_settings_file) {
  const std::string line = " fit d.csv --model 'y = a*exp(-b*x) + c' --json --jacobian-mode rev";
  const std::string without = line.substr(0, line.find(" --jacobian-mode"));
  const std::string home = "HOME=\"$PWD/home\" ";
  shell("mkdir -p home/.nlsq");
  write("home/.nlsq/config.json", R"({"jacobian_mode": "rev"})");
  const auto json = [&](const std::string& before, const std::string& rest) {
    return shell("export " + before + "; nlsq" + rest).json();
  };
  EXPECT_EQ(json("HOME=/nowhere", without)["jacobian_mode_source"], "default");
  EXPECT_EQ(json("HOME=/nowhere", without)["jacobian_mode"], "fwd");
  EXPECT_EQ(json(home, without)["jacobian_mode_source"], "config");
  EXPECT_EQ(json(home, without)["jacobian_mode"], "rev");
  EXPECT_EQ(json(home, without)["derivative_order"], "reverse");
  const std::string forward = home + " NLSQ_JACOBIAN_MODE=fwd";
  EXPECT_EQ(json(forward, without)["jacobian_mode_source"], "environment");
  EXPECT_EQ(json(forward, without)["derivative_order"], "forward");
  EXPECT_EQ(json(forward, line)["jacobian_mode_source"], "argument");
  EXPECT_EQ(json(forward, line)["jacobian_mode"], "rev");
  const Outcome bad = shell("export " + home + " NLSQ_JACOBIAN_MODE=fwdd; nlsq" + without);
  EXPECT_EQ(bad.code, 0);
  EXPECT_NE(bad.err.find("nlsq: warning: NLSQ_JACOBIAN_MODE: 'fwdd' is none of"),
            std::string::npos);
  EXPECT_EQ(bad.json()["jacobian_mode_source"], "config");
  const Outcome verbose = shell("export " + forward + "; nlsq" + without + " --verbose");
  EXPECT_NE(verbose.err.find("jacobian_mode=fwd source=environment"), std::string::npos);
}

TEST_F(Output, a_fit_that_does_not_converge_exits_with_1_and_is_printed) {
  const Outcome outcome = fit("d.csv", kDecayModel, {"--json", "--max-nfev", "2"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.json()["success"], false);
  EXPECT_EQ(outcome.json()["status"], 0);
  EXPECT_NE(outcome.err.find("nlsq: warning: the fit did not converge"), std::string::npos);
  const Outcome table = fit("d.csv", kDecayModel, {"--max-nfev", "2"});
  EXPECT_EQ(table.code, 1);
  EXPECT_NE(table.out.find("Not converged"), std::string::npos);
}

TEST_F(Output, a_rank_deficient_fit_warns_and_exits_with_0) {
  const Outcome outcome = fit("d.csv", "a*x + b*x + c", {"--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.json()["parameters"]["a"]["stderr"].is_null());
  EXPECT_NE(outcome.err.find("'a' and 'b'"), std::string::npos);
}

TEST_F(Output, issues_have_an_id_and_strict_exits_with_1_where_there_is_one) {
  const std::vector<std::string> bare = {"--json"}, strict = {"--json", "--strict"};
  const Outcome outcome = fit("d.csv", "a*x + b*x + c", strict);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find(" [undetermined]\n"), std::string::npos) << outcome.err;
  const nlohmann::json issue = outcome.json()["issues"].at(0);
  EXPECT_EQ(issue["id"], "undetermined");
  EXPECT_EQ(issue["sentence"], outcome.json()["warnings"].at(0));
  EXPECT_EQ(issue["values"]["parameters"], nlohmann::json({"a", "b"}));
  EXPECT_EQ(issue["values"]["rank"], 2.0);
  EXPECT_EQ(fit("d.csv", kDecayModel, strict).code, 0);
  EXPECT_EQ(fit("d.csv", kDecayModel, strict).json()["issues"], nlohmann::json::array());
  write("typo.csv", "tmep,x,y\n1,0,1\n2,1,3\n3,2,5\n4,3,7\n");
  EXPECT_EQ(fit("typo.csv", "y = temp*x + b", bare).code, 0);
  EXPECT_EQ(fit("typo.csv", "y = temp*x + b", strict).code, 1);
}

TEST_F(Output, a_parameter_that_ran_away_is_told) {
  write("l.csv", "x,y\n10,155\n30,250\n50,270\n70,330\n100,320\n125,323\n");
  const Outcome outcome = fit("l.csv", "q*b*x/(1 + b*x)", {"--p0", "q=1,b=0.5", "--strict"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("'b' ran away"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("[runaway]"), std::string::npos) << outcome.err;
}

TEST_F(Output, redundant_parameters_change_nothing_that_is_determined) {
  const nlohmann::json full = fit("d.csv", "(a+b)*exp(-c*x)", {"--json"}).json();
  const nlohmann::json reduced = fit("d.csv", "a*exp(-c*x)", {"--json"}).json();
  EXPECT_NEAR(full["rss"].get<double>() / reduced["rss"].get<double>(), 1, 1e-9);
  EXPECT_EQ(full["dof"], reduced["dof"]);
  EXPECT_EQ(full["rank"], 2);
  for (const char* what : {"value", "stderr"})
    EXPECT_NEAR(full["parameters"]["c"][what].get<double>() /
                    reduced["parameters"]["c"][what].get<double>(),
                1, 1e-8);
  EXPECT_TRUE(full["parameters"]["a"]["stderr"].is_null());
}

TEST_F(Output, output_that_cannot_be_written_exits_with_4) {
  if (std::ifstream("/dev/full").good()) {
    EXPECT_EQ(shell("nlsq fit d.csv --model 'a*x+b' > /dev/full").code, 4);
  }
  EXPECT_EQ(shell("nlsq fit d.csv --model 'a*x+b' >&-").code, 4);
#if !defined(__SANITIZE_THREAD__)  // whose run time writes a file of its own before main
  const Outcome limited =
      shell("ulimit -f 0; nlsq fit d.csv --model 'a*x+b' --plot p.svg > /dev/null 2> /dev/null");
  EXPECT_EQ(limited.code, 4);
#endif
  EXPECT_EQ(files(), std::vector<std::string>{"d.csv"});
}

TEST_F(Output, verbose_speaks_on_stderr_alone) {
  const Outcome outcome = fit("d.csv", kDecayModel, {"--json", "--verbose"});
  EXPECT_NO_THROW(outcome.json());
  EXPECT_NE(outcome.err.find("step norm"), std::string::npos);
  EXPECT_NE(outcome.err.find("engine interpreter"), std::string::npos);
}

TEST_F(Output, colour_is_for_terminals_without_no_color) {
  EXPECT_EQ(fit("d.csv", kDecayModel).out.find('\x1b'), std::string::npos);
  if (shell("command -v script > /dev/null").code != 0)
    GTEST_SKIP() << "no script(1) to make a terminal";
  const std::string run = "script -qec \"'" NLSQ_COMMAND "' fit d.csv --model 'a*x+b'\" /dev/null";
  EXPECT_NE(shell("export TERM=xterm; unset NO_COLOR; " + run).out.find('\x1b'), std::string::npos);
  EXPECT_EQ(shell("export TERM=xterm NO_COLOR=1; " + run).out.find('\x1b'), std::string::npos);
}

TEST_F(Output, a_plot_is_one_complete_file) {
  const Outcome outcome =
      fit("d.csv", "y = a*exp(-b*x) + c*(x < 9 and x > -1)", {"--plot", "p.svg", "--sigma", "0.1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files(), (std::vector<std::string>{"d.csv", "p.svg"}));
  const std::string svg = read("p.svg");
  EXPECT_TRUE(svg.starts_with("<?xml"));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find("x &lt; 9"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
  EXPECT_NE(svg.find("confidence"), std::string::npos);
  EXPECT_NE(svg.find("residual/σ"), std::string::npos);
  if (shell("command -v python3 > /dev/null").code == 0) {
    EXPECT_EQ(shell("python3 -c \"import xml.dom.minidom as m; m.parse('p.svg')\"").code, 0);
  }
}

TEST_F(Output, many_points_are_sampled_and_several_predictors_drawn_against_the_fit) {
  std::string csv = "x,y,z\n";
  for (int i = 0; i < 6000; ++i) {
    csv += std::to_string(i) + "," + std::to_string(2.0 * i + std::sin(i)) + "," +
           std::to_string(std::cos(3 * i)) + "\n";
  }
  write("many.csv", csv);
  EXPECT_EQ(fit("many.csv", "y = a*x + b", {"--plot", "one.svg"}).code, 0);
  const std::string one = read("one.svg");
  EXPECT_NE(one.find("5,000 points drawn"), std::string::npos);
  EXPECT_EQ(fit("many.csv", "y = a*x + b", {"--plot", "again.svg"}).code, 0);
  EXPECT_EQ(one, read("again.svg"));
  EXPECT_EQ(fit("many.csv", "y = a*x + b*z", {"--plot", "two.svg"}).code, 0);
  EXPECT_NE(read("two.svg").find("observed y"), std::string::npos);
}

TEST_F(Output, plots_are_drawn_as_png_and_pdf_where_librsvg_is) {
  write("d.csv", kDecay);
  const bool draws = nlsq({"info"}).out.find("SVG; PNG, PDF yes") != std::string::npos;
  for (const char* const name : {"p.png", "p.pdf"}) {
    const Outcome outcome = fit("d.csv", kDecayModel, {"--plot", name});
    if (!draws) {
      EXPECT_EQ(outcome.code, 2);
      EXPECT_NE(outcome.err.find("or write it as .svg, which needs nothing"), std::string::npos)
          << outcome.err;
      EXPECT_FALSE(exists(name));
      continue;
    }
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const std::string plot = read(name);
    EXPECT_GT(plot.size(), 5000u);
    EXPECT_TRUE(plot.starts_with(name == std::string("p.png") ? "\x89PNG\r\n" : "%PDF-")) << name;
    // One of ours is replaced, one that was changed is not.
    EXPECT_EQ(fit("d.csv", kDecayModel, {"--plot", name}).code, 0);
    write(name, plot.substr(0, 36) + "x" + plot.substr(36) + "x");
    EXPECT_EQ(fit("d.csv", kDecayModel, {"--plot", name}).code, 2);
    EXPECT_EQ(fit("d.csv", kDecayModel, {"--plot", name, "--force"}).code, 0);
  }
  if (!draws) GTEST_SKIP() << "no librsvg";
  // Every chunk of the image has its checksum, ours as well.
  const std::string png = read("p.png");
  EXPECT_EQ(png.substr(37, 13), std::string("tEXtSoftware\0", 13));
}

}  // namespace
}  // namespace nlsq::test
