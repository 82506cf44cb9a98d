// SPDX-License-Identifier: MIT
// What differs between trf, lm and dogbox: how a step is found from the summary and a radius.
// The loop in minimizer.cpp calls place once, then model at every new point, then propose and
// resize for every trial. See docs/architecture.md, "solve".
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>

#include "nlsq/options.hpp"
#include "solve/state.hpp"

namespace nlsq::solve {

class Strategy {
 public:
  virtual ~Strategy() = default;

  /// Moves a feasible start to where the strategy can work (trf: strictly inside the bounds).
  virtual void place(const State& state, std::span<double> x) const { (void)state, (void)x; }

  /// A first radius, after the first summary and scales are known.
  virtual void start(State& state) = 0;

  /// Prepares for steps from state.here; sets newton_reduction.
  virtual void model(State& state) = 0;

  /// Sets step, trial.x, step_length, predicted and held_short for the present radius.
  virtual void propose(State& state) = 0;

  /// Factor by which the scale of a parameter may follow its shrinking column; 1: not at all.
  virtual double scale_memory() const { return 1.0; }

  /// A new radius after the trial gave `actual` reduction of the cost.
  virtual void resize(State& state, double actual) const;
};

/// Room for any strategy, so that making one allocates nothing.
class StrategyRoom {
 public:
  struct Destroy {
    void operator()(Strategy* strategy) const { std::destroy_at(strategy); }
  };

  template <class S>
  std::unique_ptr<Strategy, Destroy> make(const State& state) {
    static_assert(sizeof(S) <= kBytes && alignof(S) <= alignof(std::max_align_t));
    return std::unique_ptr<Strategy, Destroy>(new (bytes_) S(state));
  }

 private:
  static constexpr std::size_t kBytes = 4096;
  alignas(std::max_align_t) std::byte bytes_[kBytes];
};

/// A strategy in a room that outlives it.
using StrategyPtr = std::unique_ptr<Strategy, StrategyRoom::Destroy>;

/// What stands for automatic: trf takes bounds and every loss.
constexpr Method method_of(Method method) {
  return method == Method::automatic ? Method::trf : method;
}

StrategyPtr make_strategy(Method method, const State& state, StrategyRoom& room);
// make_trf, make_lm …: one a row of options.def, each in the file of its method.
#define NLSQ_METHOD(id, name, bounds, sparse, meaning) \
  StrategyPtr make_##id(const State& state, StrategyRoom& room);
#include "nlsq/options.def"
/// trf and lm on models that are no triangles; dogbox tells by the state.
StrategyPtr make_local_trust(const State& state, StrategyRoom& room);

}  // namespace nlsq::solve
