// SPDX-License-Identifier: MIT
#include "rows/leaf_sums.hpp"

#include <cstring>

#include "base/hash.hpp"

namespace nlsq::rows {

// The compiler makes vectors of the inner loop.
void ByteSum::add(const void* bytes, index_t size) {
  constexpr index_t kStep = kStreams * 8;
  const char* at = static_cast<const char*>(bytes);
  std::uint64_t sums[kStreams], of_sums[kStreams];
  std::memcpy(sums, sums_, sizeof(sums));
  std::memcpy(of_sums, sums_of_sums_, sizeof(of_sums));
  const auto step = [&](const std::uint64_t* words) {
    for (int s = 0; s < kStreams; ++s) {
      sums[s] += words[s];
      of_sums[s] += sums[s];
    }
  };
  std::uint64_t words[kStreams];
  for (; size >= kStep; at += kStep, size -= kStep) {
    std::memcpy(words, at, kStep);
    step(words);
  }
  if (size > 0) {
    std::memset(words, 0, sizeof(words));
    std::memcpy(words, at, static_cast<std::size_t>(size));
    step(words);
  }
  std::memcpy(sums_, sums, sizeof(sums));
  std::memcpy(sums_of_sums_, of_sums, sizeof(of_sums));
}

std::uint64_t ByteSum::value() const {
  std::uint64_t all = 0;
  for (int s = 0; s < kStreams; ++s)
    all = base::hash(all ^ base::hash(sums_[s]) ^ (sums_of_sums_[s] * 0x9E3779B97F4A7C15U));
  return all | 1U;
}

}  // namespace nlsq::rows
