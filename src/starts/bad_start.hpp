// SPDX-License-Identifier: MIT
// What is said of a start at which a model is not finite.
#pragma once

#include <optional>
#include <span>

#include "problem/binding.hpp"
#include "problem/parameters.hpp"
#include "reduce/fault.hpp"

namespace nlsq::fit_impl {

/// Throws InputError: the response differs from row to row by less than can be squared.
[[noreturn]] void throw_underflow();

/// Throws InputError: of the data where a response is not finite, else of p0, with the first row
/// that spoils the sum of squares, its columns and the start. No fault: the sum overflows.
[[noreturn]] void throw_bad_start(const std::optional<reduce::Fault>& fault,
                                  const ParameterTable& table, std::span<const TermView> terms);

}  // namespace nlsq::fit_impl
