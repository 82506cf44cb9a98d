// SPDX-License-Identifier: MIT
// What the cache of models (nlsq/cache.hpp) and the fits tell each other.
#pragma once

#include <chrono>
#include <cstdint>

#include "nlsq/cache.hpp"

namespace nlsq::fit_impl {

/// Programs are kept with their model under the epoch of their time; clear_cache() begins a new
/// one.
inline constexpr std::uint64_t kCacheOff = 0;
std::uint64_t cache_epoch();

/// A fit asked a model for a program.
void count_lookup(bool found);
/// A fit made a program.
void count_compilation(std::chrono::steady_clock::duration took);

/// What the settings file says; empty: nothing.
void set_file_cache_config(const CacheConfig& config);

/// For tests: all keys are equal from now on, or no longer. Clear the cache before and after.
void let_keys_collide(bool collide);

}  // namespace nlsq::fit_impl
