// SPDX-License-Identifier: MIT
// The plan of a fit: what is decided before its first pass over the rows, from the model, the
// numbers of rows and parameters, the options, the instruction set or device, and nothing else.
#pragma once

#include <cstdint>
#include <string>

#include "nlsq/options.hpp"
#include "nlsq/types.hpp"

namespace nlsq {

class Model;
class Dataset;
struct FitOptions;

/// Why something was decided; reasons.def has the sentences.
enum class Reason : std::uint8_t {
#define NLSQ_REASON(id, text) id,
#include "nlsq/reasons.def"
#undef NLSQ_REASON
};

/// Small, and without text: a fit of few rows makes one, too. explain() makes the words.
struct Plan {
  /// How rows become a triangle, at first (docs/adr/0002).
  enum class Fold : std::uint8_t { gram, pgram, qr };

  /// What changes the bits of a result.
  struct Numerics {
    Method method = Method::trf;
    index_t sample_rows = 0;  ///< that the fit begins on; 0: all
    Fold fold = Fold::gram;
    bool sparse = false;    ///< solved by the nonzero entries of JᵀJ
    bool device = false;    ///< a device makes the passes
    bool float32 = false;   ///< passes on the way may be
    bool searches = false;  ///< for a start
  } numerics;

  /// What does not.
  struct Execution {
    int threads = 1;
    index_t block = 0;         ///< rows; 0: each program's own number
    index_t memory_limit = 0;  ///< bytes; 0: none
  } execution;

  /// Reason::unknown: the kind of fit does not decide this.
  struct Reasons {
    Reason method{}, engine{}, solver{}, fold{}, precision{}, sample{}, start{}, threads{}, block{},
        derivatives{};
  } why;

  /// What it was made from.
  struct Sizes {
    index_t rows = 0;       ///< of the data, of all terms
    index_t residuals = 0;  ///< masked ones left out
    index_t free = 0, parameters = 0, terms = 0;
    /// Instructions of the first term's program: once for each row and once for each pass, of
    /// residuals and derivatives; the same of residuals alone.
    int row = 0, uniform = 0, value_row = 0, value_uniform = 0;
  } sizes;
};

/// The plan of many fits of one model (nlsq/fit_many.hpp). No bit of a result depends on it but by
/// `lanes`, whose rounding is that of another solver.
struct ManyPlan {
  bool lanes = false;     ///< sets run side by side, one in each lane of a vector
  int width = 1;          ///< sets side by side
  int threads = 1;        ///< share the sets
  index_t part = 0;       ///< sets that a thread takes at a time
  index_t long_sets = 0;  ///< are fitted alone, as they have too many rows for lanes
  struct Reasons {
    Reason engine{}, threads{}, part{};
  } why;
  /// What it was made from; rows: of the longest set.
  struct Sizes {
    index_t fits = 0, rows = 0, free = 0;
  } sizes;
  /// The choices and reasons as text for people: a line each.
  std::string explain() const;
};

/// The plan of a fit that is not made.
Plan plan_of(const Model& model, const Dataset& data, const FitOptions& options);

/// What explain() tells beside the plan.
struct ExplainOptions {
  bool listing = false;  ///< the instructions of the program
  index_t rows = 0;      ///< of data that need not exist: their number alone counts; 0: they do
};

/// Derivatives, program and path of a fit of this model to these data, with the reasons, as text
/// for people: a line each. Throws what the fit would throw of its arguments.
std::string explain(const Model& model, const Dataset& data, const FitOptions& options,
                    const ExplainOptions& how = {});

}  // namespace nlsq
