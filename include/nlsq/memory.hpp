// SPDX-License-Identifier: MIT
// The memory of a fit before it is made: its data, and what it allocates beside them. Sizes are in
// bytes.
#pragma once

#include <string>
#include <string_view>

#include "nlsq/data.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/model.hpp"
#include "nlsq/types.hpp"

namespace nlsq {

struct MemoryEstimate {
  index_t rows = 0;
  index_t parameters = 0;  ///< that move
  index_t data = 0;        ///< columns, responses and sigmas as they lie in memory
  /// What a fit allocates beside them: workspaces of its threads, the sample it begins on, the
  /// result. To 5 % of data and working memory, with 2 KiB for what is not counted, where
  /// `known_model`; the model's program is not part of it.
  index_t working = 0;
  index_t most = 0;         ///< with all that a badly conditioned problem may need instead
  index_t least = 0;        ///< the same in the least that it runs in
  index_t sample_rows = 0;  ///< docs/adr/0005; 0: none
  int threads = 1;          ///< that share a pass
  bool known_model = true;  ///< false: a model of ordinary size was assumed

  index_t total() const { return data + working; }
  /// The least FitOptions::memory_limit that is not refused.
  index_t least_limit() const { return data + least; }
};

/// Of a fit of `model` to `data`. Throws InputError as curve_fit does.
MemoryEstimate estimate_memory(const Model& model, const Dataset& data,
                               const FitOptions& options = {});

/// Of a fit of `model` to `rows` rows of float64 columns without sigma. Throws InputError for a
/// model with gathered parameters, whose number only the data tell.
MemoryEstimate estimate_memory(const Model& model, index_t rows, const FitOptions& options = {});

/// Of a fit of some model y = f(x) of ordinary size with `parameters` parameters.
MemoryEstimate estimate_memory(index_t rows, index_t parameters, const FitOptions& options = {});

/// Bytes of a model that is called as it is (least_squares): residuals and Jacobian are stored.
index_t callback_memory(index_t residuals, index_t parameters);

/// 268435456 for "256M". Units K, M, G, T are powers of 1024 (an i, a B behind them, lower case and
/// a blank before them allowed); without one, bytes. Throws InputError with `argument`.
index_t parse_bytes(std::string_view text, const std::string& argument = "memory_limit");

/// "1.7 MiB": rounded up to the last digit shown.
std::string shown_bytes(index_t bytes);

}  // namespace nlsq
