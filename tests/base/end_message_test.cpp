// SPDX-License-Identifier: MIT
#include "nlsq/end_message.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace nlsq::test {
namespace {

TEST(EndMessage, IsMadeOfAPatternAndItsNumbers) {
  const EndMessage message("fell by {:.3g}, in {:.0f} steps; {:.2g}", {1.23456e-9, 12, 0.5});
  EXPECT_EQ(message.str(), "fell by 1.23e-09, in 12 steps; 0.5");
  std::ostringstream out;
  out << message;
  EXPECT_EQ(out.str(), message.str());
  EXPECT_EQ(std::string(message), message.str());
}

TEST(EndMessage, KeepsATextAsItIs) {
  EXPECT_EQ(EndMessage().str(), "");
  EXPECT_EQ(EndMessage("100 {} %").str(), "100 {} %");
  EXPECT_EQ(EndMessage(std::string("{:.3g}")).str(), "{:.3g}");
}

TEST(EndMessage, AreEqualWhereTheirSentencesAre) {
  EXPECT_EQ(EndMessage("{:.1f}", {0.5}), EndMessage("0.5"));
  EXPECT_FALSE(EndMessage("{:.1f}", {0.5}) == EndMessage("{:.1f}", {1.5}));
}

}  // namespace
}  // namespace nlsq::test
