// SPDX-License-Identifier: MIT
// Workspaces that wait for the next fit take a bounded amount of memory.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "nlsq/cache.hpp"
#include "nlsq/fit.hpp"
#include "reduce/workspace.hpp"

namespace nlsq::test {
namespace {

using reduce::Workspaces;

TEST(IdleWorkspaces, OfManyModelsAreBounded) {
  clear_cache();
  std::vector<double> x, y;
  for (int i = 0; i < 3000; ++i) {
    x.push_back(4.0 * i / 3000.0);
    y.push_back(std::exp(-x.back()));
  }
  Dataset data;
  data.column("x", x).response(y);
  const index_t before = Workspaces::idle_bytes();
  std::vector<Model> models;
  FitOptions options;
  options.max_nfev = 1;
  options.polish = false;
  options.threads = 1;
  for (int k = 0; k < 60; ++k) {
    std::string formula = "c*" + std::to_string(k + 2);
    for (int i = 0; i < 40; ++i) {
      const std::string n = std::to_string(i), at = std::to_string(0.1 * i);
      formula += " + h" + n + "*exp(-((x - " + at + ")/w" + n + ")^2)";
    }
    models.push_back(Model::parse(formula, {"x"}));
    curve_fit(models.back(), data, options);
    EXPECT_LE(Workspaces::idle_bytes(), Workspaces::kMostIdleBytes);
  }
  EXPECT_GT(Workspaces::idle_bytes(), before);
  models.clear();
  clear_cache();
  EXPECT_LE(Workspaces::idle_bytes(), before);
}

}  // namespace
}  // namespace nlsq::test
