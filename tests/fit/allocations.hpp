// SPDX-License-Identifier: MIT
// Counts what a piece of code allocates; the operators are in allocation_test.cpp.
#pragma once

namespace nlsq::test {

struct Allocations {
  long count = 0;  ///< calls of operator new
  long peak = 0;   ///< most bytes held at once of those allocated since the start
};

/// False under sanitizers, which have operators of their own.
bool counts_allocations();
void start_counting();
Allocations stop_counting();

}  // namespace nlsq::test
