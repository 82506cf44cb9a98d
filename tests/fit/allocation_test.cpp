// SPDX-License-Identifier: MIT
// Iterations allocate nothing: a fit that is stopped later has made as many allocations.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>

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

long allocations_of(const Model& model, const Dataset& data, const FitOptions& options) {
  for (int i = 0; i < 2; ++i) curve_fit(model, data, options);  // programs and workspaces
  start_counting();
  const FitResult result = curve_fit(model, data, options);
  const Allocations made = stop_counting();
  EXPECT_EQ(result.nfev, options.max_nfev.value_or(result.nfev));
  return made.count;
}

TEST(Allocations, NoneInAnIteration) {
  if (!counts_allocations()) GTEST_SKIP() << "sanitizers have operators of their own";
  for (const int rows : {100, 5000}) {
    std::vector<double> x, y;
    for (int i = 0; i < rows; ++i) {
      x.push_back(4.0 * i / (rows - 1));
      y.push_back(2.5 * std::exp(-1.3 * x.back()) + 0.5 + 0.05 * std::sin(37.0 * i));
    }
    Dataset data;
    data.column("x", x).response(y);
    const Model model = Model::parse("a*exp(-b*x)+c", {"x"});
    for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
      FitOptions options;
      options.p0 = {1.0, 0.3, 1.0};
      options.threads = 1;
      options.method = method;
      options.max_nfev = 2;
      const long few = allocations_of(model, data, options);
      options.max_nfev = 4;
      EXPECT_EQ(allocations_of(model, data, options), few) << to_string(method) << " " << rows;
      EXPECT_LT(few, 40);
    }
  }
}

}  // namespace
}  // namespace nlsq::test
