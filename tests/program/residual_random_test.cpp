// SPDX-License-Identifier: MIT
// The whole pipeline on random models: residuals and Jacobians of the lowered programs in every
// order, simplified or not, against derivatives in long double that no program was made for.
#include <gtest/gtest.h>

#include "residual_support.hpp"
#include "support/random_graph.hpp"
#include "support/tolerance.hpp"

namespace nlsq::program {
namespace {

constexpr int kParameters = test::RandomGraph::kParameters;
constexpr std::size_t kRows = 19;

struct RandomModel {
  explicit RandomModel(unsigned seed) {
    auto made = test::random_graph(seed);
    impl.graph = std::move(made.graph);
    impl.outputs = {made.root};
    for (int i = 0; i < kParameters; ++i) {
      impl.parameters.push_back({"p" + std::to_string(i), -1});
      impl.parameter_names.push_back("p" + std::to_string(i));
    }
    impl.columns = {"x", "z"};
  }
  expr::ModelImpl impl;
};

TEST(RandomModels, ResidualsAndJacobiansAreExact) {
  std::mt19937 random(41);
  for (unsigned seed = 1000; seed < 1200; ++seed) {
    const RandomModel model(seed);
    const std::vector<double> parameters = test::random_values(random, kParameters);
    std::vector<std::vector<double>> columns;
    for (int i = 0; i < 3; ++i) columns.push_back(test::random_values(random, kRows));  // x, z, y
    columns.push_back(std::vector<double>(kRows, 0.5));                                 // sigma
    auto g = model.impl.graph;
    std::vector<expr::Variable> variables;
    for (int i = 0; i < kParameters; ++i) variables.push_back({i, -1});
    const auto slopes =
        differentiate(g, model.impl.outputs[0], variables, expr::Accumulation::reverse);
    for (const auto order : {ResidualSpec::Order::automatic, ResidualSpec::Order::forward,
                             ResidualSpec::Order::reverse}) {
      for (const bool simplify : {true, false}) {
        ResidualSpec spec;
        spec.sizes.assign(kParameters, 1);
        for (int i = 0; i < kParameters; ++i) spec.free.push_back(i);
        spec.weighting = Weighting::column;
        spec.order = order;
        spec.simplify = simplify;
        const ResidualProgram made = build_residual(model.impl, spec);
        const auto got =
            test::run_residual(made.full, made.outputs, columns, parameters, kParameters)[0];
        const auto value =
            test::run_residual(made.value, made.value_outputs, columns, parameters, kParameters)[0];
        for (std::size_t i = 0; i < kRows; ++i) {
          test::Inputs<double> in{{}, {columns[0][i], columns[1][i]}};
          for (const double p : parameters) in.parameters.push_back({p});
          const auto f = test::reference_with_tolerance(g, model.impl.outputs[0], in);
          const auto expected = static_cast<double>(2.0L * (f.value - columns[2][i]));
          ASSERT_NEAR(got.f[i], expected, 3 * f.tolerance) << "seed " << seed << " row " << i;
          ASSERT_NEAR(value.f[i], expected, 3 * f.tolerance) << "seed " << seed << " row " << i;
          for (std::size_t j = 0; j < kParameters; ++j) {
            const auto slope = slopes[j] == expr::kNone
                                   ? test::Reference{0.0L, 1e-15}
                                   : test::reference_with_tolerance(g, slopes[j], in);
            ASSERT_NEAR(got.jacobian[j][i], static_cast<double>(2.0L * slope.value),
                        10 * slope.tolerance)
                << "seed " << seed << " row " << i << " column " << j << " simplify " << simplify;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace nlsq::program
