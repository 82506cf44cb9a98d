// SPDX-License-Identifier: MIT
// Aligned allocation; large blocks ask for huge pages, which saves most of the page faults of
// filling them.
#include "data/storage.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <limits>
#include <new>

namespace nlsq::data {
namespace {

constexpr std::align_val_t kAlignment{std::size_t{1} << 6};
constexpr index_t kDoublesPerLine = 8;
constexpr std::size_t kHugePage = std::size_t{1} << 21;

// Advice only: a system without huge pages ignores it.
void prefer_huge_pages(double* block, std::size_t bytes) {
  if (bytes < 2 * kHugePage) return;
  const auto begin = reinterpret_cast<std::size_t>(block);
  const std::size_t first = (begin + kHugePage - 1) / kHugePage * kHugePage;
  const std::size_t last = (begin + bytes) / kHugePage * kHugePage;
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace

Storage::Storage(index_t columns, index_t rows) {
  stride_ = (rows + kDoublesPerLine - 1) / kDoublesPerLine * kDoublesPerLine + kPadding;
  constexpr auto kMost = std::numeric_limits<index_t>::max() / static_cast<index_t>(sizeof(double));
  if (columns > 0 && stride_ > kMost / columns) throw std::bad_alloc();
  const std::size_t bytes = static_cast<std::size_t>(columns * stride_) * sizeof(double);
  block_.reset(static_cast<double*>(::operator new[](bytes, kAlignment)));
  prefer_huge_pages(block_.get(), bytes);
}

void Storage::fill_padding(index_t columns, index_t rows) {
  for (index_t j = 0; j < columns; ++j)
    std::fill_n(column(j) + rows, kPadding, column(j)[rows - 1]);
}

void Storage::Free::operator()(double* block) const { ::operator delete[](block, kAlignment); }

}  // namespace nlsq::data
