// SPDX-License-Identifier: MIT
// Fits of one model to many data sets, as many at once as a vector has lanes. A lane whose fit has
// ended takes the next one, so no lane waits for the slowest. See docs/adr/0008-batch.md.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "batch/lanes.hpp"
#include "engine/interpreter/interpreter.hpp"
#include "program/residual.hpp"

namespace nlsq::batch {

/// Values of one column: the same for all fits, or one set a fit.
struct ManyColumn {
  const void* data = nullptr;
  bool float32 = false;
  bool shared = false;
};

/// Numbers that all fits have in common, or one row a fit.
struct PerFit {
  const double* values = nullptr;
  bool shared = true;
  const double* of(index_t fit, index_t width) const { return values + (shared ? 0 : fit * width); }
};

/// k fits of one residual program with a single output, each free parameter with its column of the
/// Jacobian.
struct ManyProblem {
  std::shared_ptr<const program::ResidualProgram> program;
  index_t fits = 0;
  index_t rows = 0;                    ///< of each fit, or the most of any
  const index_t* offsets = nullptr;    ///< k+1: where the rows of each fit begin; null: all alike
  std::vector<index_t> order;          ///< of the fits; empty: as they come
  std::vector<ManyColumn> columns;     ///< the model's own, then the response
  ManyColumn sigma;                    ///< data null: none
  const std::uint8_t* mask = nullptr;  ///< rows to use, as the response is laid out; null: all
  bool mask_shared = false;            ///< or one for all fits
  bool judges_ends = true;             ///< those no better than the mean are fitted alone
  bool ends_in_lanes = false;          ///< what lanes give up on is written as it is
  bool omit_not_finite = false;        ///< rows with a NaN are left out
  std::vector<double> extras;          ///< f_scale
  bool robust = false;
  double f_scale = 1.0;
  index_t parameters = 0;     ///< N, fixed ones included
  std::vector<index_t> free;  ///< n positions that move
  PerFit start;               ///< N a fit
  PerFit lower, upper;        ///< n a fit
  LaneRules rules;
  bool absolute_sigma = false;
  /// Sigma and a mask become one column, and the program is one with Weighting::column and masked.
  bool weighted() const {
    return sigma.data != nullptr || mask != nullptr || omit_not_finite || offsets != nullptr;
  }
  index_t rows_of(index_t fit) const {
    return offsets != nullptr ? offsets[fit + 1] - offsets[fit] : rows;
  }
  index_t first_row(index_t fit) const { return offsets != nullptr ? offsets[fit] : fit * rows; }
};

/// Where results go, one row a fit; null: not wanted.
struct ManyOutputs {
  double* popt = nullptr;  ///< N
  double* perr = nullptr;  ///< N
  double* pcov = nullptr;  ///< N×N
  double* cost = nullptr;
  double* rss = nullptr;
  std::int32_t* status = nullptr;
  std::int32_t* nfev = nullptr;
  std::int64_t* rows = nullptr;  ///< used
  std::uint8_t* flags = nullptr;
};

/// What there is to say of a fit beyond its status.
enum Flag : std::uint8_t {
  kUndetermined = 1,  ///< a standard error is not finite
  kAtBound = 2,
  kBadData = 4,    ///< nothing to fit: no rows, a value that is not finite, sigma ≤ 0
  kAlone = 8,      ///< was finished by the solver for single fits
  kConstant = 16,  ///< all values of the response are the same
};

/// One thread's lanes.
class LaneFitter {
 public:
  LaneFitter(const ManyProblem& problem, const ManyOutputs& outputs, engine::Isa isa);

  /// Runs the fits at places `from` … `to`−1 of the order; those that need the solver for single
  /// fits are added to `alone`.
  void run(index_t from, index_t to, std::vector<index_t>& alone);

  /// Bytes of working memory.
  index_t bytes() const { return bytes_; }

 private:
  struct Loaded {
    index_t fit = -1;  // −1: the lane idles
    index_t rows = 0;  // of the data set, masked ones included
    index_t used = 0;
    bool constant = false;
  };

  double* take(index_t doubles);
  bool load_weights(index_t lane, index_t fit);
  bool load_columns(index_t lane, index_t fit);
  bool is_no_better_than_mean(index_t lane) const;
  bool load(index_t lane, index_t fit);
  bool load_next(index_t lane);
  void evaluate();
  void fold_block(index_t rows);
  void finish(index_t lane);
  void flush();
  void write(index_t slot);
  void reject(index_t fit);
  double* entry(double* array, index_t i) const { return array + i * lanes_; }

  const ManyProblem* problem_;
  ManyOutputs out_;
  const LaneKernels* kernels_;
  index_t lanes_, n_, block_rows_, bytes_ = 0;
  engine::Uniforms uniforms_;
  engine::Interpreter interpreter_;
  engine::AlignedBuffer arena_;
  double* next_ = nullptr;
  LaneState state_;
  double* values_;                   // [N][lanes]: all parameters
  std::vector<double*> columns_;     // [rows][lanes]
  std::vector<double> row_counts_;   // 1 where a row of the fit being loaded counts
  std::vector<const void*> moving_;  // column pointers of a block
  std::vector<const double*> jacobian_;
  std::vector<double*> scaled_;  // of a robust fit
  index_t longest_ = 0;          // rows of the longest fit in a lane
  index_t cursor_ = 0, end_ = 0;
  std::vector<index_t>* alone_ = nullptr;
  bool shared_loaded_ = false;
  Loaded loaded_[kMostLanes];

  // Fits that have ended wait here until a vector of them is full.
  struct Ended {
    Loaded what;
    double status, nfev, f2;
  };
  double *ended_x_, *ended_summary_, *covariance_, *pivot_;
  Ended ended_[kMostLanes];
  index_t waiting_ = 0;
};

}  // namespace nlsq::batch
