// SPDX-License-Identifier: MIT
// The reasons of a plan in words, made only when somebody asks.
#pragma once

#include <string>

#include "nlsq/plan.hpp"

namespace nlsq::plan {

/// The sentence of a reason, with the plan's numbers; empty for Reason::unknown.
std::string words_of(Reason reason, const Plan& plan);

/// "1,234,567".
std::string grouped(index_t number);

/// "9 instructions", "1 row".
std::string counted(index_t number, const char* what);

std::string to_string(Plan::Fold fold);

}  // namespace nlsq::plan
