// SPDX-License-Identifier: MIT
#include "search/sobol.hpp"

#include <algorithm>
#include <bit>

#include "base/hash.hpp"

namespace nlsq::search {
namespace {

// Degree and inner coefficients of a primitive polynomial, first direction numbers.
struct Row {
  int degree;
  std::uint32_t coefficients;
  std::array<std::uint32_t, 5> first;
};
constexpr std::array<Row, 9> kRows = {{{1, 0, {1}},
                                       {2, 1, {1, 3}},
                                       {3, 1, {1, 3, 1}},
                                       {3, 2, {1, 1, 1}},
                                       {4, 1, {1, 1, 3, 3}},
                                       {4, 4, {1, 3, 5, 13}},
                                       {5, 2, {1, 1, 5, 5, 17}},
                                       {5, 4, {1, 1, 5, 5, 5}},
                                       {5, 7, {1, 1, 7, 11, 19}}}};

}  // namespace

Sobol::Sobol(index_t dimensions, std::uint64_t seed) : dimensions_(dimensions), seed_(seed) {
  const auto tabled = std::min(dimensions, static_cast<index_t>(kRows.size()) + 1);
  for (index_t d = 0; d < tabled; ++d) {
    std::array<std::uint32_t, kBits> v{};
    if (d == 0) {  // van der Corput
      for (std::size_t i = 0; i < kBits; ++i) v[i] = 1u << (31 - i);
    } else {
      const Row& row = kRows[static_cast<std::size_t>(d - 1)];
      const auto s = static_cast<std::size_t>(row.degree);
      for (std::size_t i = 0; i < kBits; ++i) {
        if (i < s) {
          v[i] = row.first[i] << (31 - i);
          continue;
        }
        v[i] = v[i - s] ^ (v[i - s] >> s);
        for (std::size_t k = 1; k < s; ++k) {
          if ((row.coefficients >> (s - 1 - k)) & 1) v[i] ^= v[i - k];
        }
      }
    }
    directions_.push_back(v);
    state_.push_back(static_cast<std::uint32_t>(base::hash(seed + static_cast<std::uint64_t>(d))));
  }
}

void Sobol::next(double* point) {
  const auto tabled = static_cast<index_t>(directions_.size());
  for (index_t d = 0; d < dimensions_; ++d) {
    const std::uint64_t other =
        seed_ + 977 * std::uint64_t{count_} + 31 * static_cast<std::uint64_t>(d);
    const std::uint32_t bits = d < tabled ? state_[static_cast<std::size_t>(d)]
                                          : static_cast<std::uint32_t>(base::hash(other) >> 32);
    point[d] = (static_cast<double>(bits) + 0.5) * 0x1p-32;
  }
  ++count_;
  const auto bit = static_cast<std::size_t>(std::countr_zero(count_));
  if (bit < kBits) {
    for (std::size_t d = 0; d < directions_.size(); ++d) state_[d] ^= directions_[d][bit];
  }
}

}  // namespace nlsq::search
