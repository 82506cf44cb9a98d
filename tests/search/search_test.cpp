// SPDX-License-Identifier: MIT
// The projected cost against brute force, rewrites against the models they stand for, and where the
// best points are.
#include "search/search.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "search/support.hpp"

namespace nlsq::search {
namespace {

struct Problem {
  explicit Problem(const std::string& formula) : model(Model::parse(formula, {"x"})) {}
  Model model;
  std::vector<double> x, y;

  // y from parameters by name order of the formula.
  Problem& measured(std::vector<double> rows, const std::vector<double>& p,
                    double (*f)(double, const std::vector<double>&)) {
    x = std::move(rows);
    y.clear();
    for (const double v : x) y.push_back(f(v, p));
    return *this;
  }
  Table table() const { return test::table_of(x, y); }
};

double decay(double x, const std::vector<double>& p) { return p[0] * std::exp(-p[1] * x) + p[2]; }

TEST(Projection, IsTheLeastSquaresOfTheLinearParameters) {
  Problem problem("a*exp(-b*x) + c");
  problem.measured(test::even(0.0, 4.0, 40), {3.0, 1.2, 0.5}, decay);
  const SearchModel model = test::model_of(problem.model);
  EXPECT_EQ(model.linear, (std::vector<index_t>{0, 2}));
  const Table table = problem.table();
  const Sample sample = take_sample(table, choose_rows(table));
  const std::vector<double> low = test::endless(problem.model, -1.0),
                            high = test::endless(problem.model, 1.0);
  Projection projection(model, sample, engine::chosen_isa(), low, high);
  std::vector<double> slots = {0.0, 1.2, 0.0};
  EXPECT_NEAR(projection.solve(slots), 0.0, 1e-25);
  EXPECT_NEAR(slots[0], 3.0, 1e-12);
  EXPECT_NEAR(slots[2], 0.5, 1e-12);
  // Elsewhere: no neighbour of the solution is better.
  slots[1] = 0.4;
  const double cost = projection.solve(slots);
  const auto cost_at = [&](double a, double c) {
    double sum = 0.0;
    for (std::size_t i = 0; i < problem.x.size(); ++i) {
      const double r = decay(problem.x[i], {a, 0.4, c}) - problem.y[i];
      sum += 0.5 * r * r;
    }
    return sum;
  };
  EXPECT_NEAR(cost, cost_at(slots[0], slots[2]), 1e-12 * cost);
  for (const double d : {-1e-3, 1e-3}) {
    EXPECT_GT(cost_at(slots[0] + d, slots[2]), cost);
    EXPECT_GT(cost_at(slots[0], slots[2] + d), cost);
  }
}

TEST(Projection, KeepsBoundsOfLinearParameters) {
  Problem problem("a*exp(-b*x) + c");
  problem.measured(test::even(0.0, 4.0, 40), {3.0, 1.2, -0.5}, decay);
  const SearchModel model = test::model_of(problem.model);
  const Table table = problem.table();
  const Sample sample = take_sample(table, choose_rows(table));
  std::vector<double> low = test::endless(problem.model, -1.0),
                      high = test::endless(problem.model, 1.0);
  low[2] = 0.0;
  Projection projection(model, sample, engine::chosen_isa(), low, high);
  std::vector<double> slots = {0.0, 1.2, 0.0};
  EXPECT_GT(projection.solve(slots), 0.1);
  EXPECT_EQ(slots[2], 0.0);
}

TEST(Projection, IsInfiniteWhereTheModelIsNotFinite) {
  Problem problem("a*log(x - b)");
  problem.measured(test::even(1.0, 4.0, 20), {1.0, 0.0}, [](double x, const auto&) { return x; });
  const SearchModel model = test::model_of(problem.model);
  const Table table = problem.table();
  const Sample sample = take_sample(table, choose_rows(table));
  const std::vector<double> low = test::endless(problem.model, -1.0),
                            high = test::endless(problem.model, 1.0);
  Projection projection(model, sample, engine::chosen_isa(), low, high);
  std::vector<double> slots = {0.0, 2.0};
  EXPECT_EQ(projection.solve(slots), INFINITY);
}

// A rewritten model, completed, has the same values as the model itself.
TEST(Rewrites, StandForTheModel) {
  const std::vector<std::pair<const char*, double (*)(double, const std::vector<double>&)>> models =
      {{"a*sin(w*x + p) + c",
        [](double x, const auto& p) { return p[0] * std::sin(p[1] * x + p[2]) + p[3]; }},
       {"a*exp(-g*x)*cos(w*x - p)",
        [](double x, const auto& p) {
          return p[0] * std::exp(-p[1] * x) * std::cos(p[2] * x - p[3]);
        }},
       {"a + b*(x + c*exp(-x*d))",
        [](double x, const auto& p) { return p[0] + p[1] * (x + p[2] * std::exp(-x * p[3])); }},
       {"exp(a - 2*k*x)", [](double x, const auto& p) { return std::exp(p[0] - 2.0 * p[1] * x); }}};
  for (const auto& [formula, f] : models) {
    Problem problem(formula);
    const std::vector<double> truth = {1.7, 0.6, 2.1, 0.4};
    problem.measured(test::even(0.0, 5.0, 60), truth, f);
    const SearchModel model = test::model_of(problem.model);
    EXPECT_EQ(model.rewrites.size(), 1u) << formula;
    const Table table = problem.table();
    const Sample sample = take_sample(table, choose_rows(table));
    std::vector<double> low(static_cast<std::size_t>(model.slots), -INFINITY),
        high(static_cast<std::size_t>(model.slots), INFINITY);
    Projection projection(model, sample, engine::chosen_isa(), low, high);
    std::vector<double> slots(truth.begin(),
                              truth.begin() + static_cast<std::ptrdiff_t>(model.parameters));
    slots.resize(static_cast<std::size_t>(model.slots), 0.0);
    EXPECT_NEAR(projection.solve(slots), 0.0, 1e-24) << formula;
    std::vector<double> found(static_cast<std::size_t>(model.parameters));
    ASSERT_TRUE(model.complete(slots, found));
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_NEAR(found[i], truth[i], 1e-10) << formula << i;
  }
}

TEST(SearchModel, TermsOfASumAreGroups) {
  const SearchModel peaks = test::model_of(
      Model::parse("a*exp(-((x - m)/s)^2) + b*exp(-((x - n)/t)^2) + c + d*exp(-k*x)", {"x"}));
  ASSERT_EQ(peaks.groups.size(), 3u);
  EXPECT_EQ(peaks.groups[0].kind, peaks.groups[1].kind);
  EXPECT_NE(peaks.groups[0].kind, peaks.groups[2].kind);
  EXPECT_EQ(peaks.groups[0].columns.size(), 1u);
  EXPECT_TRUE(test::model_of(Model::parse("a*exp(-b*x) + c", {"x"})).groups.empty());
}

TEST(Search, TheBestPointsAreNearTheTruthInAnyUnits) {
  for (const double unit : {1.0, 1e-9, 1e9}) {
    Problem problem("a*exp(-b*x) + c");
    problem.measured(test::even(0.0, 4.0 * unit, 100), {3.0, 1.2 / unit, 0.5}, decay);
    const SearchModel model = test::model_of(problem.model);
    const Table table = problem.table();
    const Sample sample = take_sample(table, choose_rows(table));
    const std::vector<double> ones(3, 1.0), low = test::endless(problem.model, -1.0),
                                            high = test::endless(problem.model, 1.0);
    Search search(model, table, sample, ones, low, high, engine::chosen_isa());
    const std::vector<Candidate> best = search.best(64, 4);
    ASSERT_FALSE(best.empty());
    EXPECT_LE(best.size(), 4u);
    EXPECT_NEAR(best.front().parameters[1] * unit / 1.2, 1.0, 0.5) << unit;
  }
}

TEST(Search, FindsTermsOneAfterTheOther) {
  Problem problem("a*exp(-((x - m)/s)^2) + b*exp(-((x - n)/t)^2) + c*exp(-((x - o)/u)^2)");
  problem.measured(test::even(0.0, 100.0, 250), {5, 20, 4, 7, 55, 5, 4, 83, 3},
                   [](double x, const auto& p) {
                     double sum = 0.0;
                     for (std::size_t i = 0; i < 9; i += 3)
                       sum += p[i] * std::exp(-std::pow((x - p[i + 1]) / p[i + 2], 2));
                     return sum;
                   });
  const SearchModel model = test::model_of(problem.model);
  const Table table = problem.table();
  const Sample sample = take_sample(table, choose_rows(table));
  const std::vector<double> ones(9, 1.0), low = test::endless(problem.model, -1.0),
                                          high = test::endless(problem.model, 1.0);
  Search search(model, table, sample, ones, low, high, engine::chosen_isa());
  ASSERT_TRUE(search.is_sum());
  const std::vector<Candidate> found = search.pursue(1, 64);
  ASSERT_EQ(found.size(), 1u);
  std::vector<double> places;
  for (std::size_t i = 0; i < 9; ++i) {
    const std::string& name = problem.model.parameters()[i];
    if (name == "m" || name == "n" || name == "o") places.push_back(found[0].parameters[i]);
  }
  std::sort(places.begin(), places.end());
  EXPECT_NEAR(places[0], 20.0, 4.0);
  EXPECT_NEAR(places[1], 55.0, 4.0);
  EXPECT_NEAR(places[2], 83.0, 4.0);
}

}  // namespace
}  // namespace nlsq::search
