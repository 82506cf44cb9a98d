// SPDX-License-Identifier: MIT
// One set of many, fitted by the solver for single fits: where lanes do not serve.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "nlsq/fit_many.hpp"
#include "problem/parameters.hpp"

namespace nlsq::fit_impl {

/// What the sets have in common, made once.
struct ManySetup {
  const Model* model;
  const ManyData* data;
  const ManyOptions* options;
  ParameterTable table;
  std::vector<const ManyData::Column*> columns;  ///< in the model's order
  index_t size() const { return table.size(); }
  /// N values of set i; the table's where there are none for each.
  const double* start(index_t i) const;
  const double* lower(index_t i) const;
  const double* upper(index_t i) const;
};

/// take(r, at) for each row of a set that counts: r its number in the set, at its place in columns
/// of all sets. The mask leaves rows out; so does a value that is not finite, if they are omitted.
template <class Take>
void for_each_row(const ManyData& data, std::span<const ManyData::Column* const> columns,
                  bool omit_not_finite, index_t set, const Take& take) {
  const auto offset = [&](index_t i) {
    return data.ragged() ? data.offsets()[static_cast<std::size_t>(i)] : i * data.rows();
  };
  const index_t first = offset(set), rows = offset(set + 1) - first;
  const bool mask_shared = static_cast<index_t>(data.mask().size()) != data.total_rows();
  for (index_t r = 0; r < rows; ++r) {
    const index_t at = first + r;
    if (!data.mask().empty() && data.mask()[static_cast<std::size_t>(mask_shared ? r : at)] == 0)
      continue;
    bool finite =
        !omit_not_finite || std::isfinite(data.response()[data.shares_response() ? r : at]);
    for (const ManyData::Column* column : columns) {
      finite =
          finite && (!omit_not_finite || std::isfinite(column->values[column->shared ? r : at]));
    }
    if (finite) take(r, at);
  }
}

/// Fits sets by themselves; one a thread.
class AloneFitter {
 public:
  /// Where fits begin: at the setup's start, or where curve_fit finds one for those that nobody
  /// gave.
  enum class Start { given, search };
  AloneFitter(const ManySetup& setup, const ManyArrays& into, Start start = Start::given);
  void fit(index_t set);

 private:
  void copy_rows(index_t set);
  const ManySetup* setup_;
  ManyArrays into_;
  FitOptions options_;
  std::vector<std::vector<double>> values_;  // columns, response, sigma without what is left out
};

/// A set that could not be fitted: NaN, `status` and `flags`.
void write_failure(const ManyArrays& into, index_t set, index_t parameters, Status status,
                   std::uint8_t flags);

}  // namespace nlsq::fit_impl
