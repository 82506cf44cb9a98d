// SPDX-License-Identifier: MIT
#include "columns/fingerprint.hpp"

#include <algorithm>

#include "base/environment.hpp"
#include "base/hash.hpp"
#include "reduce/column_kernels.hpp"
#include "reduce/leaves.hpp"
#include "runtime/settings.hpp"

namespace nlsq {
namespace fit_impl {

Fingerprints::Fingerprints(const void* data, index_t bytes, index_t leaf_bytes)
    : data_(data),
      bytes_(bytes),
      leaf_bytes_(leaf_bytes),
      leaves_(static_cast<std::size_t>((bytes + leaf_bytes - 1) / leaf_bytes)) {}

Fingerprints::Fingerprints(const Values& column)
    : Fingerprints(column.data, column.size * (column.float32 ? 4 : 8),
                   reduce::kLeafRows * (column.float32 ? 4 : 8)) {}

void Fingerprints::add(index_t leaf) {
  const index_t from = leaf * leaf_bytes_;
  leaves_[static_cast<std::size_t>(leaf)] = reduce::column_kernels(engine::chosen_isa())
                                                .fingerprint(static_cast<const char*>(data_) + from,
                                                             std::min(leaf_bytes_, bytes_ - from));
}

std::uint64_t Fingerprints::value() const {
  std::uint64_t all = base::hash(bytes_);
  for (const std::uint64_t leaf : leaves_) all = base::hash(all ^ leaf);
  return all;
}

}  // namespace fit_impl

std::uint64_t fingerprint(const void* data, index_t bytes, index_t item_bytes, int threads) {
  const base::EnvironmentScope environment;
  fit_impl::Fingerprints leaves(data, bytes, reduce::kLeafRows * item_bytes);
  base::for_each_part(fit_impl::shared_pool(),
                      fit_impl::useful_threads(threads, bytes / item_bytes), leaves.leaves(),
                      [&](index_t leaf) { leaves.add(leaf); });
  return leaves.value();
}

}  // namespace nlsq
