// SPDX-License-Identifier: MIT
// A fit of ten million rows in memory takes no more than 16 MB beside its data.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>

#include "nlsq/fit.hpp"
#include "support/decay.hpp"

namespace nlsq::test {
namespace {

// A line of /proc/self/status in kB.
long status_kb(const std::string& key) {
  std::ifstream in("/proc/self/status");
  std::string line;
  while (std::getline(in, line)) {
    if (line.rfind(key + ":", 0) == 0) return std::stol(line.substr(key.size() + 1));
  }
  return -1;
}

TEST(FitMemory, TenMillionRowsTakeAtMostSixteenMegabytesBesideTheData) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep memory of their own";
#endif
  const Decay data = make_decay(10000000);
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak starts anew
  const long before = status_kb("VmRSS");
  Dataset set;
  set.column("x", data.x).response(data.y);
  FitOptions options;
  options.threads = 2;
  const FitResult r = curve_fit(Model::parse("a*exp(-b*x)+c"), set, options);
  const long added = status_kb("VmHWM") - before;
  EXPECT_TRUE(r.success);
  EXPECT_NEAR(r.popt[1], 1.3, 1e-3);
  std::printf("10^7 rows: %.1f MB over the resident size before the fit, %.0f ms\n",
              static_cast<double>(added) / 1024, r.elapsed_ms);
  EXPECT_LE(added, 16 * 1024);
}

}  // namespace
}  // namespace nlsq::test
