// SPDX-License-Identifier: MIT
// Levenberg-Marquardt for as many fits as a vector has lanes: Gauss-Newton steps while they keep
// what they promise, damped by λ·diag(JᵀJ) (Marquardt 1963) when not, then Gauss-Newton steps
// judged by their length. Where residuals are large JᵀJ falls short of the Hessian by S = Σ f ∇²f,
// and its steps shrink by a constant factor or not at all; S is learned from the gradients by
// symmetric rank-one updates (Nocedal and Wright 2006, eq. 6.24) and used near the minimum, and
// elsewhere when it foretold the last step better (Dennis, Gay and Welsch 1981, §4). Bounds by
// projection: a parameter at a bound that descent would push through it is held (Bertsekas 1982,
// §2), the rest of the step is cut off at the bounds. The normal equations are solved by LDLᵀ,
// which column scaling does not change; fits they are too ill-conditioned for are finished
// elsewhere.
#include "batch/lanes.hpp"

#include <limits>

#include "engine/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "batch/lane_solver.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "batch/lane_algebra-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlsq::batch::HWY_NAMESPACE {
namespace solver {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kAcceptable = 1e-4;  // share of the promised reduction that makes a step good
constexpr double kFirstDamping = 1e-2;
constexpr double kMostEasing = 0.2;
constexpr double kDampedLittle = 1.0;  // λ at which the tolerances still say something
constexpr double kMostDamping = 1e12;
constexpr double kLastDigits = 2e-12;  // a relative step at which polishing has nothing to do
constexpr double kFruitless = 3;       // polish steps without a shorter next one
constexpr double kNear = 1e-2;         // share of the cost a step is about: S is used below
constexpr double kNoise = 1e-24;       // and below this one gradients differ by rounding
constexpr double kMostCurved = 1e3;    // of the diagonal of JᵀJ, what an update may add
constexpr double kAstray = 8;          // and when it is no minimum yet
constexpr double kNotThere = 1e-8;     // standard errors that polishing must have come down to

// Updates S with the step from x to an accepted trial, and says whether to use it.
template <int kN>
HWY_INLINE void learn(const LaneState& s, M accepted, M first, V reduction, V predicted,
                      Size<kN> size) {
  const index_t n = size.n;
  const V two_cost = load(s.summary, packed_index(n, n)), used = load(s.uses_curvature, 0);
  const V curved = load(s.curved, 0);
  const M near = hn::Lt(predicted, hn::Mul(set(kNear), two_cost));
  // What the two models foretold.
  const M uses = hn::Gt(used, zero());
  const V plain = choose(uses, hn::Add(predicted, curved), predicted);
  const V with = choose(uses, predicted, hn::Sub(predicted, curved));
  const M closer = hn::Lt(hn::Abs(hn::Sub(reduction, with)), hn::Abs(hn::Sub(reduction, plain)));
  const M use = without(either(near, closer), first);
  store(choose(use, set(1.0), zero()), s.uses_curvature, 0);

  const M teaches =
      without(both(accepted, hn::Gt(predicted, hn::Mul(set(kNoise), two_cost))), first);
  V step[Size<kN>::most], missed[Size<kN>::most];
  for (index_t i = 0; i < n; ++i) step[i] = hn::Sub(load(s.trial, i), load(s.x, i));
  V along = zero();
  const auto mean = [&](index_t e) {
    return hn::Mul(set(0.5), hn::Add(load(s.summary, e), load(s.trial_summary, e)));
  };
  for (index_t i = 0; i < n; ++i) {
    const V change =
        hn::Sub(load(s.trial_summary, packed_index(n, i)), load(s.summary, packed_index(n, i)));
    const V expected = hn::Add(times(mean, i, step, n),
                               times([&](index_t e) { return load(s.curvature, e); }, i, step, n));
    missed[i] = hn::Sub(change, expected);
    along = hn::MulAdd(missed[i], step[i], along);
  }
  M safe = hn::Lt(zero(), hn::Abs(along));
  const V most = hn::Mul(set(kMostCurved), hn::Abs(along));
  for (index_t i = 0; i < n; ++i) {
    const V scale = load(s.trial_summary, packed_index(i, i));
    safe = both(safe, hn::Le(hn::Mul(missed[i], missed[i]), hn::Mul(most, scale)));
  }
  const V weight = choose(both(teaches, safe), divide(set(1.0), along), zero());
  for (index_t i = 0; i < n; ++i) {
    const V row = hn::Mul(weight, missed[i]);
    for (index_t j = 0; j <= i; ++j) {
      const index_t e = packed_index(i, j);
      const V sum = hn::MulAdd(row, missed[j], load(s.curvature, e));
      store(choose(hn::Eq(weight, zero()), load(s.curvature, e), sum), s.curvature, e);
    }
  }
}

// Was the last step a good one? Moves x there if so, and sets λ for the next.
struct Judgement {
  M first, accepted, ftol, start_fails, polish_fails;
};

template <int kN>
HWY_INLINE Judgement judge(const LaneState& s, const LaneRules& rules, Size<kN> size) {
  const index_t n = size.n, total = packed_index(n, n);
  const V before = load(s.summary, total), after = load(s.trial_summary, total);
  const V predicted = load(s.predicted, 0), lambda = load(s.lambda, 0), rise = load(s.rise, 0);
  const V nfev = load(s.nfev, 0), polished = load(s.polished, 0);
  const M is_finite = finite(s.trial_summary, size);
  const M first = hn::Eq(nfev, zero());
  const M polishing = hn::Ge(polished, zero());
  const V reduction = hn::Sub(before, after);
  const V tiny = hn::Mul(set(rules.ftol), before);
  Judgement j;
  j.first = first;
  // A step that was held short reduces little wherever it is.
  const M whole = both(is_finite, hn::Le(lambda, set(kDampedLittle)));
  j.ftol =
      without(both(whole, both(hn::Le(hn::Abs(reduction), tiny), hn::Le(predicted, tiny))), first);
  const M better =
      both(hn::Gt(reduction, hn::Mul(set(kAcceptable), predicted)), hn::Gt(reduction, zero()));
  const M bearable = both(polishing, hn::Le(after, hn::Mul(before, set(1.0 + 1e-6))));
  j.accepted = both(is_finite, either(either(first, better), either(j.ftol, bearable)));
  j.start_fails = without(first, is_finite);
  j.polish_fails = without(polishing, j.accepted);
  const V since = load(s.since_best, 0);
  store(choose(j.polish_fails, hn::Add(since, set(1.0)), since), s.since_best, 0);

  // Madsen, Nielsen and Tingleff (2004), eq. 2.21, and Gauss-Newton where the damping is nothing.
  const V ratio = divide(reduction, hn::Max(predicted, set(1e-300)));
  const V excess = hn::MulSub(set(2.0), hn::Min(ratio, set(1.0)), set(1.0));
  const V shrink =
      hn::Max(set(kMostEasing), hn::NegMulAdd(hn::Mul(excess, excess), excess, set(1.0)));
  const V damping = hn::Max(lambda, set(kFirstDamping));
  const M poor = hn::Lt(ratio, set(0.25));
  V next = hn::Mul(choose(poor, damping, lambda), choose(poor, set(4.0), shrink));
  next = choose(either(first, hn::Lt(next, set(1e-4))), zero(), next);
  const V failed = hn::Mul(choose(is_finite, damping, hn::Max(damping, set(1.0))), rise);
  next = choose(j.accepted, next, failed);
  // A Gauss-Newton step that overshoots is cut about in half.
  next = choose(polishing, choose(j.accepted, zero(), hn::Max(hn::Mul(lambda, set(4.0)), set(1.0))),
                next);
  store(choose(j.ftol, zero(), next), s.lambda, 0);
  store(choose(j.accepted, set(4.0), hn::Mul(rise, set(3.0))), s.rise, 0);
  store(hn::Add(nfev, set(1.0)), s.nfev, 0);
  store(choose(both(polishing, j.accepted), hn::Add(polished, set(1.0)), polished), s.polished, 0);

  learn(s, j.accepted, first, reduction, predicted, size);
  for (index_t e = 0; e < summary_size(n); ++e)
    store(choose(j.accepted, load(s.trial_summary, e), load(s.summary, e)), s.summary, e);
  store(choose(j.accepted, load(s.trial_f2, 0), load(s.f2, 0)), s.f2, 0);
  for (index_t i = 0; i < n; ++i) store(choose(j.accepted, load(s.trial, i), load(s.x, i)), s.x, i);
  return j;
}

template <int kN, bool kBounded>
HWY_INLINE unsigned step(const LaneState& s, const LaneRules& rules) {
  const Size<kN> size(s.n);
  const index_t n = size.n;
  const Judgement judged = judge(s, rules, size);
  const V two_cost = load(s.summary, packed_index(n, n));

  M held[Size<kN>::most];
  if constexpr (kBounded) {
    for (index_t i = 0; i < n; ++i) {
      const V x = load(s.x, i), g = load(s.summary, packed_index(n, i));
      held[i] = either(both(hn::Le(x, load(s.lower, i)), hn::Gt(g, zero())),
                       both(hn::Ge(x, load(s.upper, i)), hn::Lt(g, zero())));
    }
  }
  const auto is_held = [&](index_t i) {
    if constexpr (kBounded) return held[i];
    return hn::Lt(zero(), zero());
  };

  // The cosine of the angle between the residual and each column.
  M gtol = hn::Eq(zero(), zero());
  const V bar = hn::Mul(set(rules.gtol * rules.gtol), two_cost);
  for (index_t i = 0; i < n; ++i) {
    const V g = load(s.summary, packed_index(n, i)), square = load(s.summary, packed_index(i, i));
    gtol = both(gtol, either(is_held(i), hn::Le(hn::Mul(g, g), hn::Mul(bar, square))));
  }
  V met = load(s.met, 0), lambda = load(s.lambda, 0);
  const M already = hn::Gt(met, zero());
  gtol = both(without(gtol, already), judged.accepted);
  met = choose(gtol, set(Leaving::gtol), met);
  const M ftol = without(judged.ftol, hn::Gt(met, zero()));
  met = choose(ftol, set(Leaving::ftol), met);
  lambda = choose(both(hn::Gt(met, zero()), judged.accepted), zero(), lambda);

  Factors<kN> factors;
  const auto hessian = [&](index_t e) {
    return hn::MulAdd(load(s.uses_curvature, 0), load(s.curvature, e), load(s.summary, e));
  };
  const M sound = factors.factor(hessian, size, lambda, is_held);
  // Not a minimum that S sees: without it.
  const M wild = without(hn::Gt(load(s.uses_curvature, 0), zero()), sound);
  if (!hn::AllFalse(D(), wild)) {
    store(choose(wild, zero(), load(s.uses_curvature, 0)), s.uses_curvature, 0);
    factors.factor(hessian, size, lambda, is_held);
  }
  V step[Size<kN>::most];
  for (index_t i = 0; i < n; ++i) step[i] = hn::Neg(load(s.summary, packed_index(n, i)));
  factors.solve(step, size);

  // decrement: gᵀA⁻¹g, the squared step in units of sigma² when λ = 0.
  V decrement = zero(), length = zero(), norm = zero();
  M last_digits = hn::Eq(zero(), zero());
  for (index_t i = 0; i < n; ++i) {
    const V x = load(s.x, i), square = load(s.summary, packed_index(i, i));
    decrement = hn::NegMulAdd(step[i], load(s.summary, packed_index(n, i)), decrement);
    length = hn::MulAdd(hn::Mul(step[i], step[i]), square, length);
    norm = hn::MulAdd(hn::Mul(x, x), square, norm);
    last_digits =
        both(last_digits, hn::Le(hn::Abs(step[i]), hn::Mul(hn::Abs(x), set(kLastDigits))));
  }
  V predicted = hn::MulAdd(lambda, length, decrement);
  if constexpr (kBounded) {
    // The step that is left between the bounds, and what it promises.
    V slope = zero();
    length = zero();
    for (index_t i = 0; i < n; ++i) {
      const V x = load(s.x, i), square = load(s.summary, packed_index(i, i));
      const V to = hn::Min(hn::Max(hn::Add(x, step[i]), load(s.lower, i)), load(s.upper, i));
      step[i] = hn::Sub(to, x);
      slope = hn::MulAdd(step[i], load(s.summary, packed_index(n, i)), slope);
      length = hn::MulAdd(hn::Mul(step[i], step[i]), square, length);
      store(to, s.trial, i);
    }
    predicted = hn::Sub(hn::Mul(set(-2.0), slope), quadratic(hessian, step, n));
  } else {
    for (index_t i = 0; i < n; ++i) store(hn::Add(load(s.x, i), step[i]), s.trial, i);
  }
  store(quadratic([&](index_t e) { return load(s.curvature, e); }, step, n), s.curved, 0);

  const V xtol = set(rules.xtol * rules.xtol);
  const M fresh = both(judged.accepted, hn::Le(lambda, set(kDampedLittle)));
  const M short_step = both(hn::Lt(length, hn::Mul(xtol, norm)), fresh);
  const M meets_xtol = without(short_step, already);
  met = choose(meets_xtol,
               choose(hn::Eq(met, set(Leaving::ftol)), set(Leaving::ftol_and_xtol),
                      choose(hn::Gt(met, zero()), met, set(Leaving::xtol))),
               met);

  // Polishing: the next step is measured as soon as it is a Gauss-Newton step.
  const M has_met = hn::Gt(met, zero());
  V polished = load(s.polished, 0), best = load(s.best, 0), since = load(s.since_best, 0);
  const V nfev = load(s.nfev, 0);
  const M whole = both(both(has_met, hn::Eq(lambda, zero())), judged.accepted);
  const M shorter = both(whole, hn::Lt(decrement, best));
  best = choose(shorter, decrement, best);
  since = choose(shorter, zero(), choose(whole, hn::Add(since, set(1.0)), since));
  polished = choose(both(has_met, hn::Lt(polished, zero())), zero(), polished);
  const V enough =
      hn::Mul(set(rules.polish_to * rules.polish_to), hn::Mul(two_cost, load(s.inverse_dof, 0)));
  const V near = hn::Mul(set(kNotThere * kNotThere), hn::Mul(two_cost, load(s.inverse_dof, 0)));
  const M there = both(hn::Ge(since, set(kFruitless)), hn::Le(best, near));
  const M at_end = either(either(hn::Le(decrement, enough), last_digits), there);
  const M worn = hn::Ge(polished, set(rules.max_polish));
  M done = both(has_met, both(whole, at_end));
  if (rules.polish_is_limited) done = either(done, both(has_met, worn));

  // Steps that go to and fro far from the minimum are none of ours.
  const M astray = without(either(hn::Ge(since, set(kAstray)), both(has_met, worn)), done);
  const M exhausted = either(hn::Ge(nfev, set(rules.max_nfev)), hn::Gt(lambda, set(kMostDamping)));
  const M gives_up = either(without(exhausted, has_met), astray);
  V leaving = choose(either(done, both(exhausted, has_met)), met, zero());
  leaving = choose(gives_up, set(Leaving::given_up), leaving);
  leaving = choose(judged.start_fails, set(Leaving::not_finite_at_start), leaving);

  store(lambda, s.lambda, 0);
  store(met, s.met, 0);
  store(predicted, s.predicted, 0);
  store(polished, s.polished, 0);
  store(best, s.best, 0);
  store(since, s.since_best, 0);
  store(leaving, s.leaving, 0);
  HWY_ALIGN std::uint8_t bits[8] = {};
  hn::StoreMaskBits(D(), hn::Gt(leaving, zero()), bits);
  return bits[0];
}

template <int kN>
HWY_NOINLINE unsigned step_of_size(const LaneState& s, const LaneRules& rules) {
  return rules.bounded ? step<kN, true>(s, rules) : step<kN, false>(s, rules);
}

unsigned any_step(const LaneState& s, const LaneRules& rules) {
  switch (s.n) {
    case 1: return step_of_size<1>(s, rules);
    case 2: return step_of_size<2>(s, rules);
    case 3: return step_of_size<3>(s, rules);
    case 4: return step_of_size<4>(s, rules);
    case 5: return step_of_size<5>(s, rules);
    case 6: return step_of_size<6>(s, rules);
    default: return step_of_size<0>(s, rules);
  }
}

// Column by column: A⁻¹eⱼ.
void invert(const double* summary, index_t n, double* covariance, double* pivot) {
  const Size<0> size(n);
  Factors<0> factors;
  factors.factor([&](index_t e) { return load(summary, e); }, size, zero(),
                 [](index_t) { return hn::Lt(zero(), zero()); });
  V largest = set(1.0);
  for (index_t i = 0; i < n; ++i) {
    const V square = load(summary, packed_index(i, i));
    const V share = hn::Mul(square, factors.inverse[i]);
    largest = hn::IfThenElse(hn::Gt(share, zero()), hn::Max(largest, share), set(kInfinity));
  }
  store(divide(set(1.0), largest), pivot, 0);
  for (index_t j = 0; j < n; ++j) {
    V column[kMostParameters];
    for (index_t i = 0; i < n; ++i) column[i] = set(i == j ? 1.0 : 0.0);
    factors.solve(column, size);
    for (index_t i = j; i < n; ++i) store(column[i], covariance, packed_index(i, j));
  }
}

void add(LaneKernels& kernels) {
  kernels.step = any_step;
  kernels.invert = invert;
}

}  // namespace solver
}  // namespace nlsq::batch::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "engine/interpreter/dispatch.hpp"
namespace nlsq::batch {
using engine::Isa;
void add_solver(Isa isa, LaneKernels& kernels) { NLSQ_DISPATCH(isa, solver::add(kernels)) }
}  // namespace nlsq::batch
#endif
