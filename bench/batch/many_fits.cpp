// SPDX-License-Identifier: MIT
// Fits a second: spots of 5×5 and 15×15 pixels (five parameters, SNR 10, starts off by up to a
// fifth) beside a hand-fused loop for the same model, and decays of 50 points. Answers are checked
// against single fits before anything is timed.
//
//   bench_many_fits [FITS] [THREADS]
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "batch/hand_fused_lanes.hpp"
#include "nlsq/nlsq.hpp"
#include "support/pairs.hpp"

namespace {

using namespace nlsq;
using nlsq::bench::median;
using nlsq::bench::seconds;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

struct Case {
  std::string name;
  Model model;
  index_t fits, rows;
  std::vector<double> x, z, y, starts;
  ManyData data() const {
    ManyData d(fits, rows);
    d.column("x", x);
    if (!z.empty()) d.column("z", z);
    return d.response(y);
  }
};

Case make_spots(index_t fits, index_t side) {
  Case c{fmt::format("spots {0}x{0}", side),
         Model::parse("a*exp(-((x-x0)^2+(z-z0)^2)/(2*s^2))+b", {"x", "z"}),
         fits,
         side * side,
         {},
         {},
         {},
         {}};
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  std::normal_distribution<double> normal;
  for (index_t i = 0; i < c.rows; ++i) {
    c.x.push_back(static_cast<double>(i % side));
    c.z.push_back(static_cast<double>(i / side));
  }
  const double centre = 0.5 * static_cast<double>(side - 1);
  c.y.reserve(z(fits * c.rows));
  for (index_t i = 0; i < fits; ++i) {
    const double t[] = {100.0, centre + 0.5 * uniform(random), centre + 0.5 * uniform(random),
                        static_cast<double>(side) / 5.0 * (1.0 + 0.2 * uniform(random)), 10.0};
    for (const double value : t) c.starts.push_back(value * (1.0 + 0.2 * uniform(random)));
    for (index_t r = 0; r < c.rows; ++r) {
      const double u = c.x[z(r)] - t[1], v = c.z[z(r)] - t[2];
      c.y.push_back(t[0] * std::exp(-(u * u + v * v) / (2.0 * t[3] * t[3])) + t[4] +
                    0.1 * t[0] * normal(random));
    }
  }
  return c;
}

Case make_decays(index_t fits) {
  Case c{"decays of 50", Model::parse("a*exp(-b*x)+c", {"x"}), fits, 50, {}, {}, {}, {}};
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  std::normal_distribution<double> normal;
  for (index_t i = 0; i < c.rows; ++i) c.x.push_back(0.08 * static_cast<double>(i));
  for (index_t i = 0; i < fits; ++i) {
    const double t[] = {2.0 + uniform(random), 1.25 + 0.75 * uniform(random),
                        0.5 + 0.5 * uniform(random)};
    for (const double value : t) c.starts.push_back(value * (1.0 + 0.2 * uniform(random)));
    for (const double x : c.x)
      c.y.push_back(t[0] * std::exp(-t[1] * x) + t[2] + 0.05 * normal(random));
  }
  return c;
}

// Results in memory that has been touched.
struct Room {
  Room(index_t fits, index_t n)
      : popt(z(fits * n)),
        perr(z(fits * n)),
        pcov(z(fits * n * n)),
        cost(z(fits)),
        status(z(fits)),
        nfev(z(fits)),
        flags(z(fits)) {}
  ManyArrays arrays() {
    return {.popt = popt.data(),
            .perr = perr.data(),
            .pcov = pcov.data(),
            .cost = cost.data(),
            .rss = nullptr,
            .status = status.data(),
            .nfev = nfev.data(),
            .rows = nullptr,
            .flags = flags.data()};
  }
  std::vector<double> popt, perr, pcov, cost;
  std::vector<std::int32_t> status, nfev;
  std::vector<std::uint8_t> flags;
};

// The share of a sample of sets that have the minimum of their single fits; exits on a wrong
// answer.
double check(const Case& c, const Room& room) {
  const std::size_t n = c.model.parameters().size();
  index_t same = 0, looked = 0;
  for (index_t i = 0; i < c.fits; i += std::max<index_t>(c.fits / 500, 1), ++looked) {
    FitOptions options;
    options.p0.assign(&c.starts[z(i) * n], &c.starts[z(i) * n] + n);
    options.threads = 1;
    Dataset one;
    one.column("x", c.x);
    if (!c.z.empty()) one.column("z", c.z);
    one.response(std::span(c.y).subspan(z(i * c.rows), z(c.rows)));
    const FitResult r = curve_fit(c.model, one, options);
    if (std::fabs(r.cost - room.cost[z(i)]) > 1e-9 * r.cost) continue;
    ++same;
    for (std::size_t j = 0; j < n; ++j) {
      const double off = std::fabs(r.popt[j] - room.popt[z(i) * n + j]);
      const bool mirrored = std::fabs(r.popt[j] + room.popt[z(i) * n + j]) < off;  // s and -s
      if (!mirrored && off > 1e-8 * r.perr[j] + 1e-10 * std::fabs(r.popt[j])) {
        fmt::print("WRONG: {} fit {} parameter {}: {} and {}\n", c.name, i, j,
                   room.popt[z(i) * n + j], r.popt[j]);
        std::exit(1);
      }
    }
  }
  return static_cast<double>(same) / static_cast<double>(looked);
}

double mean(const std::vector<std::int32_t>& values) {
  double sum = 0.0;
  for (const std::int32_t v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

void run(const Case& c, int threads, bool has_reference) {
  const auto n = static_cast<index_t>(c.model.parameters().size());
  Room room(c.fits, n), quick(c.fits, n), hand(c.fits, n);
  ManyOptions options;
  options.starts = c.starts;
  options.threads = threads;
  const auto ours = [&] { fit_many(c.model, c.data(), options, room.arrays()); };
  ours();
  const double same = check(c, room);
  const auto converged =
      std::count_if(room.status.begin(), room.status.end(), [](std::int32_t s) { return s > 0; });
  ManyOptions rough = options;
  rough.polish = false;
  const auto unpolished = [&] { fit_many(c.model, c.data(), rough, quick.arrays()); };
  unpolished();
  const auto fused = [&] {
    if (!has_reference) return;
    const bench::Spots spots{c.fits, c.rows, c.x.data(), c.z.data(), c.y.data(), c.starts.data()};
    const bench::SpotResults into{hand.popt.data(), hand.perr.data(),   hand.pcov.data(),
                                  hand.cost.data(), hand.status.data(), hand.nfev.data()};
    std::vector<std::thread> others;
    for (int t = 1; t < threads; ++t) {
      others.emplace_back([&, t] {
        bench::fit_spots(spots, c.fits * t / threads, c.fits * (t + 1) / threads, 1e-8, into);
      });
    }
    bench::fit_spots(spots, 0, c.fits / threads, 1e-8, into);
    for (auto& other : others) other.join();
  };
  fused();
  std::vector<double> of_ours, of_rough, of_hand, ratios, rough_ratios;
  for (int pair = 0; pair < 7; ++pair) {
    of_ours.push_back(seconds(ours));
    of_hand.push_back(seconds(fused));
    of_rough.push_back(seconds(unpolished));
    ratios.push_back(of_hand.back() / of_ours.back());
    rough_ratios.push_back(of_hand.back() / of_rough.back());
  }
  const double k = static_cast<double>(c.fits);
  fmt::print("{:14} {} threads: {:5.2f} M fits/s (polished), {:5.2f} M (tolerance 1e-8 alone); ",
             c.name, threads, k / median(of_ours) * 1e-6, k / median(of_rough) * 1e-6);
  fmt::print("converged {:.3f} %, mean evaluations {:.2f} and {:.2f}, {:.1f} % as single fits\n",
             100.0 * static_cast<double>(converged) / k, mean(room.nfev), mean(quick.nfev),
             100.0 * same);
  if (has_reference) {
    fmt::print(
        "{:14}            hand-fused, tolerance 1e-8: {:.2f} M fits/s, mean evaluations "
        "{:.2f}; ours is {:.2f} of it polished, {:.2f} with the tolerance alone\n",
        "", k / median(of_hand) * 1e-6, mean(hand.nfev), median(ratios), median(rough_ratios));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const index_t fits = argc > 1 ? std::atol(argv[1]) : 1000000;
  const int threads = argc > 2 ? std::atoi(argv[2]) : default_threads();
  const bool wide = chosen_isa() == "avx512";
  run(make_spots(fits, 5), threads, wide);
  run(make_spots(fits / 10, 15), threads, wide);
  run(make_decays(fits / 2), threads, false);
}
