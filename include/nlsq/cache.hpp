// SPDX-License-Identifier: MIT
// The cache of models and what it has saved. A fit differentiates its model and lowers it to a
// program; the program stays with the model, so that the next fit of the same model finds it.
// intern() makes equal models one, wherever they come from. See docs/configuration.md.
#pragma once

#include <optional>

#include "nlsq/model.hpp"
#include "nlsq/types.hpp"

namespace nlsq {

/// The model to fit in place of `model`: of all models with the same graph, the same parameters and
/// the same columns, in the same order, the cache keeps one, and they share their programs.
/// Formula, response and notes stay those of `model`. While the cache is off this is `model`
/// itself.
Model intern(const Model& model);

/// What is left empty stays as it is.
struct CacheConfig {
  std::optional<bool> enable = {};
  std::optional<index_t> max_size = {};  ///< models kept, at least 1
};

/// Goes before cache_config of the settings file, which goes before the defaults (on, 1000 models).
/// While the cache is off nothing is kept: intern() returns its argument and each fit makes its
/// programs anew. Throws InputError for a max_size below 1.
void configure_cache(const CacheConfig& config);

/// Forgets all models and all programs, also those of models that are still in use, and sets the
/// statistics to zero.
void clear_cache();

/// Whether the cache is on; cheap enough to be asked before each fit.
bool cache_enabled();

struct CacheStats {
  /// Programs that fits asked for (one for each term) and that were there, or had to be made. While
  /// the cache is off fits do not ask.
  index_t hits = 0, misses = 0;
  double hit_rate = 0.0;  ///< hits/(hits + misses); 0 before the first
  index_t size = 0;       ///< models kept
  index_t max_size = 0;
  bool enabled = true;
  double total_compile_ms = 0.0;  ///< what fits spent on making programs
};
CacheStats cache_stats();

}  // namespace nlsq
