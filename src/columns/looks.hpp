// SPDX-License-Identifier: MIT
// What is known of the terms' data from the first pass over their rows, and of what no pass looks
// at.
#pragma once

#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "base/small_vector.hpp"
#include "columns/first_look.hpp"
#include "columns/moments.hpp"
#include "columns/term_view.hpp"
#include "nlsq/fit.hpp"
#include "reduce/term.hpp"

namespace nlsq::fit_impl {

/// One a term; empty where no pass looks at it.
using Looks = std::pmr::vector<std::optional<FirstLook>>;

/// Has those terms looked at in their first pass where that pays.
void look_first(std::span<const TermView> terms, std::span<reduce::Term> bound,
                const FitOptions& options, Looks& looks);

/// Moments of all responses, from the first look at their term if there was one.
base::SmallVector<Moments, 4> moments_of(std::span<const TermView> terms, const Looks& looks,
                                         const FitOptions& options, bool on_device);

/// What tells later that an array was changed, where the options asked for it.
void report_fingerprints(const Looks& looks, FitResult& result);

}  // namespace nlsq::fit_impl
