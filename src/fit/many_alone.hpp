// SPDX-License-Identifier: MIT
// One set of many, fitted by the solver for single fits: where lanes do not serve.
#pragma once

#include <vector>

#include "fit/parameters.hpp"
#include "nlsq/fit_many.hpp"

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

/// Fits sets by themselves; one a thread.
class AloneFitter {
 public:
  AloneFitter(const ManySetup& setup, const ManyArrays& into);
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
