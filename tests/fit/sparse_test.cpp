// SPDX-License-Identifier: MIT
// Fits solved by the nonzero entries of JᵀJ against the same fits by the triangle of J.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <random>

#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::test {
namespace {

// Spectra of one width, each with its own height and centre, in one long table.
struct Spectra {
  std::vector<double> x, g, y, sigma;
  Dataset data;
  Spectra(int sets, int rows, double outliers = 0.0) {
    std::mt19937 random(7);
    std::normal_distribution<double> noise(0.0, 0.01);
    for (int s = 0; s < sets; ++s) {
      const double height = 1.0 + 0.5 * std::sin(s), centre = 0.3 * std::cos(2.0 * s);
      for (int i = 0; i < rows; ++i) {
        const double t = -4.0 + 8.0 * i / rows;
        x.push_back(t);
        g.push_back(s);
        y.push_back(height * std::exp(-0.5 * std::pow((t - centre) / 0.7, 2)) + noise(random) +
                    (i % 23 == 5 ? outliers : 0.0));
        sigma.push_back(0.01 * (1 + i % 3));
      }
    }
    data.column("x", x).column("g", g).response(y).sigma(sigma);
  }
};

const Model& spectrum() {
  static const Model model = Model::parse("h[g]*exp(-0.5*((x-c[g])/w)^2)", {"x", "g"});
  return model;
}

std::vector<double> start_of(int sets) {
  std::vector<double> p(static_cast<std::size_t>(sets), 1.0);
  p.insert(p.end(), static_cast<std::size_t>(sets), 0.0);
  p.push_back(1.0);
  return p;
}

void expect_same(const FitResult& a, const FitResult& b, double relative) {
  ASSERT_TRUE(a.success) << a.message;
  ASSERT_TRUE(b.success) << b.message;
  ASSERT_EQ(a.names, b.names);
  for (std::size_t i = 0; i < a.popt.size(); ++i) {
    EXPECT_NEAR(a.popt[i], b.popt[i], relative * std::max(std::abs(b.popt[i]), b.perr[i]))
        << a.names[i];
    EXPECT_NEAR(a.perr[i], b.perr[i], 1e-7 * b.perr[i]) << a.names[i];
  }
  EXPECT_NEAR(a.cost, b.cost, 1e-12 * b.cost);
  EXPECT_EQ(a.dof, b.dof);
  EXPECT_NEAR(a.r_squared, b.r_squared, 1e-12);
  for (std::size_t i = 0; i < a.pcov.size(); ++i) {
    const std::size_t n = a.names.size();
    const double scale = b.perr[i / n] * b.perr[i % n];
    EXPECT_NEAR(a.pcov[i], b.pcov[i], 1e-7 * scale);
  }
}

class SparseAndDense : public ::testing::TestWithParam<Method> {};

TEST_P(SparseAndDense, AgreeOnGatheredParameters) {
  const Spectra spectra(12, 60);
  FitOptions options;
  options.method = GetParam();
  options.p0 = start_of(12);
  options.linear_solver = LinearSolver::dense;
  const FitResult dense = curve_fit(spectrum(), spectra.data, options);
  options.linear_solver = LinearSolver::sparse;
  const FitResult sparse = curve_fit(spectrum(), spectra.data, options);
  EXPECT_EQ(dense.linear_solver, "dense");
  EXPECT_EQ(sparse.linear_solver, "sparse");
  expect_same(sparse, dense, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Methods, SparseAndDense, ::testing::Values(Method::trf, Method::lm));

TEST(FitSparse, AgreesWithBoundsLossesFixedElementsAndRowsInAnyOrder) {
  Spectra spectra(10, 50, 0.3);
  FitOptions options;
  options.p0 = start_of(10);
  options.p0[3] = 0.8;
  options.loss = Loss::soft_l1;
  options.f_scale = 2.0;
  options.bounds["w"] = {0.1, 3.0};
  options.bounds["h[3]"] = {0.0, 0.9};  // active
  options.fixed["c[4]"] = 0.1;
  const auto both = [&] {
    options.linear_solver = LinearSolver::dense;
    const FitResult dense = curve_fit(spectrum(), spectra.data, options);
    options.linear_solver = LinearSolver::sparse;
    const FitResult sparse = curve_fit(spectrum(), spectra.data, options);
    expect_same(sparse, dense, 1e-7);
    EXPECT_EQ(sparse.at_bound, dense.at_bound);
    EXPECT_EQ(sparse.fixed, dense.fixed);
  };
  both();
  std::vector<std::size_t> order(spectra.x.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i * 37 % order.size();
  const Spectra plain = spectra;
  for (std::size_t i = 0; i < order.size(); ++i) {
    spectra.x[i] = plain.x[order[i]], spectra.y[i] = plain.y[order[i]];
    spectra.g[i] = plain.g[order[i]], spectra.sigma[i] = plain.sigma[order[i]];
  }
  spectra.data = Dataset();
  spectra.data.column("x", spectra.x).column("g", spectra.g).response(spectra.y);
  spectra.data.sigma(spectra.sigma);
  both();
}

TEST(FitSparse, AgreesOnTermsThatShareParameters) {
  const Spectra spectra(15, 40);
  std::vector<FitTerm> terms;
  std::vector<std::vector<double>> x(15), y(15);
  FitOptions options;
  for (std::size_t s = 0; s < 15; ++s) {
    x[s].assign(spectra.x.begin() + static_cast<std::ptrdiff_t>(40 * s),
                spectra.x.begin() + static_cast<std::ptrdiff_t>(40 * s + 40));
    y[s].assign(spectra.y.begin() + static_cast<std::ptrdiff_t>(40 * s),
                spectra.y.begin() + static_cast<std::ptrdiff_t>(40 * s + 40));
    Dataset data;
    data.column("x", x[s]).response(y[s]);
    const std::string own = std::to_string(s);
    terms.push_back({Model::parse("h" + own + "*exp(-0.5*((x-c" + own + ")/w)^2)"), data, {}, {}});
    options.start["c" + own] = 0.0;
  }
  options.linear_solver = LinearSolver::dense;
  const FitResult dense = fit(terms, options);
  options.linear_solver = LinearSolver::sparse;
  const FitResult sparse = fit(terms, options);
  expect_same(sparse, dense, 1e-9);
}

TEST(FitSparse, IsChosenWhereRowsTouchFewOfManyParameters) {
  FitOptions options;
  options.p0 = start_of(60);
  EXPECT_EQ(curve_fit(spectrum(), Spectra(60, 20).data, options).linear_solver, "sparse");
  options.p0 = start_of(6);
  EXPECT_EQ(curve_fit(spectrum(), Spectra(6, 20).data, options).linear_solver, "dense");
}

TEST(FitSparse, ManyParametersHaveCovariancesOnRequest) {
  const int sets = 600;
  const Spectra spectra(sets, 20);
  FitOptions options;
  options.p0 = start_of(sets);
  const FitResult r = curve_fit(spectrum(), spectra.data, options);
  ASSERT_TRUE(r.success);
  EXPECT_TRUE(r.pcov.empty());
  const std::vector<index_t> some{3, 600 + 3, 1200};
  const std::vector<double> block = r.covariance(some);
  for (std::size_t i = 0; i < 3; ++i) {
    const double error = r.perr[static_cast<std::size_t>(some[i])];
    EXPECT_NEAR(block[4 * i], error * error, 1e-9 * error * error);
  }
  EXPECT_DOUBLE_EQ(block[1], block[3]);
  // The same from a fit of that set with the width given by its prior: independent of the others
  // but through the width.
  std::vector<double> row(r.names.size(), 0.0);
  row[3] = 1.0;
  EXPECT_NEAR(r.variance_of(row), block[0], 1e-12 * block[0]);
}

TEST(FitSparse, TiesPriorsAndDerivedQuantitiesGoWithIt) {
  const Spectra spectra(20, 30);
  FitOptions options;
  options.p0 = start_of(20);
  options.priors = {{"w", {0.75, 0.001}}, {"h[2]", {1.5, 0.001}}};
  options.ties = {{"c[5]", "0.1*w"}};
  options.derived = {{"ratio", "h[1]/h[0]"}};
  options.linear_solver = LinearSolver::dense;
  const FitResult dense = curve_fit(spectrum(), spectra.data, options);
  options.linear_solver = LinearSolver::sparse;
  const FitResult sparse = curve_fit(spectrum(), spectra.data, options);
  expect_same(sparse, dense, 1e-8);
  EXPECT_NEAR(sparse.derived[0].error, dense.derived[0].error, 1e-7 * dense.derived[0].error);
  EXPECT_NEAR(sparse.chi2, dense.chi2, 1e-9 * dense.chi2);
}

TEST(FitSparse, WhatTheDataDoNotDetermineIsNamed) {
  const Spectra spectra(20, 30);
  FitOptions options;
  options.linear_solver = LinearSolver::sparse;
  const FitResult r = curve_fit(Model::parse("a[g] + b + c*x", {"x", "g"}), spectra.data, options);
  EXPECT_TRUE(r.success) << r.message;
  EXPECT_EQ(r.perr[20], INFINITY);
  EXPECT_TRUE(std::isfinite(r.perr[21]));
  EXPECT_EQ(r.rank, 21);
  EXPECT_EQ(r.dof, 600 - 21);
  ASSERT_FALSE(r.warnings.empty());
}

TEST(FitSparse, WhatCannotBeIsNamed) {
  const Spectra spectra(20, 30);
  const auto says = [&](const std::function<void(FitOptions&)>& change) -> std::string {
    FitOptions options;
    options.p0 = start_of(20);
    options.linear_solver = LinearSolver::sparse;
    change(options);
    try {
      curve_fit(spectrum(), spectra.data, options);
    } catch (const InputError& e) {
      return e.what();
    }
    return "nothing";
  };
  EXPECT_NE(says([](FitOptions& o) { o.method = Method::dogbox; }).find("dogbox"),
            std::string::npos);
  EXPECT_NE(says([](FitOptions& o) { o.p0.back() = 0.0; }).find("row 1"), std::string::npos)
      << says([](FitOptions& o) { o.p0.back() = 0.0; });
}

}  // namespace
}  // namespace nlsq::test
