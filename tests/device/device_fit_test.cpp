// SPDX-License-Identifier: MIT
// Whole fits on a device against those of the CPU.
#include <cmath>

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
  return options;
}

void expect_same(const FitResult& device, const FitResult& cpu, double tolerance) {
  ASSERT_TRUE(device.success) << device.message;
  ASSERT_EQ(device.popt.size(), cpu.popt.size());
  for (std::size_t i = 0; i < cpu.popt.size(); ++i) {
    EXPECT_NEAR(device.popt[i], cpu.popt[i], tolerance * std::fabs(cpu.popt[i])) << cpu.names[i];
    EXPECT_NEAR(device.perr[i], cpu.perr[i], 10 * tolerance * cpu.perr[i]) << cpu.names[i];
  }
  EXPECT_NEAR(device.cost, cpu.cost, tolerance * cpu.cost);
  EXPECT_EQ(device.n, cpu.n);
}

TEST(DeviceFit, AnExponentialEndsWhereItDoesOnTheCpu) {
  NLSQ_NEEDS_DEVICE();
  const test::Decay decay = test::make_decay(5000);
  const Model model = Model::parse("a*exp(-b*x)+c", {"x"});
  Dataset data;
  data.column("x", decay.x).response(decay.y);
  FitOptions options = to_the_end();
  const FitResult cpu = curve_fit(model, data, options);
  options.device = device_for_tests();
  const FitResult device = curve_fit(model, data, options);
  expect_same(device, cpu, 1e-10);
  EXPECT_EQ(device.engine, device_for_tests());
  EXPECT_EQ(device.device.id, device_for_tests());
  EXPECT_GT(device.device.passes, 3);
  EXPECT_TRUE(device.warnings.empty()) << device.warnings.front();
}

}  // namespace
}  // namespace nlsq
