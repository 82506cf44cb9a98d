// SPDX-License-Identifier: MIT
// Equal models have equal bytes, different ones do not, and a canonical copy is canonical.
#include "expr/canonical.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "expr/model.hpp"

namespace nlsq::expr {
namespace {

using Strings = std::vector<std::string>;

std::string bytes_of(const Model& model) {
  CanonicalForm form;
  form.read(*model.impl());
  return form.bytes();
}

std::string bytes_of(const std::string& formula, const Strings& columns = {"x"}) {
  return bytes_of(Model::parse(formula, columns));
}

TEST(Canonical, TracesAndFormulasOfOneModelAreEqual) {
  const auto traced = [] {
    return Model::trace({"a", "b", "c"}, [](const Columns& c, const Params& p) {
      return p["a"] * exp(-p["b"] * c["x"]) + p["c"];
    });
  };
  EXPECT_EQ(bytes_of(traced()), bytes_of(traced()));
  EXPECT_EQ(bytes_of(traced()), bytes_of("a*exp(-b*x) + c"));
  EXPECT_EQ(bytes_of("y = a*exp(-b*x) + c", {"x", "y"}), bytes_of("a*exp(-b*x) + c"));
}

TEST(Canonical, TheOrderOfRecordingDoesNotCount) {
  const Model one = Model::trace({"a", "b"}, [](const Columns& c, const Params& p) {
    const Var x = c["x"];
    const Var left = p["a"] * sin(x), right = p["b"] / (x + 1.0);
    return left + right;
  });
  const Model other = Model::trace({"a", "b"}, [](const Columns& c, const Params& p) {
    const Var x = c["x"];
    const Var unused = cosh(p["b"] * x);
    const Var right = p["b"] / (1.0 + x), left = sin(x) * p["a"];
    return right + left;
  });
  EXPECT_EQ(bytes_of(one), bytes_of(other));
}

TEST(Canonical, WhateverChangesTheModelCounts) {
  const std::string base = bytes_of("a*exp(-b*x) + c");
  for (const char* other : {
           "a*exp(b*x) + c",            // an operation less
           "a*exp(-b*x) - c",           // another operation
           "a*exp(-b*x) + c + 1e-300",  // a constant more
           "a*exp(-b*x) + d",           // another name
           "c + a*exp(-b*x)",           // parameters in another order
           "c*exp(-b*x) + a",
           "a*exp(-b*x) + c*x",
       }) {
    EXPECT_NE(bytes_of(other), base) << other;
  }
  EXPECT_NE(bytes_of("a*exp(-b*t) + c", {"t"}), base);
  EXPECT_NE(bytes_of("a*x + 1"), bytes_of("a*x + 1.0000000000000002"));
  EXPECT_NE(bytes_of("a*x + b*t", {"x", "t"}), bytes_of("b*t + a*x", {"x", "t"}));
  EXPECT_NE(bytes_of("atan2(a*x, b)"), bytes_of("atan2(b, a*x)"));
  EXPECT_NE(bytes_of("polygamma(1, a*x)"), bytes_of("polygamma(2, a*x)"));
  EXPECT_NE(bytes_of("a[g] + b*x", {"x", "g"}), bytes_of("a*g + b*x", {"x", "g"}));
  EXPECT_NE(bytes_of(Model::parse_outputs({"a*x", "b*x"}, {"x"})),
            bytes_of(Model::parse_outputs({"a*x", "b*x", "b*x"}, {"x"})));
}

TEST(Canonical, AnUnusedParameterCounts) {
  const auto with = [](const Strings& names) {
    return bytes_of(
        Model::trace(names, [](const Columns& c, const Params& p) { return p["a"] * c["x"]; }));
  };
  EXPECT_NE(with({"a"}), with({"a", "b"}));
  EXPECT_EQ(with({"a", "b"}), with({"a", "b"}));
}

TEST(Canonical, ZerosOfBothSignsDiffer) {
  const auto with = [](double zero) {
    return bytes_of(Model::trace({"a"}, [zero](const Columns& c, const Params& p) {
      return atan2(p["a"] * c["x"], Var(zero));
    }));
  };
  EXPECT_NE(with(0.0), with(-0.0));
}

TEST(Canonical, ACopyHasTheSameBytesAndNothingElse) {
  const Model models[] = {
      Model::parse("a*exp(-b*x) + c"),
      Model::parse("y ~ a[g]*x^3 + b*x^2 + sqrt(abs(c*x)) + voigt(x, a[g], b)", {"x", "y", "g"}),
      Model::parse("a/w*exp(-(x - x0)^2/(2*w^2)) + where(x < x0, 0, b)"),
      Model::parse_outputs({"a*x + b", "b", "a*x*a*x"}, {"x"}),
  };
  for (const Model& model : models) {
    CanonicalForm form;
    form.read(*model.impl());
    const std::shared_ptr<ModelImpl> copy = form.copy(*model.impl());
    EXPECT_EQ(bytes_of(Model(copy)), form.bytes());
    EXPECT_LE(copy->graph.size(), model.impl()->graph.size());
    const std::vector<bool> needed = copy->graph.reachable(copy->outputs);
    EXPECT_EQ(std::count(needed.begin(), needed.end(), false), 0);
    EXPECT_EQ(Model(copy).parameters(), model.parameters());
    EXPECT_EQ(Model(copy).columns(), model.columns());
    EXPECT_EQ(Model(copy).response(), model.response());
    EXPECT_EQ(Model(copy).formula(), model.formula());
  }
}

TEST(Canonical, DeepExpressionsNeedNoDeepStack) {
  const Model deep = Model::trace({"a"}, [](const Columns& c, const Params& p) {
    Var sum = p["a"];
    for (int i = 0; i < 200000; ++i) sum = sin(sum) + c["x"];
    return sum;
  });
  EXPECT_GT(bytes_of(deep).size(), 400000u);
}

}  // namespace
}  // namespace nlsq::expr
