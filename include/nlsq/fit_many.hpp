// SPDX-License-Identifier: MIT
// One model on many data sets at once: every pixel, every well, every bootstrap sample. Fits run
// side by side in the lanes of vector registers (docs/adr/0008-batch.md); each gives what
// curve_fit would, whatever its neighbours, the number of threads or the way the data came.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nlsq/data.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/model.hpp"
#include "nlsq/plan.hpp"
#include "nlsq/types.hpp"

namespace nlsq {

/// k data sets with the same columns. Views: what they point at must outlive the fit.
class ManyData {
 public:
  /// k sets of m rows each.
  ManyData(index_t fits, index_t rows);
  /// Sets of different lengths, one after the other: set i has rows offsets[i] … offsets[i+1]−1 of
  /// every column. k+1 ascending numbers, the first 0.
  explicit ManyData(std::span<const index_t> offsets);

  /// A column of the model: m values that all sets share, or k·m, set by set. Of sets of different
  /// lengths one value a row. Throws InputError otherwise.
  ManyData& column(std::string name, Values values);
  /// The measured values: k·m, or one a row; m where all sets are the same data (from other
  /// starts).
  ManyData& response(Values y);
  /// Standard deviations: m for all sets, or one a value of the response; infinite leaves a row
  /// out.
  ManyData& sigma(Values sigma);
  ManyData& sigma(double sigma);
  /// Which values of the response count: one byte each (or m for all sets), 0 leaves it out.
  ManyData& mask(std::span<const std::uint8_t> mask);

  struct Column {
    std::string name;
    Values values;
    bool shared = false;
  };
  index_t fits() const { return fits_; }
  index_t rows() const { return rows_; }  ///< of each set, or of the longest
  index_t total_rows() const { return total_; }
  bool ragged() const { return !offsets_.empty(); }
  std::span<const index_t> offsets() const { return offsets_; }
  const std::vector<Column>& columns() const { return columns_; }
  const Values& response() const { return response_.values; }
  bool shares_response() const { return response_.shared; }
  const Column& sigma() const { return sigma_; }  ///< values.size 0: none
  double sigma_number() const { return sigma_number_; }
  std::span<const std::uint8_t> mask() const { return mask_; }

 private:
  Column make(std::string name, Values values) const;
  index_t fits_ = 0, rows_ = 0, total_ = 0;
  std::span<const index_t> offsets_;
  std::vector<Column> columns_;
  Column response_;
  Column sigma_;
  double sigma_number_ = 0.0;
  std::span<const std::uint8_t> mask_;
};

/// `stop` is asked before each share of the sets, too, on any thread; once it is true, sets that
/// are not begun are left with Status::stopped.
/// Parameters without a start begin at ones unless those do not serve some of up to 32 sets, spread
/// evenly, which are fitted by themselves with FitOptions::starts = search. Then the fewest ends of
/// these, three at most, from which all of them reach their best are starts for all sets, each from
/// the one that serves it best; of no more than 32 sets each begins at its own. So without starts
/// the end of a set depends on others where a fit has several minima; give p0, starts or
/// FitOptions::starts = ones where it must not. max_nfev: no search.
struct ManyOptions : FitOptions {
  /// Start values of each set, k×N; empty: p0 or start, the same for all.
  std::span<const double> starts;
  /// Bounds of each set, k×N; empty: FitOptions::bounds, the same for all. A start outside is moved
  /// to the bound.
  std::span<const double> lower, upper;
  /// Leave out rows in which the response or a column is not finite. false: such a set is not
  /// fitted and says so.
  bool omit_not_finite = false;
  /// Fits end as they are where others would be finished by themselves: after few evaluations, or
  /// badly conditioned. Their status is max_nfev then, and errors may be infinite. For attempts of
  /// which the best are fitted again.
  bool attempts = false;
  /// Sets that are not begun after so many seconds are left with Status::stopped. 0: no limit.
  double time_limit = 0.0;
  /// Called at the beginning, now and then, and at the end, on the caller's thread, with the number
  /// of sets done.
  std::function<void(index_t done, index_t of)> progress;
};

/// What there is to say of one set beyond its status; bits.
struct ManyFlag {
  /// A standard error is not finite: the data do not determine a parameter.
  static constexpr std::uint8_t undetermined = 1;
  /// A parameter ended at its bound.
  static constexpr std::uint8_t at_bound = 2;
  /// Nothing could be fitted: no rows, a value that is not finite, sigma ≤ 0, or a model that is
  /// not finite at the start.
  static constexpr std::uint8_t bad_data = 4;
  /// Was fitted, or finished, by itself: harder than the others.
  static constexpr std::uint8_t alone = 8;
  /// All values of the response are the same: they tell of a level and of nothing else.
  static constexpr std::uint8_t constant = 16;
};

/// Where results go: one row a set; null where they are not wanted. A set that could not be fitted
/// has NaN in all but status, nfev, rows and flags.
struct ManyArrays {
  double* popt = nullptr;          ///< k×N
  double* perr = nullptr;          ///< k×N
  double* pcov = nullptr;          ///< k×N×N
  double* cost = nullptr;          ///< k
  double* rss = nullptr;           ///< k
  std::int32_t* status = nullptr;  ///< k: Status; the covariance is at the returned point
  std::int32_t* nfev = nullptr;    ///< k
  std::int64_t* rows = nullptr;    ///< k: rows used
  std::uint8_t* flags = nullptr;   ///< k: ManyFlag
  double* p0 = nullptr;            ///< k×N: where each fit began
  std::int32_t* rank =
      nullptr;  ///< k: of the Jacobian, free parameters that are redundant left out
};

struct ManyResult {
  std::vector<std::string> names;  ///< N
  index_t fits = 0;                ///< k
  std::vector<double> popt, perr, pcov, cost, rss;
  std::vector<std::int32_t> status, nfev;
  std::vector<std::int64_t> rows;
  std::vector<std::uint8_t> flags;
  index_t failed = 0;  ///< sets with a status ≤ 0
  std::string engine;  ///< "lanes", or "interpreter" where each set is fitted by itself
  /// Where fits began: "given", "ones", or "search" (FitOptions::starts).
  std::string start_source;
  ManyPlan plan;  ///< what was decided, and why: plan.explain()
  double elapsed_ms = 0.0;
  /// Why fit i ended, as text.
  std::string message(index_t i) const;
};

/// What curve_fit would say of set `i`, from what fit_many wrote to `from` (all of popt, perr,
/// pcov, cost, rss, status, nfev, rows and flags; p0 too, or the starts are those of the options;
/// rank too, or all are taken to be of full rank). What many fits do not keep is NaN or 0:
/// optimality, condition, njev, iterations.
FitResult single_result(const Model& model, const ManyData& data, const ManyOptions& options,
                        const ManyArrays& from, index_t i);

/// Fits `model` to each set. Throws InputError when options or shapes make no sense; a set that
/// cannot be fitted has its status and stops no other.
ManyResult fit_many(const Model& model, const ManyData& data, const ManyOptions& options = {});

/// The same into the caller's arrays; the result's own stay empty.
ManyResult fit_many(const Model& model, const ManyData& data, const ManyOptions& options,
                    const ManyArrays& into);

/// What a status and its flags say.
std::string many_message(std::int32_t status, std::uint8_t flags);

}  // namespace nlsq
