// SPDX-License-Identifier: MIT
// jacobian_mode: argument before environment before settings file before automatic, in every kind
// of fit; settings that make no sense are named once and skipped.
#include <fmt/format.h>

#include <mutex>

#include "fit/settings_home.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/least_squares.hpp"
#include "nlsq/log.hpp"

namespace nlsq::test {
namespace {

using std::string;
using Warnings = std::vector<string>;

const std::vector<double> kX{0, 1, 2, 3, 4, 5}, kY{5.1, 3.3, 2.4, 1.7, 1.45, 1.3};

FitResult fit_decay(std::optional<JacobianMode> mode, index_t rows = 6) {
  static const Model model = Model::parse("a*exp(-b*x) + c");
  Dataset data;
  const auto count = static_cast<std::size_t>(rows);
  data.column("x", std::span(kX).first(count)).response(std::span(kY).first(count));
  FitOptions options;
  options.jacobian_mode = mode;
  return curve_fit(model, data, options);
}

class JacobianModes : public SettingsHome {};

// Every combination of the three levels that may be set; each of auto, fwd, rev or nothing.
TEST_F(JacobianModes, TheHighestLevelThatSaysSomethingDecides) {
  const char* const names[] = {"", "auto", "fwd", "rev"};
  for (const string config : names) {
    if (config.empty()) {
      remove_config();
    } else {
      write_config(fmt::format(R"({{"jacobian_mode": "{}"}})", config));
    }
    for (const string environment : names) {
      setenv("NLSQ_JACOBIAN_MODE", environment.c_str(), 1);
      for (const string argument : names) {
        const string decided = !argument.empty()      ? argument
                               : !environment.empty() ? environment
                                                      : config;
        const string source = !argument.empty()      ? "argument"
                              : !environment.empty() ? "environment"
                              : !config.empty()      ? "config"
                                                     : "default";
        std::optional<JacobianMode> mode;
        if (!argument.empty()) mode = parse_jacobian_mode(argument);
        const FitResult r = fit_decay(mode);
        const string where = argument + "/" + environment + "/" + config;
        EXPECT_EQ(r.jacobian_mode, decided == "rev" ? "rev" : "fwd") << where;
        EXPECT_EQ(r.derivative_order, decided == "rev" ? "reverse" : "forward") << where;
        EXPECT_EQ(r.jacobian_mode_source, source) << where;
        EXPECT_EQ(r.warnings, Warnings{}) << where;
      }
    }
  }
}

TEST_F(JacobianModes, AutomaticIsReverseWhenThereAreMoreParametersThanResiduals) {
  EXPECT_EQ(fit_decay({}, 6).jacobian_mode, "fwd");
  EXPECT_EQ(fit_decay({}, 3).jacobian_mode, "fwd");  // n = m
  EXPECT_EQ(fit_decay({}, 2).jacobian_mode, "rev");
  EXPECT_EQ(fit_decay(JacobianMode::automatic, 2).jacobian_mode, "rev");
  EXPECT_EQ(fit_decay(JacobianMode::automatic, 2).jacobian_mode_source, "argument");
  // What the row program does is a matter of operations.
  EXPECT_EQ(fit_decay({}, 2).derivative_order, "forward");
  EXPECT_EQ(fit_decay(JacobianMode::fwd, 2).jacobian_mode, "fwd");
}

TEST_F(JacobianModes, FixedParametersAndMaskedRowsDoNotCount) {
  Dataset data;
  const std::vector<double> sigma{1, 1, 1, 1, INFINITY, INFINITY};
  data.column("x", kX).response(kY).sigma(sigma);
  const Model model = Model::parse("a + b*x + c*x^2 + d*x^3 + f*x^4");
  FitOptions options;
  EXPECT_EQ(curve_fit(model, data, options).jacobian_mode, "rev");  // 5 > 4
  options.fixed["f"] = 0.0;
  EXPECT_EQ(curve_fit(model, data, options).jacobian_mode, "fwd");
}

TEST_F(JacobianModes, FitAndLeastSquaresLookInTheSamePlaces) {
  write_config(R"({"jacobian_mode": "rev"})");
  Dataset data;
  data.column("x", kX).response(kY);
  const std::vector<FitTerm> terms{{Model::parse("a*exp(-b*x) + c"), data, {}, {}}};
  EXPECT_EQ(fit(terms).jacobian_mode, "rev");
  EXPECT_EQ(fit(terms).jacobian_mode_source, "config");
  const ResidualFunction f = [](std::span<const double> p, std::span<double> out) {
    for (std::size_t i = 0; i < kX.size(); ++i) out[i] = p[0] + p[1] * kX[i] - kY[i];
  };
  LeastSquaresOptions options;
  const std::vector<double> x0{1.0, 1.0};
  FitResult r = least_squares(f, 6, x0, options);
  EXPECT_EQ(r.jacobian_mode_source, "config");
  EXPECT_EQ(r.jacobian_mode, "2-point");
  EXPECT_EQ(r.derivative_order, "2-point");
  setenv("NLSQ_JACOBIAN_MODE", "fwd", 1);
  EXPECT_EQ(least_squares(f, 6, x0, options).jacobian_mode_source, "environment");
  options.jacobian_mode = JacobianMode::rev;
  EXPECT_EQ(least_squares(f, 6, x0, options).jacobian_mode_source, "argument");
}

TEST_F(JacobianModes, TheSettingsFileIsReadOnceAndAgainWhenAsked) {
  write_config(R"({"jacobian_mode": "rev"})");
  std::ofstream(config_path()) << R"({"jacobian_mode": "fwd"})";
  EXPECT_EQ(fit_decay({}).jacobian_mode, "rev");
  reload_config();
  EXPECT_EQ(fit_decay({}).jacobian_mode, "fwd");
}

TEST_F(JacobianModes, NothingIsCreatedInTheHomeFolder) {
  fit_decay({});
  EXPECT_TRUE(std::filesystem::is_empty(home_));
  unsetenv("HOME");
  EXPECT_EQ(config_path(), "");
  reload_config();
  EXPECT_EQ(fit_decay({}).jacobian_mode_source, "default");
}

// One warning that names the file and the reason, in the first fit and again for new content.
TEST_F(JacobianModes, ABadSettingsFileIsNamedOnceAndSkipped) {
  const struct {
    const char* content;
    const char* reason;
  } cases[] = {
      {R"({"jacobian_mode": )", "no valid JSON: parse error at line 1, column"},
      {"", "no valid JSON"},
      {"[1, 2]", "no JSON object but [1,2]"},
      {R"({"jacobian_mode": "forward"})", "jacobian_mode: 'forward' is none of 'auto', 'fwd'"},
      {R"({"jacobian_mode": "rve"})", "did you mean 'rev'"},
      {R"({"jacobian_mode": 3})", "jacobian_mode: 3 is none of"},
      {R"({"cache_config": 3})", "cache_config: 3 is no object"},
      {R"({"cache_config": {"enable": "yes"}})", "cache_config.enable: \"yes\" is neither"},
      {R"({"cache_config": {"max_size": 0}})", "cache_config.max_size: 0 is no whole number"},
      {R"({"cache_config": {"max_size": -5}})", "cache_config.max_size: -5 is no whole"},
      {R"({"cache_config": {"max_size": 1.5}})", "cache_config.max_size: 1.5 is no whole"},
      {R"({"cache_config": {"max_size": 99999999999999999999}})", "cache_config.max_size: "},
      {"\xff\xfe", "no valid JSON"},
  };
  for (const auto& [content, reason] : cases) {
    write_config(content);
    const FitResult first = fit_decay({}), second = fit_decay({});
    ASSERT_EQ(first.warnings.size(), 1u) << content;
    EXPECT_TRUE(first.warnings[0].starts_with(config_path())) << first.warnings[0];
    EXPECT_NE(first.warnings[0].find(reason), string::npos) << first.warnings[0];
    EXPECT_EQ(first.jacobian_mode_source, "default") << content;
    EXPECT_EQ(first.jacobian_mode, "fwd");
    EXPECT_EQ(second.warnings, Warnings{}) << content;
    reload_config();
    EXPECT_EQ(fit_decay({}).warnings, Warnings{}) << content;
  }
}

TEST_F(JacobianModes, ABadKeyLeavesTheOthersAlone) {
  write_config(R"({"cache_config": {"max_size": "many"}, "jacobian_mode": "rev", "other": 1})");
  const FitResult r = fit_decay({});
  EXPECT_EQ(r.jacobian_mode_source, "config");
  EXPECT_EQ(r.jacobian_mode, "rev");
  EXPECT_EQ(r.warnings.size(), 1u);
}

TEST_F(JacobianModes, AFolderInPlaceOfTheSettingsFileIsNamed) {
  std::filesystem::create_directories(config_path());
  reload_config();
  const FitResult r = fit_decay({});
  ASSERT_EQ(r.warnings.size(), 1u);
  EXPECT_NE(r.warnings[0].find("no regular file"), string::npos);
}

TEST_F(JacobianModes, ABadEnvironmentVariableIsNamedOnceAndSkipped) {
  write_config(R"({"jacobian_mode": "rev"})");
  for (const string value : {"fwdd", "FWD", "backwards"}) {
    setenv("NLSQ_JACOBIAN_MODE", value.c_str(), 1);
    const FitResult asked = fit_decay(JacobianMode::fwd);
    EXPECT_EQ(asked.warnings, Warnings{}) << "the argument decides, nobody looks further";
    const FitResult first = fit_decay({}), second = fit_decay({});
    ASSERT_EQ(first.warnings.size(), 1u) << value;
    EXPECT_TRUE(first.warnings[0].starts_with("NLSQ_JACOBIAN_MODE: '" + value + "' is none of"));
    EXPECT_EQ(first.jacobian_mode, "rev");
    EXPECT_EQ(first.jacobian_mode_source, "config");
    EXPECT_EQ(second.warnings, Warnings{});
  }
}

TEST_F(JacobianModes, AFitThatThrowsLeavesTheWarningToTheNext) {
  setenv("NLSQ_JACOBIAN_MODE", "sideways", 1);
  Dataset empty;
  EXPECT_THROW(curve_fit(Model::parse("a*x"), empty), InputError);
  EXPECT_EQ(fit_decay({}).warnings.size(), 1u);
}

TEST_F(JacobianModes, ABadArgumentIsAnInputErrorWithTheNearestName) {
  try {
    parse_jacobian_mode("rve");
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_EQ(error.argument(), "jacobian_mode");
    EXPECT_NE(string(error.what()).find("did you mean 'rev'"), string::npos);
  }
}

TEST_F(JacobianModes, OneDebugLineAFitSaysModeAndSource) {
  std::vector<string> lines;
  std::vector<LogLevel> levels;
  const auto keep = [&](LogLevel level, std::string_view line) {
    levels.push_back(level);
    lines.emplace_back(line);
  };
  set_log_sink(keep);
  setenv("NLSQ_JACOBIAN_MODE", "rev", 1);
  fit_decay({});
  fit_decay(JacobianMode::fwd, 5);
  EXPECT_EQ(lines, (std::vector<string>{"jacobian_mode=rev source=environment derivatives=reverse "
                                        "parameters=3 residuals=6",
                                        "jacobian_mode=fwd source=argument derivatives=forward "
                                        "parameters=3 residuals=5"}));
  EXPECT_EQ(levels, (std::vector<LogLevel>(2, LogLevel::debug)));
  set_log_sink(keep, LogLevel::info);
  fit_decay({});
  set_log_sink({});
  fit_decay({});
  EXPECT_EQ(lines.size(), 2u);
}

}  // namespace
}  // namespace nlsq::test
