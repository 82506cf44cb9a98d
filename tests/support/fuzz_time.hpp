// SPDX-License-Identifier: MIT
// How long the deterministic fuzzers run: NLSQ_FUZZ_SECONDS, by default two seconds. The inputs are
// the same each time; a slow machine sees fewer of them.
#pragma once

#include <chrono>
#include <cstdlib>

namespace nlsq::test {

class FuzzTime {
 public:
  bool left() const { return std::chrono::steady_clock::now() < end_; }

 private:
  static long seconds() {
    const char* value = std::getenv("NLSQ_FUZZ_SECONDS");
    return value == nullptr ? 2 : std::strtol(value, nullptr, 10);
  }
  std::chrono::steady_clock::time_point end_ =
      std::chrono::steady_clock::now() + std::chrono::seconds(seconds());
};

}  // namespace nlsq::test
