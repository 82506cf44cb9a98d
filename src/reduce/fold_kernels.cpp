// SPDX-License-Identifier: MIT
// The Gram fold is that of gram-inl.hpp; here are the ends of residuals that it may make on the
// way, and what other folds need.
#include "reduce/fold_kernels.hpp"
#include "engine/targets.hpp"

#define NLSQ_REAL double
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "reduce/fold_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "reduce/gram-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlsq::reduce::HWY_NAMESPACE {
namespace {

// a·b + c − e, b and c the same for all rows.
struct FmaSub {
  explicit HWY_INLINE FmaSub(const engine::Call& call)
      : a(call.a), e(call.e), b(hn::LoadU(D(), call.b)), c(hn::LoadU(D(), call.c)) {}
  HWY_INLINE V at(index_t r) const {
    return hn::Sub(hn::MulAdd(hn::LoadU(D(), a + r), b, c), hn::LoadU(D(), e + r));
  }
  const double *a, *e;
  V b, c;
};

// a·b − c, b the same for all rows.
struct Fms {
  explicit HWY_INLINE Fms(const engine::Call& call)
      : a(call.a), c(call.c), b(hn::LoadU(D(), call.b)) {}
  HWY_INLINE V at(index_t r) const {
    return hn::MulSub(hn::LoadU(D(), a + r), b, hn::LoadU(D(), c + r));
  }
  const double *a, *c;
  V b;
};

struct Sub {
  explicit HWY_INLINE Sub(const engine::Call& call) : a(call.a), b(call.b) {}
  HWY_INLINE V at(index_t r) const { return hn::Sub(hn::LoadU(D(), a + r), hn::LoadU(D(), b + r)); }
  const double *a, *b;
};

template <int A, class Last>
HWY_NOINLINE void triangle_with(const engine::Call& last, const double* const* columns, index_t n,
                                double* acc) {
  triangle<A, halves<A>>(columns, 0, InOrder{}, Last(last), n, acc);
}

template <int A, class Last>
HWY_NOINLINE void triangle_with_one(const engine::Call& last, const double* const* columns,
                                    index_t n, double* acc) {
  int one = 0;
  while (columns[one] != nullptr) ++one;
  triangle<A, halves<A>>(columns, 0, OneFirst{one}, Last(last), n, acc);
}

template <class Last>
FoldKernels::GramWithLast find_triangle_with(int q, bool with_one) {
  switch (q) {
    case 2: return with_one ? triangle_with_one<2, Last> : triangle_with<2, Last>;
    case 3: return with_one ? triangle_with_one<3, Last> : triangle_with<3, Last>;
    case 4: return with_one ? triangle_with_one<4, Last> : triangle_with<4, Last>;
    default: return nullptr;
  }
}

FoldKernels::GramWithLast gram_with_last(const program::Instruction& last, int q, bool with_one) {
  using program::Code;
  const auto is_scalar = [](const program::Operand& operand) {
    return operand.kind == program::Operand::Kind::scalar;
  };
  const bool a = is_scalar(last.a), b = is_scalar(last.b), c = is_scalar(last.c);
  if (last.code == Code::fma_sub && b && c) return find_triangle_with<FmaSub>(q, with_one);
  if (last.code == Code::fms && b && !c) return find_triangle_with<Fms>(q, with_one);
  if (last.code == Code::sub && !a && !b) return find_triangle_with<Sub>(q, with_one);
  return nullptr;
}

// Σ f(vector) over all rows, two vectors at a time.
template <class F>
HWY_INLINE void accumulate(index_t n, double* acc, const F& add) {
  const D d;
  const index_t step = lanes();
  V even = hn::LoadU(d, acc), odd = hn::LoadU(d, acc + step);
  index_t r = 0;
  for (; r + 2 * step <= n; r += 2 * step) {
    even = add(r, step, even);
    odd = add(r + step, step, odd);
  }
  if (r < n) even = add(r, HWY_MIN(step, n - r), even);
  if (r + step < n) odd = add(r + step, n - r - step, odd);
  hn::StoreU(even, d, acc);
  hn::StoreU(odd, d, acc + step);
}

HWY_INLINE V load_some(const double* p, index_t count) {
  return count == lanes() ? hn::LoadU(D(), p) : load_first(p, count);
}

void project(const double* const* columns, int k, const double* u, index_t n, double* acc) {
  for (int j = 0; j < k; ++j) {
    const double* x = columns[j];
    accumulate(n, acc + j * 2 * lanes(), [x, u](index_t r, index_t count, V sum) HWY_ATTR {
      return hn::MulAdd(load_some(x + r, count), load_some(u + r, count), sum);
    });
  }
}

void sum(const double* x, index_t n, double* acc) {
  accumulate(n, acc, [x](index_t r, index_t count, V total) HWY_ATTR {
    return hn::Add(total, load_some(x + r, count));
  });
}

void combine(const double* const* columns, int k, const double* m, int count, index_t n,
             double* const* out) {
  const D d;
  const index_t step = lanes();
  for (int j = 0; j < count; ++j) {
    const double* coefficient = m + j * k;
    int first = 0, last = k;
    while (first < k && coefficient[first] == 0.0) ++first;
    while (last > first && coefficient[last - 1] == 0.0) --last;
    index_t r = 0;
    for (; r + 4 * step <= n; r += 4 * step) {
      V s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
      for (int i = first; i < last; ++i) {
        const V c = hn::Set(d, coefficient[i]);
        const double* x = columns[i] + r;
        s0 = hn::MulAdd(c, hn::LoadU(d, x), s0);
        s1 = hn::MulAdd(c, hn::LoadU(d, x + step), s1);
        s2 = hn::MulAdd(c, hn::LoadU(d, x + 2 * step), s2);
        s3 = hn::MulAdd(c, hn::LoadU(d, x + 3 * step), s3);
      }
      hn::StoreU(s0, d, out[j] + r);
      hn::StoreU(s1, d, out[j] + r + step);
      hn::StoreU(s2, d, out[j] + r + 2 * step);
      hn::StoreU(s3, d, out[j] + r + 3 * step);
    }
    for (; r < n; r += step) {
      V s = hn::Zero(d);
      for (int i = first; i < last; ++i) {
        s = hn::MulAdd(hn::Set(d, coefficient[i]), hn::LoadU(d, columns[i] + r), s);
      }
      hn::StoreU(s, d, out[j] + r);
    }
  }
}

void scale(const double* const* columns, int k, const double* s, index_t n, double* const* out) {
  const D d;
  const index_t step = lanes();
  for (int j = 0; j < k; ++j) {
    for (index_t r = 0; r < n; r += step) {
      hn::StoreU(hn::Mul(hn::LoadU(d, columns[j] + r), hn::LoadU(d, s + r)), d, out[j] + r);
    }
  }
}

}  // namespace

void fill(FoldKernels& kernels) {
  kernels = {static_cast<int>(kRoom * lanes()), gram, gram_with_last, project, sum, combine, scale};
}

}  // namespace nlsq::reduce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <array>

#include "engine/interpreter/dispatch.hpp"
namespace nlsq::reduce {

using engine::Isa;

const FoldKernels& fold_kernels(Isa wanted) {
  static const std::array<FoldKernels, 5> all = [] {
    std::array<FoldKernels, 5> made{};
    for (const Isa isa : {Isa::portable, Isa::sse4, Isa::avx2, Isa::avx512, Isa::neon}) {
      FoldKernels& kernels = made[static_cast<std::size_t>(isa)];
      NLSQ_DISPATCH(isa, fill(kernels))
    }
    return made;
  }();
  return all[static_cast<std::size_t>(wanted)];
}

}  // namespace nlsq::reduce
#endif
