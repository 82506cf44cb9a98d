// SPDX-License-Identifier: MIT
// Many fits are what single fits are: value by value, whatever stands beside them.
#include "nlsq/fit_many.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <numeric>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "many_sets.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq {
namespace {

using test::Distance;
using test::distance;
using test::ManySets;
using test::same_minimum;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// At least `share` of the sets reach the minimum of their single fits, each of these to all digits.
void expect_like_single_fits(const ManySets& sets, double share, double errors,
                             ManyOptions options = {}) {
  options.starts = sets.starts;
  const ManyResult many = fit_many(sets.model, sets.data(), options);
  EXPECT_EQ(many.engine, chosen_isa() == "portable" ? "interpreter" : "lanes");
  index_t same = 0, converged = 0, converged_alone = 0;
  for (index_t i = 0; i < sets.fits; ++i) {
    const FitResult one = sets.alone(i, options);
    converged += many.status[z(i)] > 0 ? 1 : 0;
    converged_alone += one.success ? 1 : 0;
    if (!one.success || many.status[z(i)] <= 0 || !same_minimum(many, i, one)) continue;
    ++same;
    const Distance d = distance(many, i, one);
    EXPECT_LE(d.value, 1.0) << "set " << i;
    EXPECT_LE(d.errors, errors) << "set " << i;
  }
  EXPECT_GE(static_cast<double>(same), share * static_cast<double>(sets.fits));
  EXPECT_GE(converged, converged_alone);
}

TEST(FitMany, IsWhatSingleFitsAre) {
  expect_like_single_fits(test::make_spots(400, 5, 10.0), 0.999, 1e-9);
  expect_like_single_fits(test::make_spots(100, 9, 10.0), 0.999, 1e-9);
  expect_like_single_fits(test::make_decays(400, 50, 0.1), 0.999, 1e-9);
  expect_like_single_fits(test::make_decays(400, 50, 1e-6), 0.999, 1e-9);
  // Exact data: the errors are rounding.
  expect_like_single_fits(test::make_decays(200, 37, 0.0), 0.999, kInf);
}

TEST(FitMany, IsWhatSingleFitsAreAmongNoise) {
  expect_like_single_fits(test::make_spots(400, 5, 5.0), 0.99, 1e-7);
  expect_like_single_fits(test::make_spots(400, 5, 2.0), 0.93, 1e-6);
}

// Two exponentials: valleys in which steps shrink slowly, and nothing may stop half-way.
TEST(FitMany, EndsNoHigherThanSingleFitsInValleys) {
  ManySets sets = test::make_decays(300, 40, 0.0);
  sets.model = Model::parse("a*exp(-b*x)+c*exp(-d*x)+k", {"x"});
  sets.starts.clear();
  test::Noise noise(17);
  for (index_t i = 0; i < sets.fits; ++i) {
    const double t[] = {1.7 + noise(), 0.8 + 0.4 * noise(), 1.7 + noise(), 2.0 + noise(),
                        0.5 + 0.4 * noise()};
    for (const double value : t) sets.starts.push_back(value * (1.0 + 0.2 * noise()));
    for (index_t r = 0; r < sets.rows; ++r) {
      const double x = sets.x[z(r)];
      sets.y[z(i * sets.rows + r)] =
          t[0] * std::exp(-t[1] * x) + t[2] * std::exp(-t[3] * x) + t[4] + 1e-3 * noise();
    }
  }
  ManyOptions options;
  options.starts = sets.starts;
  const ManyResult many = fit_many(sets.model, sets.data(), options);
  index_t lower = 0, higher = 0, converged = 0, converged_alone = 0;
  for (index_t i = 0; i < sets.fits; ++i) {
    const FitResult one = sets.alone(i);
    converged += many.status[z(i)] > 0 ? 1 : 0;
    converged_alone += one.success ? 1 : 0;
    if (!one.success || many.status[z(i)] <= 0) continue;
    lower += many.cost[z(i)] < one.cost * (1.0 - 1e-7) ? 1 : 0;
    higher += many.cost[z(i)] > one.cost * (1.0 + 1e-7) ? 1 : 0;
  }
  EXPECT_LE(higher, lower + 3);
  EXPECT_LE(higher, 6);
  EXPECT_GE(converged, converged_alone);
}

TEST(FitMany, TakesLossesBoundsAndFixedParametersAsSingleFitsDo) {
  const ManySets sets = test::make_decays(150, 40, 0.3);
  for (const Loss loss : {Loss::soft_l1, Loss::huber, Loss::cauchy, Loss::arctan}) {
    ManyOptions options;
    options.loss = loss;
    options.f_scale = 0.2;
    options.starts = sets.starts;
    const ManyResult many = fit_many(sets.model, sets.data(), options);
    index_t same = 0;
    for (index_t i = 0; i < sets.fits; ++i) {
      const FitResult one = sets.alone(i, options);
      if (!one.success || many.status[z(i)] <= 0 || !same_minimum(many, i, one)) continue;
      ++same;
      // The polish of single fits ends earlier with a loss.
      EXPECT_LE(distance(many, i, one).value, 1e2) << to_string(loss) << " set " << i;
      EXPECT_NEAR(many.rss[z(i)], one.rss, 1e-6 * one.rss);
    }
    EXPECT_GE(same, 140) << to_string(loss);
  }
  ManyOptions options;
  options.fixed["c"];
  expect_like_single_fits(sets, 0.999, 1e-9, options);
  options = {};
  options.absolute_sigma = true;
  expect_like_single_fits(sets, 0.999, 1e-9, options);
}

TEST(FitMany, AttemptsEndAsTheyAre) {
  const ManySets sets = test::make_decays(64, 50, 0.05);
  ManyOptions options;
  options.starts = sets.starts;
  options.attempts = true;
  options.max_nfev = 2;
  const ManyResult cut = fit_many(sets.model, sets.data(), options);
  options.max_nfev.reset();
  const ManyResult whole = fit_many(sets.model, sets.data(), options);
  options.attempts = false;
  const ManyResult usual = fit_many(sets.model, sets.data(), options);
  if (usual.engine != "lanes") GTEST_SKIP() << "no lanes on this machine";
  index_t same = 0;
  for (index_t i = 0; i < sets.fits; ++i) {
    EXPECT_LE(cut.status[z(i)], 0);
    EXPECT_EQ(cut.flags[z(i)] & ManyFlag::alone, 0);
    EXPECT_TRUE(std::isfinite(cut.cost[z(i)]));
    EXPECT_GE(cut.cost[z(i)], (1.0 - 1e-9) * usual.cost[z(i)]);
    EXPECT_EQ(whole.flags[z(i)] & ManyFlag::alone, 0);
    same += whole.popt[z(i) * 3] == usual.popt[z(i) * 3] ? 1 : 0;
  }
  EXPECT_GE(same, 60);
}

TEST(FitMany, StopsAtBounds) {
  const ManySets sets = test::make_decays(200, 40, 0.1);
  ManyOptions options;
  options.starts = sets.starts;
  options.bounds["b"] = {1.0, 1.5};
  options.bounds["c"] = {0.2, kInf};
  const ManyResult many = fit_many(sets.model, sets.data(), options);
  index_t at_bound = 0;
  for (index_t i = 0; i < sets.fits; ++i) {
    FitOptions single = options;
    auto p0 = sets.start(i);
    p0[1] = std::clamp(p0[1], 1.0, 1.5), p0[2] = std::max(p0[2], 0.2);
    single.p0 = p0;
    const FitResult one = curve_fit(sets.model, sets.one(i), single);
    EXPECT_NEAR(many.cost[z(i)], one.cost, 1e-9 * one.cost) << i;
    for (std::size_t j = 0; j < 3; ++j)
      EXPECT_NEAR(many.popt[z(i) * 3 + j], one.popt[j], 1e-6 * one.perr[j]) << i;
    const bool is_at = many.popt[z(i) * 3 + 1] <= 1.0 || many.popt[z(i) * 3 + 1] >= 1.5 ||
                       many.popt[z(i) * 3 + 2] <= 0.2;
    EXPECT_EQ((many.flags[z(i)] & ManyFlag::at_bound) != 0, is_at) << i;
    at_bound += is_at ? 1 : 0;
  }
  EXPECT_GT(at_bound, 50);
  EXPECT_LT(at_bound, 200);
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

TEST(FitMany, HasTheSameBitsForAnyNumberOfThreadsAndAnyNeighbours) {
  const ManySets sets = test::make_spots(700, 5, 4.0);
  ManyOptions options;
  options.starts = sets.starts;
  options.threads = 1;
  const ManyResult first = fit_many(sets.model, sets.data(), options);
  for (const int threads : {2, 3, 7}) {
    options.threads = threads;
    const ManyResult other = fit_many(sets.model, sets.data(), options);
    EXPECT_TRUE(same_bits(first.popt, other.popt)) << threads;
    EXPECT_TRUE(same_bits(first.pcov, other.pcov)) << threads;
    EXPECT_EQ(first.nfev, other.nfev) << threads;
  }
  // Every third set, backwards.
  ManySets some{sets.model, 0, sets.rows, sets.x, sets.z, {}, {}};
  std::vector<index_t> from;
  for (index_t i = sets.fits - 1; i >= 0; i -= 3) {
    from.push_back(i);
    ++some.fits;
    some.y.insert(some.y.end(), sets.y.begin() + i * sets.rows,
                  sets.y.begin() + (i + 1) * sets.rows);
    const auto start = sets.start(i);
    some.starts.insert(some.starts.end(), start.begin(), start.end());
  }
  options.starts = some.starts;
  const ManyResult few = fit_many(some.model, some.data(), options);
  for (std::size_t i = 0; i < from.size(); ++i) {
    EXPECT_EQ(std::memcmp(&few.popt[5 * i], &first.popt[5 * z(from[i])], 5 * sizeof(double)), 0);
    EXPECT_EQ(std::memcmp(&few.pcov[25 * i], &first.pcov[25 * z(from[i])], 25 * sizeof(double)), 0);
    EXPECT_EQ(few.status[i], first.status[z(from[i])]);
  }
}

TEST(FitMany, AgreesOnEveryInstructionSet) {
  const ManySets sets = test::make_decays(60, 30, 0.1);
  ManyOptions options;
  options.starts = sets.starts;
  const ManyResult best = fit_many(sets.model, sets.data(), options);
  for (const char* isa : {"portable", "sse4", "avx2", "avx512", "neon"}) {
    ::setenv("NLSQ_ISA", isa, 1);
    try {
      const ManyResult other = fit_many(sets.model, sets.data(), options);
      for (std::size_t i = 0; i < best.popt.size(); ++i)
        EXPECT_NEAR(other.popt[i], best.popt[i], 1e-8 * best.perr[i]) << isa;
    } catch (const InputError&) {  // not on this machine
    }
  }
  ::unsetenv("NLSQ_ISA");
}

TEST(FitMany, LeavesMaskedPointsOutAsIfTheyWereNotThere) {
  const ManySets sets = test::make_decays(40, 30, 0.1);
  std::vector<std::uint8_t> mask(sets.y.size(), 1);
  std::vector<double> with_nan = sets.y, sigma(sets.y.size(), 0.7);
  for (std::size_t i = 0; i < mask.size(); i += 7) {
    mask[i] = 0;
    with_nan[i] = kNaN;
    sigma[i] = kInf;
  }
  ManyOptions options;
  options.starts = sets.starts;
  ManyData masked(sets.fits, sets.rows), holes(sets.fits, sets.rows),
      weighted(sets.fits, sets.rows);
  masked.column("x", sets.x).response(with_nan).mask(mask);
  holes.column("x", sets.x).response(with_nan);
  weighted.column("x", sets.x).response(sets.y).sigma(sigma);
  const ManyResult a = fit_many(sets.model, masked, options);
  options.omit_not_finite = true;
  const ManyResult b = fit_many(sets.model, holes, options);
  options.omit_not_finite = false;
  const ManyResult c = fit_many(sets.model, weighted, options);
  EXPECT_TRUE(same_bits(a.popt, b.popt));
  EXPECT_TRUE(same_bits(a.pcov, b.pcov));
  for (index_t i = 0; i < sets.fits; ++i) {
    std::vector<double> x, y;
    for (index_t r = 0; r < sets.rows; ++r) {
      if (mask[z(i * sets.rows + r)] == 0) continue;
      x.push_back(sets.x[z(r)]);
      y.push_back(sets.y[z(i * sets.rows + r)]);
    }
    FitOptions single;
    single.p0 = sets.start(i);
    const FitResult one = curve_fit(sets.model, Dataset().column("x", x).response(y), single);
    EXPECT_LE(distance(a, i, one).value, 1.0) << i;
    EXPECT_LE(distance(a, i, one).errors, 1e-9) << i;
    EXPECT_LE(distance(c, i, one).value, 1.0) << i;
    EXPECT_EQ(a.rows[z(i)], one.n);
  }
}

TEST(FitMany, TakesSetsOfDifferentLengths) {
  test::Noise noise(9);
  std::vector<index_t> offsets{0};
  std::vector<double> x, y;
  const Model model = Model::parse("a*exp(-b*x)+c", {"x"});
  for (index_t i = 0; i < 200; ++i) {
    const auto rows = static_cast<index_t>(8.0 + 44.0 * (1.0 + noise()));
    for (index_t r = 0; r < rows; ++r) {
      x.push_back(2.0 + 2.0 * noise());
      y.push_back(2.0 * std::exp(-x.back()) + 0.5 + 0.05 * noise());
    }
    offsets.push_back(offsets.back() + rows);
  }
  for (const index_t rows : {index_t{0}, index_t{2}, index_t{3}, index_t{5000}}) {
    for (index_t r = 0; r < rows; ++r) {
      x.push_back(2.0 + 2.0 * noise());
      y.push_back(2.0 * std::exp(-x.back()) + 0.5 + 0.05 * noise());
    }
    offsets.push_back(offsets.back() + rows);
  }
  ManyData data{std::span(offsets)};
  data.column("x", x).response(y);
  const ManyResult many = fit_many(model, data);
  EXPECT_EQ(many.engine, chosen_isa() == "portable" ? "interpreter" : "lanes");
  for (index_t i = 0; i < many.fits; ++i) {
    const auto from = z(offsets[z(i)]), count = z(offsets[z(i + 1)]) - from;
    if (count < 3) continue;
    const std::span<const double> all_x(x), all_y(y);
    const FitResult one = curve_fit(
        model,
        Dataset().column("x", all_x.subspan(from, count)).response(all_y.subspan(from, count)));
    if (one.success && same_minimum(many, i, one) && count > 3) {
      EXPECT_LE(distance(many, i, one).value, 1.0) << "set " << i << " of " << count;
    }
  }
  EXPECT_EQ(many.status[200], static_cast<int>(Status::not_finite));
  EXPECT_EQ(many.flags[200], ManyFlag::bad_data);
  EXPECT_NE(many.flags[201] & ManyFlag::undetermined, 0);  // two points, three parameters
  EXPECT_NE(many.flags[202] & ManyFlag::undetermined, 0);  // three: no degrees of freedom
  EXPECT_GT(many.status[203], 0);
}

TEST(FitMany, FlagsGarbageAndNothingElse) {
  ManySets sets = test::make_decays(500, 40, 0.05);
  std::vector<std::uint8_t> mask(sets.y.size(), 1);
  const auto row = [&](index_t i) { return sets.y.begin() + i * sets.rows; };
  for (index_t r = 0; r < sets.rows; ++r) {
    row(7)[r] = kNaN;
    row(8)[r] = 1.0;
    row(9)[r] = 0.0;
    mask[z(10 * sets.rows + r)] = 0;
  }
  row(211)[3] = kInf;
  sets.starts[3 * 300] = kNaN;
  ManyOptions options;
  options.starts = sets.starts;
  const ManyResult many = fit_many(sets.model, sets.data().mask(mask), options);
  for (index_t i = 0; i < sets.fits; ++i) {
    const bool garbage = (i >= 7 && i <= 10) || i == 211 || i == 300;
    const bool flagged = many.status[z(i)] <= 0 || (many.flags[z(i)] & ~ManyFlag::alone) != 0;
    EXPECT_EQ(flagged, garbage) << i << ": " << many.message(i);
    if (many.status[z(i)] == -1) {
      EXPECT_TRUE(std::isnan(many.popt[z(3 * i)]));
    }
  }
}

TEST(FitMany, ReadsFloat32AndColumnsOfEachSet) {
  const ManySets sets = test::make_decays(30, 25, 0.05);
  std::vector<float> narrow(sets.y.begin(), sets.y.end());
  std::vector<double> widened(narrow.begin(), narrow.end()), x;
  for (index_t i = 0; i < sets.fits; ++i) x.insert(x.end(), sets.x.begin(), sets.x.end());
  ManyOptions options;
  options.starts = sets.starts;
  ManyData a(sets.fits, sets.rows), b(sets.fits, sets.rows);
  const ManyResult from_float =
      fit_many(sets.model, a.column("x", sets.x).response(narrow), options);
  const ManyResult from_double = fit_many(sets.model, b.column("x", x).response(widened), options);
  EXPECT_TRUE(same_bits(from_float.popt, from_double.popt));
  EXPECT_TRUE(same_bits(from_float.pcov, from_double.pcov));
}

// No lanes: many parameters, long sets.
TEST(FitMany, FitsOneByOneWhereLanesDoNotServe) {
  const ManySets sets = test::make_decays(6, 4000, 0.1);
  ManyOptions options;
  options.starts = sets.starts;
  const ManyResult many = fit_many(sets.model, sets.data(), options);
  EXPECT_EQ(many.engine, "interpreter");
  for (index_t i = 0; i < sets.fits; ++i) {
    FitOptions single;
    single.progressive = false;
    EXPECT_LE(distance(many, i, sets.alone(i, single)).value, 1.0);
  }
}

// One set of data from many starts.
TEST(FitMany, FitsOneSetFromManyStarts) {
  const ManySets sets = test::make_decays(50, 30, 0.1);
  const std::vector<double> y(sets.y.begin(), sets.y.begin() + 30);
  ManyOptions options;
  options.starts = sets.starts;
  ManyData data(sets.fits, sets.rows);
  const ManyResult many = fit_many(sets.model, data.column("x", sets.x).response(y), options);
  const FitResult one = sets.alone(0);
  for (index_t i = 0; i < sets.fits; ++i) EXPECT_LE(distance(many, i, one).value, 1.5) << i;
}

TEST(FitMany, NothingToDoIsNoError) {
  const Model model = Model::parse("a*x", {"x"});
  const std::vector<double> none, x{1.0, 2.0};
  ManyData data(0, 2);
  const ManyResult r = fit_many(model, data.column("x", x).response(none));
  EXPECT_EQ(r.names, (std::vector<std::string>{"a"}));
  EXPECT_EQ(r.fits, 0);
  EXPECT_EQ(r.failed, 0);
  EXPECT_EQ(r.popt.size() + r.pcov.size() + r.status.size() + r.rows.size() + r.flags.size(), 0u);
  // A model that does not fit the data is an error all the same.
  EXPECT_THROW(fit_many(Model::parse("a*x + z", {"x", "z"}), data), InputError);
}

TEST(FitMany, RefusesWhatOnlySingleFitsKnow) {
  const ManySets sets = test::make_decays(3, 20, 0.1);
  const auto refused = [&](auto&& set) {
    ManyOptions options;
    set(options);
    try {
      fit_many(sets.model, sets.data(), options);
    } catch (const InputError& error) {
      return error.argument();
    }
    return std::string("nothing");
  };
  EXPECT_EQ(refused([](ManyOptions& o) { o.ties["a"] = "2*b"; }), "ties");
  EXPECT_EQ(refused([](ManyOptions& o) { o.priors["b"] = {1.0, 0.1}; }), "priors");
  EXPECT_EQ(refused([](ManyOptions& o) { o.device = "opencl:0"; }), "device");
}

TEST(FitMany, SaysWhichShapeDoesNotFit) {
  const std::vector<double> six(6), four(4), three(3);
  const auto message = [](const auto& make) {
    try {
      make();
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(message([&] { ManyData(2, 3).column("t", four); }),
            "data: column 't' has 4 values; 2 sets of 3 rows need 3 (all the same) or 6");
  EXPECT_EQ(message([&] { ManyData(2, 3).response(three); }), "no error");
  EXPECT_EQ(message([&] { ManyData(2, 3).response(four); }),
            "data: the response has 4 values; 2 sets of 3 rows need 3 (all the same) or 6");
  EXPECT_EQ(message([&] { ManyData(2, 3).sigma(four); }),
            "data: sigma has 4 values; 2 sets of 3 rows need 3 (all the same) or 6");
  const Model model = Model::parse("a*exp(-b*x)", {"x"});
  ManyOptions options;
  options.starts = three;
  EXPECT_EQ(
      message([&] { fit_many(model, ManyData(2, 3).column("x", three).response(six), options); }),
      "p0: 3 values, 4 are needed (2 sets × 2 parameters)");
  EXPECT_EQ(message([&] { fit_many(model, ManyData(2, 3).column("X", three).response(six)); }),
            "data: no column named 'x' (did you mean 'X'?); there is 'X'");
}

#if defined(__linux__)
// Memory that nobody has written to takes none: 2³¹ values and some more, all masked but for the
// last sets.
template <class T>
std::span<T> untouched(index_t count) {
  const std::size_t bytes = z(count) * sizeof(T);
  void* const p = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? std::span<T>() : std::span<T>(static_cast<T*>(p), z(count));
}

TEST(FitMany, CountsBeyondTwoToTheThirtyFirst) {
  constexpr index_t rows = 2048, fits = (index_t{1} << 20) + 9, real = 5;
  const std::span<float> y = untouched<float>(fits * rows);
  const std::span<std::uint8_t> mask = untouched<std::uint8_t>(fits * rows);
  if (y.empty() || mask.empty()) GTEST_SKIP() << "no address space";
  const ManySets sets = test::make_decays(real, rows, 0.1);
  const index_t first = (fits - real) * rows;
  std::copy(sets.y.begin(), sets.y.end(), y.begin() + first);
  std::fill(mask.begin() + first, mask.end(), std::uint8_t{1});
  ManyData data(fits, rows);
  data.column("x", sets.x).response(Values(std::span<const float>(y))).mask(mask);
  std::vector<std::int32_t> status(z(fits));
  std::vector<double> popt(z(fits * 3));
  ManyOptions options;
  options.p0 = {2.0, 1.0, 0.5};
  fit_many(sets.model, data, options, {.popt = popt.data(), .status = status.data()});
  EXPECT_EQ(std::count_if(status.begin(), status.end(), [](int s) { return s > 0; }), real);
  for (index_t i = 0; i < real; ++i) {
    const FitResult one = sets.alone(i);
    EXPECT_GT(status[z(fits - real + i)], 0);
    for (std::size_t j = 0; j < 3; ++j)
      EXPECT_NEAR(popt[z(fits - real + i) * 3 + j], one.popt[j], 1e-5 * one.perr[j]);
  }
  ::munmap(y.data(), y.size_bytes());
  ::munmap(mask.data(), mask.size_bytes());
}
#endif

TEST(FitMany, CountsAndStops) {
  const ManySets sets = test::make_decays(3000, 20, 0.1);
  ManyOptions options;
  options.starts = sets.starts;
  index_t last = -1;
  options.progress = [&](index_t done, index_t of) {
    EXPECT_GE(done, last);
    EXPECT_EQ(of, 3000);
    last = done;
  };
  fit_many(sets.model, sets.data(), options);
  EXPECT_EQ(last, 3000);
  options.progress = {};
  options.time_limit = 1e-12;
  const ManyResult stopped = fit_many(sets.model, sets.data(), options);
  EXPECT_EQ(stopped.failed, 3000);
  EXPECT_EQ(stopped.status[0], static_cast<int>(Status::stopped));
  options.time_limit = 0.0;
  options.before_pass = [] { throw std::runtime_error("enough"); };
  EXPECT_THROW(fit_many(sets.model, sets.data(), options), std::runtime_error);
  options.before_pass = {};
  options.max_nfev = 2;
  const ManyResult short_of_breath = fit_many(sets.model, sets.data(), options);
  EXPECT_EQ(short_of_breath.status[0], static_cast<int>(Status::max_nfev));
  EXPECT_TRUE(std::isfinite(short_of_breath.popt[0]));
}

}  // namespace
}  // namespace nlsq
