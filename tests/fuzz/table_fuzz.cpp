// SPDX-License-Identifier: MIT
// libFuzzer target for tables. Seeds: corpus/table. A shorter run without libFuzzer is
// tests/data/fuzz_seeds_test.cpp.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "table_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  nlsq::data::try_table(input, 0, 1);
  if (nlsq::data::try_table(input, 4, 3) != nlsq::data::try_table(input, 1 << 20, 1)) std::abort();
  return 0;
}
