// SPDX-License-Identifier: MIT
// What threads and memory cost: handing work to the pool and joining; the line's pass over 10⁷ rows
// against the bandwidth of reading them; and the exponential's pass against the hand-fused loop on
// the same threads from 10⁴ to 10⁸ rows. Medians of alternating pairs; NLSQ_BENCH_ROWS ends the
// growth earlier.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/thread_pool.hpp"
#include "hand_fused.hpp"
#include "support/pairs.hpp"
#include "support/problem.hpp"

namespace nlsq::bench {
namespace {

constexpr int kThreads = 2;
constexpr index_t kChunk = 65536;  // rows of a part of the hand-fused loops; a multiple of 256

// Seconds from run() until another thread took its part and all joined; negative when none came.
double hand_off(base::ThreadPool& pool) {
  std::atomic<bool> taken{false};
  const auto began = std::chrono::steady_clock::now();
  pool.run(kThreads, kThreads, [&](int worker, index_t) {
    if (worker != 0) taken = true;
    while (!taken && std::chrono::steady_clock::now() - began < std::chrono::milliseconds(20)) {}
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return taken ? took.count() : -1.0;
}

void print_hand_off() {
  base::ThreadPool pool;
  for (const int pause : {0, 200}) {
    std::vector<double> times;
    int none = 0;
    for (int k = 0; k < 2001; ++k) {
      if (pause > 0) std::this_thread::sleep_for(std::chrono::microseconds(pause));
      const double t = hand_off(pool);
      if (t > 0.0) times.push_back(t);
      none += t > 0.0 ? 0 : 1;
    }
    std::sort(times.begin(), times.end());
    if (times.empty()) times.push_back(0.0);
    fmt::print(
        "hand-off and join, workers {}: {:.1f} µs (a tenth below {:.1f}, one below {:.1f}; "
        "none came {} times)\n",
        pause > 0 ? "asleep" : "awake", 1e6 * median(times), 1e6 * times[times.size() / 10],
        1e6 * times[9 * times.size() / 10], none);
  }
  // A job that its caller can do alone waits for nobody.
  for (const int pause : {0, 200}) {
    std::vector<double> times;
    for (int k = 0; k < 2001; ++k) {
      if (pause > 0) std::this_thread::sleep_for(std::chrono::microseconds(pause));
      times.push_back(seconds([&] { pool.run(kThreads, kThreads, [](int, index_t) {}); }));
    }
    fmt::print("a job that the caller can do alone, workers {}: {:.1f} µs\n",
               pause > 0 ? "asleep" : "awake", 1e6 * median(times));
  }
}

// The values of a column on the threads.
double read_column(base::ThreadPool& pool, const Column& values) {
  const auto n = static_cast<index_t>(values.size());
  std::atomic<double> total{0.0};
  base::for_each_part(pool, kThreads, (n + kChunk - 1) / kChunk, [&](index_t part) {
    const index_t first = part * kChunk;
    total += read_all(values.data() + first, std::min(kChunk, n - first) / 64 * 64);
  });
  return total;
}

bool print_bandwidth() {
  const index_t m = 10000000;
  Problem line("a+b*x", {1.5, 0.7}, m, kThreads);
  linalg::Summary summary;
  line.evaluator->summary(line.parameters, solve::Grade::step, summary);
  double sum = 0.0, exact = 0.0;
  for (const double v : line.x) exact += v;
  const bool good =
      summary.finite && std::fabs(read_column(line.pool, line.x) - exact) < 1e-6 * exact;
  const Pair pair = alternate(
      [&] { line.evaluator->summary(line.parameters, solve::Grade::step, summary); },
      [&] { sum += read_column(line.pool, line.x) + read_column(line.pool, line.y); }, 61);
  const double bytes = 16.0 * static_cast<double>(m);
  fmt::print("line, 10^7 rows, {} threads: {:.1f} GB/s, reading alone {:.1f} GB/s, {:.0f} %{}\n",
             kThreads, 1e-9 * bytes / pair.a, 1e-9 * bytes / pair.b, 100.0 / pair.ratio,
             sum == 0.0 ? " ?" : "");
  return good;
}

// The hand-fused loop on the threads that the evaluator takes for so many rows.
void run_hand_fused(const HandFused& hand, Problem& problem, int threads,
                    std::vector<double>& gram) {
  const auto m = static_cast<index_t>(problem.x.size());
  const index_t chunk = std::min(kChunk, std::max<index_t>(256, m / threads / 256 * 256));
  const index_t parts = (m + chunk - 1) / chunk;
  std::vector<double> sums(gram.size() * static_cast<std::size_t>(threads), 0.0);
  const auto work = [&](int worker, index_t part) {
    const index_t first = part * chunk;
    hand.run(problem.x.data() + first, problem.y.data() + first, std::min(chunk, m - first),
             hand.parameters.data(), sums.data() + static_cast<std::size_t>(worker) * gram.size());
  };
  problem.pool.run(threads, parts, work);
  for (std::size_t i = 0; i < sums.size(); ++i) gram[i % gram.size()] += sums[i];
}

bool print_growth(const HandFused& hand) {
  const char* const end = std::getenv("NLSQ_BENCH_ROWS");
  const double free =
      static_cast<double>(sysconf(_SC_AVPHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  const double most = std::min(end == nullptr ? 2e8 : std::atof(end), free / 32.0);  // half of it
  bool good = true;
  std::vector<double> ratios;
  fmt::print("\n{:<14} {:>10} {:>8} {:>12} {:>12} {:>7}\n", hand.name, "rows", "threads", "ns/row",
             "hand-fused", "ratio");
  for (index_t m = 10240; static_cast<double>(m) <= most; m *= 10) {
    Problem problem(hand.formula, hand.parameters, m, kThreads, hand.from, hand.to);
    const int threads = reduce::Walker::useful_threads(m, kThreads);
    linalg::Summary summary;
    const std::size_t q = hand.parameters.size() + 1;
    std::vector<double> gram(q * (q + 1) / 2, 0.0);
    run_hand_fused(hand, problem, threads, gram);
    problem.evaluator->summary(hand.parameters, solve::Grade::step, summary);
    good &= agrees(summary, gram);
    const Pair pair =
        alternate([&] { problem.evaluator->summary(hand.parameters, solve::Grade::step, summary); },
                  [&] { run_hand_fused(hand, problem, threads, gram); }, m > 20000000 ? 15 : 61);
    ratios.push_back(pair.ratio);
    const auto rows = static_cast<double>(m);
    fmt::print("{:<14} {:>10} {:>8} {:12.3f} {:12.3f} {:7.2f}{}\n", "", m, threads,
               1e9 * pair.a / rows, 1e9 * pair.b / rows, pair.ratio, good ? "" : "  disagree");
  }
  const auto [least, largest] = std::minmax_element(ratios.begin(), ratios.end());
  const double middle = 0.5 * (*least + *largest);
  fmt::print("{:<14} ratios within {:.0f} % of their middle\n", "",
             100.0 * (*largest / middle - 1.0));
  return good;
}

int run() {
  print_hand_off();
  if (hand_fused_models().empty()) return 0;
  bool good = print_bandwidth();
  for (const HandFused& hand : hand_fused_models()) {
    if (hand.name == "exponential" || hand.name == "line") good &= print_growth(hand);
  }
  if (!good) fmt::print("answers disagree\n");
  return good ? 0 : 1;
}

}  // namespace
}  // namespace nlsq::bench

int main() { return nlsq::bench::run(); }
