// SPDX-License-Identifier: MIT
// Iterations allocate nothing: a fit that is stopped later has made as many allocations.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <new>
#include <random>

#include "fit/allocations.hpp"
#include "nlsq/fit.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NLSQ_COUNTS_ALLOCATIONS 0  // sanitizers have operators of their own
#else
#define NLSQ_COUNTS_ALLOCATIONS 1
#endif

namespace {
std::atomic<long> allocations{0}, held{0}, peak{0};
std::atomic<bool> counting{false};

#if NLSQ_COUNTS_ALLOCATIONS
// Before each allocation: its size, and whether it was counted.
struct alignas(std::max_align_t) Label {
  long size;
  bool counted;
};

void* allocate(std::size_t size) {
  void* const memory = std::malloc(size + sizeof(Label));
  if (memory == nullptr) throw std::bad_alloc();
  auto* const label = new (memory) Label{static_cast<long>(size), counting};
  if (label->counted) {
    ++allocations;
    const long now = held += label->size;
    long most = peak;
    while (now > most && !peak.compare_exchange_weak(most, now)) {}
  }
  return label + 1;
}

void release(void* memory) {
  if (memory == nullptr) return;
  auto* const label = static_cast<Label*>(memory) - 1;
  if (label->counted) held -= label->size;
  std::free(label);
}
#endif
}  // namespace

#if NLSQ_COUNTS_ALLOCATIONS
void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
#endif

namespace nlsq::test {

bool counts_allocations() { return NLSQ_COUNTS_ALLOCATIONS != 0; }

void start_counting() {
  allocations = held = peak = 0;
  counting = true;
}

Allocations stop_counting() {
  counting = false;
  return {allocations, peak};
}

namespace {

struct Problem {
  std::vector<double> x, y;
  Dataset data;
  Model model = Model::parse("a*exp(-b*x)+c", {"x"});
  FitOptions options;
};

std::unique_ptr<Problem> decay(int rows) {
  auto problem = std::make_unique<Problem>();
  std::mt19937_64 generator(1);
  std::normal_distribution<double> noise(0.0, 0.05);
  for (int i = 0; i < rows; ++i) {
    problem->x.push_back(4.0 * i / (rows - 1));
    problem->y.push_back(2.5 * std::exp(-1.3 * problem->x.back()) + 0.5 + noise(generator));
  }
  problem->data.column("x", problem->x).response(problem->y);
  problem->options.p0 = {1.0, 0.3, 1.0};
  problem->options.threads = 1;
  return problem;
}

struct Repeated {
  long count;
  FitResult result;
};

Repeated repeat(const Problem& problem) {
  for (int i = 0; i < 2; ++i) curve_fit(problem.model, problem.data, problem.options);
  start_counting();
  FitResult result = curve_fit(problem.model, problem.data, problem.options);
  return {stop_counting().count, std::move(result)};
}

long own(const std::string& text) {
  const auto* const object = reinterpret_cast<const char*>(&text);
  return text.data() < object || text.data() >= object + sizeof(text) ? 1 : 0;
}

// Pieces of memory that a result consists of.
long own(const FitResult& r) {
  long count = 0;
  for (const auto* values : {&r.popt, &r.pcov, &r.perr, &r.p0}) count += values->empty() ? 0 : 1;
  for (const auto* flags : {&r.fixed, &r.defaulted}) count += flags->empty() ? 0 : 1;
  for (const auto* list : {&r.names, &r.warnings}) {
    count += list->empty() ? 0 : 1;
    for (const std::string& text : *list) count += own(text);
  }
  for (const auto* text :
       {&r.engine, &r.isa, &r.fold, &r.jacobian_mode, &r.jacobian_mode_source,
        &r.derivative_order, &r.method, &r.loss, &r.model}) {
    count += own(*text);
  }
  return count + (r.at_bound.empty() ? 0 : 1);
}

TEST(Allocations, ARepeatedFitAllocatesItsResultAndNothingElse) {
  if (!counts_allocations()) GTEST_SKIP() << "sanitizers have operators of their own";
  if (std::getenv("NLSQ_FOLD") != nullptr) GTEST_SKIP() << "other folds are made anew";
  for (const int rows : {100, 5000}) {
    for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
      const auto problem = decay(rows);
      problem->options.method = method;
      const Repeated fit = repeat(*problem);
      EXPECT_TRUE(fit.result.success);
      EXPECT_EQ(fit.count, own(fit.result)) << to_string(method) << " " << rows;
    }
  }
}

TEST(Allocations, OneThatBeginsOnASampleAllocatesThatToo) {
  if (!counts_allocations()) GTEST_SKIP() << "sanitizers have operators of their own";
  if (std::getenv("NLSQ_FOLD") != nullptr) GTEST_SKIP() << "other folds are made anew";
  const Repeated fit = repeat(*decay(20000));
  EXPECT_TRUE(fit.result.progressive);
  constexpr long kOfSample = 6;  // its rows, their values, its term and workspace, a message
  EXPECT_LE(fit.count, own(fit.result) + kOfSample);
}

TEST(Allocations, NoneInAnIteration) {
  if (!counts_allocations()) GTEST_SKIP() << "sanitizers have operators of their own";
  if (std::getenv("NLSQ_FOLD") != nullptr) GTEST_SKIP() << "other folds are made anew";
  for (const int rows : {100, 5000}) {
    for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
      const auto problem = decay(rows);
      problem->options.method = method;
      problem->options.max_nfev = 2;
      const Repeated few = repeat(*problem);
      problem->options.max_nfev = 4;
      const Repeated more = repeat(*problem);
      EXPECT_EQ(more.result.nfev, few.result.nfev + 2);
      EXPECT_EQ(more.count, few.count) << to_string(method) << " " << rows;
    }
  }
}

}  // namespace
}  // namespace nlsq::test
