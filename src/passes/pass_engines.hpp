// SPDX-License-Identifier: MIT
// Who makes the passes of a fit in place of the walker (reduce/pass_engine.hpp). Which kinds there
// are is a table in pass_engines.cpp; FitOptions::device names one.
#pragma once

#include <memory>
#include <span>

#include "engine/isa.hpp"
#include "nlsq/fit.hpp"
#include "plan/environment.hpp"
#include "problem/problem.hpp"
#include "reduce/pass_engine.hpp"

namespace nlsq::fit_impl {

class PassEngines {
 public:
  virtual ~PassEngines() = default;
  /// One for each term; empty where they cannot run: the walker makes the passes.
  virtual std::span<reduce::PassEngine* const> passes() const = 0;
  /// Names what made the passes in the result, and warns if it was left on the way.
  virtual void report(FitResult& result) const = 0;
};

/// Null where none is worth it ("auto"). Throws InputError for one that does not exist.
std::unique_ptr<PassEngines> open_pass_engines(const plan::WantedDevice& wanted,
                                               const Problem& problem, engine::Isa isa);

}  // namespace nlsq::fit_impl
