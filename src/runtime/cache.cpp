// SPDX-License-Identifier: MIT
// The process's cache of models, its settings and its statistics.
#include "runtime/cache.hpp"

#include <fmt/format.h>

#include <atomic>
#include <mutex>

#include "base/fork_safe_mutex.hpp"
#include "expr/canonical.hpp"
#include "nlsq/error.hpp"
#include "runtime/config.hpp"
#include "runtime/model_store.hpp"

namespace nlsq {
namespace fit_impl {
namespace {

constexpr bool kEnabledByDefault = true;
constexpr index_t kMostByDefault = 1000;
constexpr std::size_t kMostVariants = 8;

// Counted by fits without the lock, on a cache line of their own.
struct alignas(64) Counters {
  std::atomic<index_t> hits{0}, misses{0}, compile_ns{0};
};

struct Cache {
  Counters counters;
  std::atomic<std::uint64_t> epoch{1};  // kCacheOff while off
  std::atomic<bool> collide{false};

  base::ForkSafeMutex mutex{base::ForkSafeMutex::Order::cache};  // of all below
  ModelStore store;
  CacheConfig asked, file;
  std::uint64_t last_epoch = 1;

  bool enabled() const { return asked.enable.value_or(file.enable.value_or(kEnabledByDefault)); }
  index_t max_size() const {
    return asked.max_size.value_or(file.max_size.value_or(kMostByDefault));
  }
  // After a change of settings. The caller holds the mutex and destroys what leaves without it.
  ModelStore::Entries apply() {
    const bool is_on = epoch.load(std::memory_order_relaxed) != kCacheOff;
    if (enabled() != is_on) {
      if (enabled()) ++last_epoch;
      epoch.store(enabled() ? last_epoch : kCacheOff, std::memory_order_release);
    }
    return store.shrink(enabled() ? static_cast<std::size_t>(max_size()) : 0);
  }
};

// Never destroyed: fits of other threads may outlive main().
Cache& cache() {
  static Cache& one = *new Cache;
  return one;
}

bool same_texts(const expr::ModelImpl& x, const expr::ModelImpl& y) {
  return x.formula == y.formula && x.response == y.response && x.notes == y.notes;
}

// The variant with the texts of `model`; null if there is none.
ImplPtr variant_of(const ModelEntry& entry, const expr::ModelImpl& model) {
  for (const ImplPtr& variant : entry.variants) {
    if (same_texts(*variant, model)) return variant;
  }
  return nullptr;
}

}  // namespace

std::uint64_t cache_epoch() {
  ensure_config();
  return cache().epoch.load(std::memory_order_acquire);
}

void count_lookup(bool found) {
  Counters& counters = cache().counters;
  (found ? counters.hits : counters.misses).fetch_add(1, std::memory_order_relaxed);
}

void count_compilation(std::chrono::steady_clock::duration took) {
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count();
  cache().counters.compile_ns.fetch_add(ns, std::memory_order_relaxed);
}

void set_file_cache_config(const CacheConfig& config) {
  ModelStore::Entries leaving;
  const std::lock_guard lock(cache().mutex);
  cache().file = config;
  leaving = cache().apply();
}

void let_keys_collide(bool collide) { cache().collide = collide; }

}  // namespace fit_impl

using fit_impl::cache;
using fit_impl::ImplPtr;
using fit_impl::ModelEntry;
using fit_impl::ModelStore;

Model intern(const Model& model) {
  if (fit_impl::cache_epoch() == fit_impl::kCacheOff) return model;
  thread_local expr::CanonicalForm form;
  const expr::ModelImpl& impl = *model.impl();
  form.read(impl);
  const fit_impl::ModelKey key =
      cache().collide ? fit_impl::ModelKey{} : fit_impl::key_of_bytes(form.bytes());
  {
    const std::lock_guard lock(cache().mutex);
    if (const ModelEntry* entry = cache().store.find(key, form.bytes())) {
      if (ImplPtr known = fit_impl::variant_of(*entry, impl)) return Model(std::move(known));
    }
  }
  const std::shared_ptr<expr::ModelImpl> made = form.copy(impl);
  ModelStore::Entries leaving;
  const std::lock_guard lock(cache().mutex);
  if (!cache().enabled()) return model;
  ModelEntry* entry = cache().store.find(key, form.bytes());
  if (entry == nullptr) {
    cache().store.insert({key, form.bytes(), {made}});
    leaving = cache().apply();
    return Model(made);
  }
  if (ImplPtr known = fit_impl::variant_of(*entry, impl)) return Model(std::move(known));
  made->attachments = entry->variants.front()->attachments;
  if (entry->variants.size() < fit_impl::kMostVariants) entry->variants.push_back(made);
  return Model(made);
}

bool cache_enabled() { return fit_impl::cache_epoch() != fit_impl::kCacheOff; }

void configure_cache(const CacheConfig& config) {
  if (config.max_size && *config.max_size < 1) {
    throw InputError("max_size",
                     fmt::format("max_size: {} is below 1 (enable = false switches the cache off)",
                                 *config.max_size));
  }
  fit_impl::ensure_config();
  ModelStore::Entries leaving;
  const std::lock_guard lock(cache().mutex);
  if (config.enable) cache().asked.enable = config.enable;
  if (config.max_size) cache().asked.max_size = config.max_size;
  leaving = cache().apply();
}

void clear_cache() {
  fit_impl::ensure_config();
  ModelStore::Entries leaving;
  const std::lock_guard lock(cache().mutex);
  leaving = cache().store.shrink(0);
  ++cache().last_epoch;
  if (cache().enabled()) cache().epoch.store(cache().last_epoch, std::memory_order_release);
  cache().counters.hits = 0;
  cache().counters.misses = 0;
  cache().counters.compile_ns = 0;
}

CacheStats cache_stats() {
  fit_impl::ensure_config();
  CacheStats stats;
  stats.hits = cache().counters.hits;
  stats.misses = cache().counters.misses;
  const index_t asked = stats.hits + stats.misses;
  if (asked > 0) stats.hit_rate = static_cast<double>(stats.hits) / static_cast<double>(asked);
  stats.total_compile_ms = static_cast<double>(cache().counters.compile_ns) * 1e-6;
  const std::lock_guard lock(cache().mutex);
  stats.size = static_cast<index_t>(cache().store.size());
  stats.max_size = cache().max_size();
  stats.enabled = cache().enabled();
  return stats;
}

}  // namespace nlsq
