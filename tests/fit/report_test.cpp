// SPDX-License-Identifier: MIT
// Rounding of values with errors, and the parts of a report that do not need a fit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "nlsq/result.hpp"
#include "report/text_table.hpp"

namespace nlsq {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(WithError, gives_the_error_two_digits_and_the_value_the_same_place) {
  EXPECT_EQ(with_error(4.046883, 0.0886), "4.047 ± 0.089");
  EXPECT_EQ(with_error(238.9421, 2.7070), "238.9 ± 2.7");
  EXPECT_EQ(with_error(-0.000550156, 7.2669e-6), "-0.0005502 ± 0.0000073");
  EXPECT_EQ(with_error(12345.6, 1234.5), "12300 ± 1200");
  EXPECT_EQ(with_error(0.0, 0.25), "0.00 ± 0.25");
}

TEST(WithError, rounds_an_error_that_gains_a_digit) {
  EXPECT_EQ(with_error(1.0, 0.0996), "1.00 ± 0.10");
  EXPECT_EQ(with_error(1.0, 0.996), "1.0 ± 1.0");
  EXPECT_EQ(with_error(9.999, 0.95), "10.00 ± 0.95");
}

TEST(WithError, shares_one_power_of_ten_outside_the_usual_sizes) {
  EXPECT_EQ(with_error(1.234567e9, 1.2e4), "(1.234567 ± 0.000012)e+09");
  EXPECT_EQ(with_error(6.62607e-34, 4.2e-38), "(6.62607 ± 0.00042)e-34");
  EXPECT_EQ(with_error(1e-9, 3e-6), "(0.0 ± 3.0)e-06");
}

TEST(WithError, stops_at_the_digits_of_a_double) {
  EXPECT_EQ(with_error(1.0, 1e-20), "1.00000000000000 ± 1.0e-20");
}

TEST(WithError, leaves_out_an_error_that_says_nothing) {
  EXPECT_EQ(with_error(1.5, 0.0), "1.5");
  EXPECT_EQ(with_error(1.5, kInf), "1.5");
}

TEST(TextTable, counts_characters_and_breaks_text_at_blanks) {
  EXPECT_EQ(fit_impl::width_of("χ²"), 2u);
  EXPECT_EQ(fit_impl::shortened("abcdefghij", 5), "ab…ij");
  EXPECT_EQ(fit_impl::wrapped("one two three", 8, 2), "one two\n  three");
  EXPECT_EQ(fit_impl::wrapped("aaaa+bbbb+cccc", 8, 0), "aaaa+\nbbbb+\ncccc");
}

FitResult made_up(std::size_t n) {
  FitResult r;
  for (std::size_t i = 0; i < n; ++i) {
    r.names.push_back("p" + std::to_string(i));
    r.popt.push_back(std::pow(10.0, static_cast<double>(i % 13) - 6.0));
    r.perr.push_back(0.01 * r.popt.back());
  }
  r.p0.assign(n, 1.0);
  r.fixed.assign(n, false);
  r.defaulted.assign(n, true);
  r.at_bound.assign(n, 0);
  r.pcov.assign(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) r.pcov[i * n + i] = r.perr[i] * r.perr[i];
  r.n = 500;
  r.dof = 500 - static_cast<index_t>(n);
  r.status = Status::ftol;
  r.success = true;
  r.message = "it was time";
  r.method = "trf";
  r.warnings = {"look out"};
  return r;
}

TEST(FitReport, holds_one_row_a_parameter_up_to_a_hundred) {
  for (const std::size_t n : {std::size_t{1}, std::size_t{100}}) {
    const std::string text = made_up(n).report();
    EXPECT_EQ(static_cast<std::size_t>(std::count(text.begin(), text.end(), '[')), n);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(fit_impl::width_of(line), 100u) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(FitReport, lists_strong_correlations_alone) {
  FitResult r = made_up(3);
  EXPECT_EQ(r.report().find("correlations"), std::string::npos);
  r.pcov[1] = r.pcov[3] = -0.99 * r.perr[0] * r.perr[1];
  const std::string text = r.report();
  EXPECT_NE(text.find("-0.9900  p0 and p1"), std::string::npos) << text;
  EXPECT_EQ(text.find("p0 and p2"), std::string::npos);
}

TEST(FitReport, shows_warnings_and_colour_on_request) {
  const FitResult r = made_up(2);
  EXPECT_NE(r.report().find("look out"), std::string::npos);
  EXPECT_EQ(r.report({.color = false, .level = 0.95, .warnings = false}).find("look out"),
            std::string::npos);
  EXPECT_EQ(r.report().find('\x1b'), std::string::npos);
  EXPECT_NE(r.report({.color = true}).find('\x1b'), std::string::npos);
}

TEST(FitReport, tells_how_the_errors_were_scaled) {
  FitResult r = made_up(2);
  EXPECT_NE(r.report().find("no sigma was given"), std::string::npos);
  r.has_sigma = true;
  EXPECT_NE(r.report().find("only the ratios of sigma count"), std::string::npos);
  r.absolute_sigma = true;
  EXPECT_NE(r.report().find("sigma as given"), std::string::npos);
}

}  // namespace
}  // namespace nlsq
