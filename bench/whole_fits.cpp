// SPDX-License-Identifier: MIT
// Whole fits of a exp(-b x) + c against GSL's multifit_nlinear (Levenberg-Marquardt, analytic
// Jacobian, defaults) in the same process, covariance included on both sides. Then the price of a
// new formula.
#include <fmt/format.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_multifit_nlinear.h>

#include <cmath>
#include <random>

#include "nlsq/fit.hpp"
#include "support/pairs.hpp"

namespace nlsq::bench {
namespace {

struct Data {
  std::vector<double> x, y;
};

int residuals(const gsl_vector* p, void* params, gsl_vector* f) {
  const Data& d = *static_cast<const Data*>(params);
  const double a = gsl_vector_get(p, 0), b = gsl_vector_get(p, 1), c = gsl_vector_get(p, 2);
  for (std::size_t i = 0; i < d.x.size(); ++i)
    gsl_vector_set(f, i, a * std::exp(-b * d.x[i]) + c - d.y[i]);
  return GSL_SUCCESS;
}

int jacobian(const gsl_vector* p, void* params, gsl_matrix* J) {
  const Data& d = *static_cast<const Data*>(params);
  const double a = gsl_vector_get(p, 0), b = gsl_vector_get(p, 1);
  for (std::size_t i = 0; i < d.x.size(); ++i) {
    const double e = std::exp(-b * d.x[i]);
    gsl_matrix_set(J, i, 0, e);
    gsl_matrix_set(J, i, 1, -a * d.x[i] * e);
    gsl_matrix_set(J, i, 2, 1.0);
  }
  return GSL_SUCCESS;
}

struct Answer {
  double p[3], variance[3];
  std::size_t iterations;
};

Answer fit_gsl(Data& data) {
  gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
  gsl_multifit_nlinear_fdf fdf{};
  fdf.f = residuals;
  fdf.df = jacobian;
  fdf.n = data.x.size();
  fdf.p = 3;
  fdf.params = &data;
  gsl_multifit_nlinear_workspace* w =
      gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &parameters, fdf.n, 3);
  double start[3] = {1, 1, 1};
  gsl_vector_view x = gsl_vector_view_array(start, 3);
  gsl_multifit_nlinear_init(&x.vector, &fdf, w);
  int info = 0;
  gsl_multifit_nlinear_driver(100, 1e-8, 1e-8, 1e-8, nullptr, nullptr, &info, w);
  gsl_matrix* covariance = gsl_matrix_alloc(3, 3);
  gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(w), 0.0, covariance);
  double chi2 = 0;
  gsl_blas_ddot(gsl_multifit_nlinear_residual(w), gsl_multifit_nlinear_residual(w), &chi2);
  Answer out{};
  for (std::size_t i = 0; i < 3; ++i) {
    out.p[i] = gsl_vector_get(gsl_multifit_nlinear_position(w), i);
    out.variance[i] = gsl_matrix_get(covariance, i, i) * chi2 / static_cast<double>(fdf.n - 3);
  }
  out.iterations = gsl_multifit_nlinear_niter(w);
  gsl_matrix_free(covariance);
  gsl_multifit_nlinear_free(w);
  return out;
}

int run() {
  const Model model = Model::parse("a*exp(-b*x)+c");
  bool good = true;
  fmt::print("{:>9} {:>8} {:>12} {:>12} {:>8}  {}\n", "rows", "threads", "nlsq", "gsl", "ratio",
             "nfev");
  struct Case {
    index_t rows;
    int threads;
    int pairs;
  };
  for (const Case& c :
       {Case{100, 1, 51}, Case{10000, 1, 31}, Case{1000000, 2, 9}, Case{1000000, 1, 5}}) {
    Data d;
    std::mt19937_64 random(3);
    std::normal_distribution<double> noise(0.0, 0.05);
    for (index_t i = 0; i < c.rows; ++i) {
      d.x.push_back(4.0 * static_cast<double>(i) / static_cast<double>(c.rows));
      d.y.push_back(2.5 * std::exp(-1.3 * d.x.back()) + 0.5 + noise(random));
    }
    Dataset data;
    data.column("x", d.x).response(d.y);
    FitOptions options;
    options.threads = c.threads;
    const FitResult mine = curve_fit(model, data, options);
    const Answer theirs = fit_gsl(d);
    for (std::size_t i = 0; i < 3; ++i) {
      good &= std::fabs(mine.popt[i] - theirs.p[i]) < 1e-5 * std::fabs(theirs.p[i]);
      good &= std::fabs(mine.pcov[4 * i] - theirs.variance[i]) < 1e-4 * theirs.variance[i];
    }
    const Pair pair =
        alternate([&] { curve_fit(model, data, options); }, [&] { fit_gsl(d); }, c.pairs, 0.03);
    fmt::print("{:>9} {:>8} {:>9.1f} us {:>9.1f} us   1/{:<5.1f}  {} (gsl: {} iterations)\n",
               c.rows, c.threads, pair.a * 1e6, pair.b * 1e6, 1.0 / pair.ratio, mine.nfev,
               theirs.iterations);
  }
  const std::string rational = "(b1+b2*x+b3*x^2+b4*x^3)/(1+b5*x+b6*x^2+b7*x^3)";
  const std::vector<double> x{1, 2, 3, 4, 5, 6, 7, 8}, y{1, 2, 3, 4, 5, 6, 7, 9};
  Dataset small;
  small.column("x", x).response(y);
  FitOptions one;
  one.max_nfev = 1;
  one.threads = 1;
  const Model known = Model::parse(rational);
  curve_fit(known, small, one);
  const Pair cold = alternate([&] { curve_fit(Model::parse(rational), small, one); },
                              [&] { curve_fit(known, small, one); }, 51);
  fmt::print("parsing, differentiating and lowering seven parameters: {:.1f} us\n",
             (cold.a - cold.b) * 1e6);
  fmt::print("answers agree: {}\n", good ? "yes" : "NO");
  return good ? 0 : 1;
}

}  // namespace
}  // namespace nlsq::bench

int main() { return nlsq::bench::run(); }
