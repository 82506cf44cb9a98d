// SPDX-License-Identifier: MIT
// The fits of all groups and their results: arrays, the words that explain them, the table.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "grouped_data.hpp"
#include "nlsq/fit_many.hpp"
#include "result_table.hpp"

namespace nlsq::command {

struct ManyFits {
  std::vector<std::string> names;
  std::vector<double> popt, perr, pcov, cost, rss, p0;
  std::vector<std::int32_t> status, nfev, rank;
  std::vector<std::uint8_t> flags;
  std::string engine;
  index_t free = 0;  ///< parameters that move

  std::string message(const GroupedData& grouped, index_t group) const;
  /// Groups with a status ≤ 0.
  std::vector<index_t> failed() const;
  ManyArrays arrays();
};

/// pcov and p0 are filled if `with_covariance`. Groups with fewer rows than free parameters have
/// Status::not_finite and no values.
ManyFits fit_groups(const Model& model, const GroupedData& grouped, const ManyOptions& options,
                    index_t free, bool with_covariance);

/// Keys, n, parameters with their standard errors, rss, r2, status, message. One of our own names
/// that a key or a parameter has already gets a _ behind it, with a note.
ResultTable make_result_table(const GroupedData& grouped, const ManyFits& fits,
                              std::vector<std::string>& notes);

/// The same of one fit: a row without keys.
ResultTable make_result_row(const FitResult& result, std::vector<std::string>& notes);

}  // namespace nlsq::command
