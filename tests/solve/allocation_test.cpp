// SPDX-License-Identifier: MIT
// The minimizer allocates its workspace once: longer runs make no more allocations than short ones.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "problems.hpp"

namespace {
long allocations = 0;
}

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace nlsq::test {
namespace {

// Replays the summaries of a recorded run, so that only the minimizer's own allocations count.
class Replay final : public solve::Evaluator {
 public:
  Replay(DenseEvaluator& source, const std::vector<double>& x0, const SolverOptions& options)
      : n_(source.parameters()), m_(source.rows()) {
    struct Recorder final : solve::Evaluator {
      DenseEvaluator& inner;
      std::vector<linalg::Summary>& tape;
      Recorder(DenseEvaluator& e, std::vector<linalg::Summary>& t) : inner(e), tape(t) {}
      index_t parameters() const override { return inner.parameters(); }
      index_t rows() const override { return inner.rows(); }
      double cost(std::span<const double> p) override { return inner.cost(p); }
      void summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out) override {
        inner.summary(p, grade, out);
        tape.push_back(out);
      }
    } recorder(source, tape_);
    const std::vector<double> lower(x0.size(), -HUGE_VAL), upper(x0.size(), HUGE_VAL);
    solve::minimize(recorder, x0, lower, upper, options);
  }
  index_t parameters() const override { return n_; }
  index_t rows() const override { return m_; }
  double cost(std::span<const double>) override { return 0; }
  void summary(std::span<const double>, solve::Grade, linalg::Summary& out) override {
    out = tape_[std::min(next_++, tape_.size() - 1)];
  }
  index_t length() const { return static_cast<index_t>(tape_.size()); }
  void rewind() { next_ = 0; }

 private:
  index_t n_, m_;
  std::vector<linalg::Summary> tape_;
  std::size_t next_ = 0;
};

TEST(Allocations, DoNotGrowWithTheNumberOfSteps) {
  for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
    for (const Problem& p : classic_problems()) {
      if (p.name != "Meyer") continue;
      SolverOptions options;
      options.method = method;
      options.polish = false;
      DenseEvaluator evaluator = p.evaluator();
      Replay replay(evaluator, p.start, options);
      const std::vector<double> lower(3, -HUGE_VAL), upper(3, HUGE_VAL);
      const auto count = [&](index_t limit) {
        options.max_nfev = limit;
        replay.rewind();
        const long before = allocations;
        solve::minimize(replay, p.start, lower, upper, options);
        return allocations - before;
      };
      ASSERT_GT(replay.length(), 20);
      EXPECT_EQ(count(4), count(20));
    }
  }
}

}  // namespace
}  // namespace nlsq::test
