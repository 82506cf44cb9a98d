// SPDX-License-Identifier: MIT
// What a plan must know of a problem.
#pragma once

#include <span>

#include "plan/plan.hpp"
#include "problem/problem.hpp"

namespace nlsq::fit_impl {

/// What a plan is made from, but for the device.
plan::Shape shape_of(std::span<const TermView> terms, const Problem& problem);

}  // namespace nlsq::fit_impl
