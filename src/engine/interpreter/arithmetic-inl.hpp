// SPDX-License-Identifier: MIT
// Arithmetic, comparisons and choices: one SIMD loop an operation, compiled for each instruction
// set and for both precisions (loops-inl.hpp). NaN goes through min, max and sign. Read once for
// each instruction set.
#if defined(NLSQ_ARITHMETIC_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NLSQ_ARITHMETIC_INL
#undef NLSQ_ARITHMETIC_INL
#else
#define NLSQ_ARITHMETIC_INL
#endif

#include "engine/divide-inl.hpp"
#include "engine/interpreter/loops-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlsq::engine::HWY_NAMESPACE {
namespace NLSQ_KERNELS {

template <class F, int kMask>
HWY_NOINLINE void ternary(const Call& call, index_t n) {
  const D d;
  const index_t step = static_cast<index_t>(hn::Lanes(d));
  const Real *pa = values(call.a), *pb = values(call.b), *pc = values(call.c);
  Real* to = values(call.d);
  const V b = hn::LoadU(d, pb), c = hn::LoadU(d, pc);
  for (index_t i = 0; i < n; i += step) {
    const V x = hn::LoadU(d, pa + i);
    const V y = operand<(kMask & 2) != 0>(pb, i, b);
    const V z = operand<(kMask & 4) != 0>(pc, i, c);
    hn::StoreU(F::run(x, y, z), d, to + i);
  }
}

// Horner's rule, coefficients in successive slots, the highest last; they stay in registers.
template <int kDegree, bool kSubtract>
HWY_INLINE void run_polynomial(const Call& call, index_t n) {
  const D d;
  const index_t step = static_cast<index_t>(hn::Lanes(d));
  const Real *pa = values(call.a), *pb = values(call.b), *pe = values(call.e);
  Real* to = values(call.d);
  V c[kDegree + 1];
#pragma GCC unroll 8
  for (int k = 0; k <= kDegree; ++k) c[k] = hn::LoadU(d, pb + k * kSlotWidth);
  for (index_t i = 0; i < n; i += step) {
    const V x = hn::LoadU(d, pa + i);
    V sum = c[kDegree];
#pragma GCC unroll 8
    for (int k = kDegree - 1; k >= 0; --k) sum = hn::MulAdd(sum, x, c[k]);
    if constexpr (kSubtract) sum = hn::Sub(sum, hn::LoadU(d, pe + i));
    hn::StoreU(sum, d, to + i);
  }
}

template <bool kSubtract>
HWY_INLINE void run_polynomial_of_any_degree(const Call& call, index_t n) {
  const D d;
  const index_t step = static_cast<index_t>(hn::Lanes(d));
  const Real *pa = values(call.a), *pb = values(call.b), *pe = values(call.e);
  Real* to = values(call.d);
  for (index_t i = 0; i < n; i += step) {
    const V x = hn::LoadU(d, pa + i);
    V sum = hn::LoadU(d, pb + call.imm * kSlotWidth);
    for (int k = call.imm - 1; k >= 0; --k)
      sum = hn::MulAdd(sum, x, hn::LoadU(d, pb + k * kSlotWidth));
    if constexpr (kSubtract) sum = hn::Sub(sum, hn::LoadU(d, pe + i));
    hn::StoreU(sum, d, to + i);
  }
}

template <bool kSubtract>
HWY_INLINE void polynomial_of_degree(const Call& call, index_t n) {
  switch (call.imm) {
    case 2: return run_polynomial<2, kSubtract>(call, n);
    case 3: return run_polynomial<3, kSubtract>(call, n);
    case 4: return run_polynomial<4, kSubtract>(call, n);
    case 5: return run_polynomial<5, kSubtract>(call, n);
    default: return run_polynomial_of_any_degree<kSubtract>(call, n);
  }
}

HWY_NOINLINE void polynomial(const Call& call, index_t n) {
  call.e == nullptr ? polynomial_of_degree<false>(call, n) : polynomial_of_degree<true>(call, n);
}

HWY_NOINLINE void copy(const Call& call, index_t n) {
  for (index_t i = 0; i < n; ++i) values(call.d)[i] = values(call.a)[i];
}

// a·b + c − e, e a vector.
template <int kMask>
HWY_NOINLINE void fma_sub(const Call& call, index_t n) {
  const D d;
  const index_t step = static_cast<index_t>(hn::Lanes(d));
  const Real *pa = values(call.a), *pb = values(call.b);
  const Real *pc = values(call.c), *pe = values(call.e);
  Real* to = values(call.d);
  const V b = hn::LoadU(d, pb), c = hn::LoadU(d, pc);
  for (index_t i = 0; i < n; i += step) {
    const V x = hn::LoadU(d, pa + i);
    const V y = operand<(kMask & 2) != 0>(pb, i, b);
    const V z = operand<(kMask & 4) != 0>(pc, i, c);
    hn::StoreU(hn::Sub(hn::MulAdd(x, y, z), hn::LoadU(d, pe + i)), d, to + i);
  }
}

HWY_INLINE V zero() { return hn::Zero(D()); }
HWY_INLINE V one() { return hn::Set(D(), Real{1}); }
template <class M>
HWY_INLINE V truth(M mask) {
  return hn::IfThenElse(mask, one(), zero());
}

struct Add {
  static HWY_INLINE V run(V x, V y) { return hn::Add(x, y); }
};
struct Sub {
  static HWY_INLINE V run(V x, V y) { return hn::Sub(x, y); }
};
struct Mul {
  static HWY_INLINE V run(V x, V y) { return hn::Mul(x, y); }
};
struct Div {
  static HWY_INLINE V run(V x, V y) { return divide(x, y); }
};
struct StrongMul {
  static HWY_INLINE V run(V x, V y) {
    const auto none = hn::Or(hn::Eq(x, zero()), hn::Eq(y, zero()));
    return hn::IfThenElse(none, zero(), hn::Mul(x, y));
  }
};
struct Fma {
  static HWY_INLINE V run(V x, V y, V z) { return hn::MulAdd(x, y, z); }
};
struct Fms {
  static HWY_INLINE V run(V x, V y, V z) { return hn::MulSub(x, y, z); }
};
struct Fnma {
  static HWY_INLINE V run(V x, V y, V z) { return hn::NegMulAdd(x, y, z); }
};
struct Square {
  static HWY_INLINE V run(V x) { return hn::Mul(x, x); }
};
struct Reciprocal {
  static HWY_INLINE V run(V x) { return divide(one(), x); }
};
struct Neg {
  static HWY_INLINE V run(V x) { return hn::Neg(x); }
};
struct Abs {
  static HWY_INLINE V run(V x) { return hn::Abs(x); }
};
struct Sqrt {
  static HWY_INLINE V run(V x) { return hn::Sqrt(x); }
};
struct Floor {
  static HWY_INLINE V run(V x) { return hn::Floor(x); }
};
struct Ceil {
  static HWY_INLINE V run(V x) { return hn::Ceil(x); }
};
struct Sign {
  static HWY_INLINE V run(V x) {
    const V s = hn::IfThenElse(hn::Lt(zero(), x), one(),
                               hn::IfThenElse(hn::Lt(x, zero()), hn::Neg(one()), x));
    return s;
  }
};
struct Min {
  static HWY_INLINE V run(V x, V y) {
    return hn::IfThenElse(hn::IsNaN(x), x, hn::IfThenElse(hn::Le(x, y), x, y));
  }
};
struct Max {
  static HWY_INLINE V run(V x, V y) {
    return hn::IfThenElse(hn::IsNaN(x), x, hn::IfThenElse(hn::Ge(x, y), x, y));
  }
};
struct Lt {
  static HWY_INLINE V run(V x, V y) { return truth(hn::Lt(x, y)); }
};
struct Le {
  static HWY_INLINE V run(V x, V y) { return truth(hn::Le(x, y)); }
};
struct Eq {
  static HWY_INLINE V run(V x, V y) { return truth(hn::Eq(x, y)); }
};
// NOTE: Highway's Ne is false for NaN on AVX2 and AVX-512 only; NaN is not equal to anything, so Eq
// decides.
template <class M>
HWY_INLINE V untruth(M mask) {
  return hn::IfThenElse(mask, zero(), one());
}
struct Ne {
  static HWY_INLINE V run(V x, V y) { return untruth(hn::Eq(x, y)); }
};
struct And {
  static HWY_INLINE V run(V x, V y) {
    return untruth(hn::Or(hn::Eq(x, zero()), hn::Eq(y, zero())));
  }
};
struct Or {
  static HWY_INLINE V run(V x, V y) {
    return untruth(hn::And(hn::Eq(x, zero()), hn::Eq(y, zero())));
  }
};
struct Not {
  static HWY_INLINE V run(V x) { return truth(hn::Eq(x, zero())); }
};
struct Where {
  static HWY_INLINE V run(V c, V x, V y) { return hn::IfThenElse(hn::Eq(c, zero()), y, x); }
};

// From a float32 column, which in single precision is a copy.
template <class T>
HWY_NOINLINE void widen(const Call& call, index_t n) {
  const hn::ScalableTag<T> d;
  const auto* from = reinterpret_cast<const float*>(call.a);
  T* to = values(call.d);
  const index_t step = static_cast<index_t>(hn::Lanes(d));
  for (index_t i = 0; i < n; i += step) {
    if constexpr (sizeof(T) == sizeof(float)) {
      hn::StoreU(hn::LoadU(d, from + i), d, to + i);
    } else {
      const hn::Rebind<float, decltype(d)> narrow;
      hn::StoreU(hn::PromoteTo(d, hn::LoadU(narrow, from + i)), d, to + i);
    }
  }
}

template <class F>
void add_unary(KernelTable& table, Code code) {
  table[static_cast<std::size_t>(code)][0] = unary<F>;
}
template <class F>
void add_binary(KernelTable& table, Code code) {
  table[static_cast<std::size_t>(code)][0] = binary<F, 0>;
}
template <class F>
void add_binary_scalar(KernelTable& table, Code code) {
  auto& row = table[static_cast<std::size_t>(code)];
  row[0] = binary<F, 0>;
  row[1] = binary<F, 1>;
  row[2] = binary<F, 2>;
}
template <class F>
void add_ternary_scalar(KernelTable& table, Code code) {
  auto& row = table[static_cast<std::size_t>(code)];
  row[0] = ternary<F, 0>;
  row[2] = ternary<F, 2>;
  row[4] = ternary<F, 4>;
  row[6] = ternary<F, 6>;
}

void add(KernelTable& table) {
  add_binary_scalar<Add>(table, Code::add);
  add_binary_scalar<Sub>(table, Code::sub);
  add_binary_scalar<Mul>(table, Code::mul);
  add_binary_scalar<Div>(table, Code::div);
  add_binary<StrongMul>(table, Code::strong_mul);
  add_ternary_scalar<Fma>(table, Code::fma);
  add_ternary_scalar<Fms>(table, Code::fms);
  add_ternary_scalar<Fnma>(table, Code::fnma);
  add_unary<Reciprocal>(table, Code::reciprocal);
  add_unary<Square>(table, Code::square);
  add_unary<Neg>(table, Code::neg);
  add_unary<Abs>(table, Code::abs);
  add_unary<Sqrt>(table, Code::sqrt);
  add_unary<Floor>(table, Code::floor);
  add_unary<Ceil>(table, Code::ceil);
  add_unary<Sign>(table, Code::sign);
  add_binary<Min>(table, Code::min);
  add_binary<Max>(table, Code::max);
  add_binary<Lt>(table, Code::lt);
  add_binary<Le>(table, Code::le);
  add_binary<Eq>(table, Code::eq);
  add_binary<Ne>(table, Code::ne);
  add_binary<And>(table, Code::logical_and);
  add_binary<Or>(table, Code::logical_or);
  add_unary<Not>(table, Code::logical_not);
  table[static_cast<std::size_t>(Code::polynomial)][2] = polynomial;
  table[static_cast<std::size_t>(Code::copy)][0] = copy;
  auto& row = table[static_cast<std::size_t>(Code::fma_sub)];
  row[0] = fma_sub<0>;
  row[2] = fma_sub<2>;
  row[4] = fma_sub<4>;
  row[6] = fma_sub<6>;
  table[static_cast<std::size_t>(Code::where)][0] = ternary<Where, 0>;
  table[static_cast<std::size_t>(Code::widen)][0] = widen<Real>;
}

}  // namespace NLSQ_KERNELS
}  // namespace nlsq::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NLSQ_ARITHMETIC_INL
