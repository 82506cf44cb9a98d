// SPDX-License-Identifier: MIT
// The values of losses that callers may ask for: slope and curvature are the derivatives of ρ.
#include <gtest/gtest.h>

#include "nlsq/options.hpp"

namespace nlsq {
namespace {

TEST(LossValue, SlopeAndCurvatureAreDerivatives) {
  constexpr double kStep = 1e-5;
  for (const Loss loss : {Loss::linear, Loss::soft_l1, Loss::huber, Loss::cauchy, Loss::arctan}) {
    for (const double z : {0.01, 0.3, 0.9, 1.2, 3.0, 50.0}) {  // on both sides of Huber's corner
      const LossValue at = loss_value(loss, z);
      const LossValue above = loss_value(loss, z + kStep), below = loss_value(loss, z - kStep);
      EXPECT_NEAR(at.slope, (above.rho - below.rho) / (2.0 * kStep), 1e-8) << to_string(loss) << z;
      EXPECT_NEAR(at.curvature, (above.slope - below.slope) / (2.0 * kStep), 1e-8)
          << to_string(loss) << z;
    }
  }
}

}  // namespace
}  // namespace nlsq
