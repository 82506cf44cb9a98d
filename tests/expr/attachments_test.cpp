// SPDX-License-Identifier: MIT
// What later stages keep with a model, by type and key.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "expr/model.hpp"

namespace nlsq::expr {
namespace {

TEST(Attachments, OfTwoTypesUnderOneKeyAreTwo) {
  Attachments kept;
  const auto number = [] { return std::make_shared<const int>(7); };
  const auto text = [] { return std::make_shared<const std::string>("seven"); };
  EXPECT_EQ(*kept.get<int>("key", 1, number), 7);
  EXPECT_EQ(*kept.get<std::string>("key", 1, text), "seven");
  EXPECT_EQ(*kept.get<int>("key", 1, [] { return std::make_shared<const int>(8); }), 7);
}

TEST(Attachments, OfAnEarlierEpochAreForgotten) {
  Attachments kept;
  const auto make = [](int value) {
    return [value] { return std::make_shared<const int>(value); };
  };
  EXPECT_EQ(*kept.get<int>("key", 1, make(1)), 1);
  EXPECT_EQ(*kept.get<int>("key", 2, make(2)), 2);
  EXPECT_EQ(*kept.get<int>("key", 1, make(3)), 3);
  EXPECT_EQ(*kept.get<int>("key", 2, make(4)), 2);
}

}  // namespace
}  // namespace nlsq::expr
