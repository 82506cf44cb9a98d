// SPDX-License-Identifier: MIT
// libFuzzer target for formulas. Seeds: corpus/formula. A shorter run without libFuzzer is
// tests/expr/fuzz_seeds_test.cpp.
#include <cstddef>
#include <cstdint>

#include "formula_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  nlsq::expr::try_formula({reinterpret_cast<const char*>(data), size});
  return 0;
}
