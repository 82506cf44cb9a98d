// SPDX-License-Identifier: MIT
// Whole fits on a device against those of the CPU.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "device_support.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "support/decay.hpp"

namespace nlsq {
namespace {

using test::device_for_tests;

// Both at the minimum: what is left of the way is far below 1e-10.
FitOptions to_the_end() {
  FitOptions options;
  options.max_polish = 100;
  options.progressive = false;
  options.starts = Starts::ones;
  return options;
}

void expect_same(const FitResult& device, const FitResult& cpu, double tolerance) {
  ASSERT_TRUE(device.success) << device.message;
  ASSERT_TRUE(cpu.success) << cpu.message;
  ASSERT_EQ(device.popt.size(), cpu.popt.size());
  for (std::size_t i = 0; i < cpu.popt.size(); ++i) {
    const double size = std::max(std::fabs(cpu.popt[i]), cpu.perr[i]);
    EXPECT_NEAR(device.popt[i], cpu.popt[i], tolerance * size) << cpu.names[i];
    EXPECT_NEAR(device.perr[i], cpu.perr[i], 10 * tolerance * cpu.perr[i]) << cpu.names[i];
  }
  EXPECT_NEAR(device.cost, cpu.cost, tolerance * cpu.cost);
  EXPECT_EQ(device.n, cpu.n);
  EXPECT_EQ(device.n_masked, cpu.n_masked);
  EXPECT_EQ(device.engine, device_for_tests());
  EXPECT_EQ(device.device.id, device_for_tests());
  EXPECT_FALSE(device.device.name.empty());
  EXPECT_GT(device.device.passes, 1);
  for (const Issue& issue : device.issues)
    EXPECT_NE(issue.id, IssueId::device_left) << issue.sentence;
}

FitResult expect_same_on_device(const std::vector<FitTerm>& terms, FitOptions options,
                                double tolerance = 1e-10) {
  options.device = "cpu";
  const FitResult cpu = fit(terms, options);
  options.device = device_for_tests();
  const FitResult device = fit(terms, options);
  expect_same(device, cpu, tolerance);
  return device;
}

FitTerm decay_term(const test::Decay& decay, const std::string& formula) {
  Dataset data;
  data.column("x", decay.x).response(decay.y);
  return {Model::parse(formula, {"x"}), data, {}, {}};
}

TEST(DeviceFit, AnExponentialEndsWhereItDoesOnTheCpu) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(50'000);
  expect_same_on_device({decay_term(decay, "a*exp(-b*x)+c")}, to_the_end());
}

TEST(DeviceFit, EveryLossEndsWhereItDoesOnTheCpu) {
  NLSQ_NEEDS_DEVICE();
  test::Decay decay = test::make_decay(3000);
  for (std::size_t i = 0; i < decay.y.size(); i += 50) decay.y[i] += 2.0;
  for (const Loss loss : {Loss::soft_l1, Loss::huber, Loss::cauchy, Loss::arctan}) {
    FitOptions options = to_the_end();
    options.loss = loss;
    options.f_scale = 0.1;
    options.start = {{"a", 2.4}, {"b", 1.2}, {"c", 0.4}};
    options.max_polish = 200;
    expect_same_on_device({decay_term(decay, "a*exp(-b*x)+c")}, options, 1e-9);
  }
}

TEST(DeviceFit, WeightsAndMaskedRowsCountAsOnTheCpu) {
  NLSQ_NEEDS_DEVICE();
  test::Decay decay = test::make_decay(1000);
  for (std::size_t i = 0; i < decay.x.size(); i += 7) {
    decay.sigma[i] = std::numeric_limits<double>::infinity();
    decay.y[i] = 1e6;
  }
  FitTerm term = decay_term(decay, "a*exp(-b*x)+c");
  term.data.sigma(decay.sigma);
  FitOptions options = to_the_end();
  options.absolute_sigma = true;
  const FitResult result = expect_same_on_device({term}, options);
  EXPECT_EQ(result.n_masked, 143);
}

TEST(DeviceFit, BoundsAndFixedParametersAreKept) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(1000);
  FitOptions options = to_the_end();
  options.bounds["b"] = {0.0, 1.2};
  options.fixed["c"] = 0.5;
  for (const Method method : {Method::trf, Method::dogbox}) {
    options.method = method;
    const FitResult result = expect_same_on_device({decay_term(decay, "a*exp(-b*x)+c")}, options);
    EXPECT_EQ(result.at_bound[1], 1);
  }
}

TEST(DeviceFit, ColumnsOfSinglePrecisionAreReadAsTheyAre) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(2000);
  const std::vector<float> x(decay.x.begin(), decay.x.end()), y(decay.y.begin(), decay.y.end());
  Dataset data;
  data.column("x", x).response(y);
  const FitResult result =
      expect_same_on_device({{Model::parse("a*exp(-b*x)+c", {"x"}), data, {}, {}}}, to_the_end());
  EXPECT_EQ(result.device.uploaded, 2 * 2000 * 4);
}

TEST(DeviceFit, GatheredParametersArePickedByTheirColumn) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(4000);
  std::vector<double> group, y = decay.y;
  for (std::size_t i = 0; i < y.size(); ++i) {
    group.push_back(static_cast<double>(i % 5));
    y[i] += 0.1 * group.back();
  }
  Dataset data;
  data.column("x", decay.x).column("g", group).response(y);
  expect_same_on_device({{Model::parse("a*exp(-b*x)+c[g]", {"x", "g"}), data, {}, {}}},
                        to_the_end());
}

// More sums than registers hold: the fold in tiles.
TEST(DeviceFit, ManyParametersAreFoldedInTiles) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(3000);
  std::string formula = "c0";
  for (int k = 1; k < 12; ++k) {
    const std::string i = std::to_string(k);
    formula += " + s" + i + "*sin(" + i + "*x) + c" + i + "*cos(" + i + "*x)";
  }
  const FitResult result = expect_same_on_device({decay_term(decay, formula)}, to_the_end(), 1e-9);
  EXPECT_EQ(result.popt.size(), 23u);
}

TEST(DeviceFit, TermsShareParametersAndColumns) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(2000);
  std::vector<double> other(decay.y);
  for (double& y : other) y = 2.0 * y + 1.0;
  FitTerm first = decay_term(decay, "a*exp(-b*x)+c"), second = decay_term(decay, "d*exp(-b*x)+e");
  second.data = Dataset();
  second.data.column("x", decay.x).response(other);
  second.loss = Loss::huber;
  const FitResult result = expect_same_on_device({first, second}, to_the_end());
  EXPECT_EQ(result.device.uploaded, 3 * 2000 * 8);  // x once
}

TEST(DeviceFit, SpecialFunctionsRunThere) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(1500);
  std::vector<double> y;
  for (const double x : decay.x) y.push_back(0.7 * std::erfc(x - 2.0) + 0.1 * std::sin(40.0 * x));
  Dataset data;
  data.column("x", decay.x).response(y);
  FitOptions options = to_the_end();
  options.start = {{"h", 0.5}, {"m", 1.8}, {"s", 1.1}, {"w", 0.2}};
  expect_same_on_device(
      {{Model::parse("h*erfc((x-m)/s) + w*voigt(x - 2, 0.3, 0.4)", {"x"}), data, {}, {}}}, options);
}

// κ of 1e7 and more: coordinates keep the digits that a plain Gram matrix loses.
TEST(DeviceFit, BadConditioningIsFoldedInBetterCoordinates) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(2000);
  const FitResult result = expect_same_on_device(
      {decay_term(decay, "a + b*x + c*x^2 + d*x^3 + e*x^4 + f*x^5 + g*x^6")}, to_the_end(), 1e-9);
  EXPECT_EQ(result.fold, "pgram");
}

TEST(DeviceFit, TheSameFitHasTheSameBits) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(30'000);
  FitOptions options = to_the_end();
  options.device = device_for_tests();
  const FitTerm term = decay_term(decay, "a*exp(-b*x)+c");
  const FitResult first = fit({term}, options);
  for (const int threads : {1, 2, 7}) {
    options.threads = threads;
    const FitResult again = fit({term}, options);
    EXPECT_EQ(again.popt, first.popt);
    EXPECT_EQ(again.pcov, first.pcov);
    EXPECT_EQ(again.cost, first.cost);
  }
}

// A pass moves n numbers down and one summary up, whatever the number of rows.
TEST(DeviceFit, AFewHundredBytesAPassGoOverTheBus) {
  NLSQ_NEEDS_DEVICE();
  for (const index_t rows : {1000, 100'000}) {
    const test::Decay decay = test::make_decay(rows);
    FitOptions options = to_the_end();
    options.device = device_for_tests();
    const FitResult result = fit({decay_term(decay, "a*exp(-b*x)+c")}, options);
    const index_t n = 3;
    EXPECT_LE(result.device.most_a_pass, 8 * ((n + 1) * (n + 2) / 2 + n) + 1024);
    EXPECT_EQ(result.device.uploaded, 2 * rows * 8);
    EXPECT_LE(result.device.moved, result.device.passes * result.device.most_a_pass);
  }
}

TEST(DeviceFit, DataThatStayOnTheDeviceAreNotUploadedAgain) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(2000);
  FitOptions options = to_the_end();
  options.device = device_for_tests();
  const FitTerm term = decay_term(decay, "a*exp(-b*x)+c");
  const FitResult before = fit({term}, options);
  {
    const std::vector<Values> arrays{decay.x, decay.y};
    const DeviceData data(device_for_tests(), arrays);
    EXPECT_EQ(data.bytes(), 2 * 2000 * 8);
    const FitResult result = fit({term}, options);
    EXPECT_EQ(result.device.uploaded, 0);
    EXPECT_EQ(result.popt, before.popt);
  }
  EXPECT_EQ(fit({term}, options).device.uploaded, 2 * 2000 * 8);
}

TEST(DeviceFit, AStartThatIsNotFiniteNamesTheRow) {
  NLSQ_NEEDS_DEVICE();
  test::Decay decay = test::make_decay(1000);
  decay.y[500] = std::numeric_limits<double>::quiet_NaN();
  FitOptions options = to_the_end();
  options.device = device_for_tests();
  options.p0 = {1.0, 1.0, 1.0};
  try {
    fit({decay_term(decay, "a*exp(-b*x)+c")}, options);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("row 501"), std::string::npos) << error.what();
  }
}

TEST(DeviceFit, ASearchForStartsEndsOnTheDevice) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(1000);
  std::vector<double> x(decay.x), y;
  for (double& v : x) v = 100.0 + v;
  for (const double v : x) y.push_back(3.0 * std::exp(-std::pow((v - 102.3) / 0.2, 2.0)));
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += 0.01 * (decay.y[i] - 1.0);
  Dataset data;
  data.column("x", x).response(y);
  FitOptions options = to_the_end();
  options.starts = Starts::search;
  expect_same_on_device({{Model::parse("a*exp(-((x-m)/w)^2)+c", {"x"}), data, {}, {}}}, options,
                        1e-9);
}

}  // namespace
}  // namespace nlsq
