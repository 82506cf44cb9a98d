// SPDX-License-Identifier: MIT
#include "starts/bad_start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "columns/streams.hpp"
#include "nlsq/error.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr std::size_t kMostNames = 12;

double without_sign(double value) {
  return std::isnan(value) ? std::fabs(value) : value;
}  // no "-nan"

// "row 3 (x = 1, t = 2)".
std::string place_of(const reduce::Fault& fault, std::span<const TermView> terms) {
  const TermView& term = terms[fault.term];
  std::string where = fmt::format("row {}", fault.row + 1);
  if (terms.size() > 1) where += fmt::format(" of term {}", fault.term + 1);
  const Columns columns = find_columns(*term.model, *term.data);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    where += fmt::format("{}{} = {:.6g}", c == 0 ? " (" : ", ", term.model->columns()[c],
                         value_at(columns[c], fault.row));
    if (c + 1 == columns.size()) where += ")";
  }
  return where;
}

std::string start_of(const ParameterTable& table) {
  std::string start;
  for (std::size_t i = 0; i < std::min(table.names.size(), kMostNames); ++i)
    start += fmt::format("{}{}={:.6g}", i == 0 ? "" : ", ", table.names[i], table.start[i]);
  return table.names.size() > kMostNames ? start + ", …" : start;
}

}  // namespace

void throw_underflow() {
  throw InputError("data",
                   "data: the values of the response, by their sigma, differ by less than 1e-150, "
                   "and their squares are 0: multiply them by a power of ten");
}

void throw_bad_start(const std::optional<reduce::Fault>& fault, const ParameterTable& table,
                     std::span<const TermView> terms) {
  if (!fault) {
    throw InputError("p0",
                     "p0: the sum of squares overflows at the start: each residual and derivative "
                     "is finite, but some are too large to be squared");
  }
  // Responses are not checked before a fit: one that is not finite shows here.
  for (const Dataset::Response& response : terms[fault->term].data->responses()) {
    const double y = value_at(response.y, fault->row);
    if (fault->in_residual && !std::isfinite(y)) {
      throw InputError("data", fmt::format("data: the response is {} in row {}", without_sign(y),
                                           fault->row + 1));
    }
  }
  std::string what = "the residual";
  if (!fault->in_residual && fault->parameter < 0) what = "a derivative";
  if (!fault->in_residual && fault->parameter >= 0) {
    const index_t parameter = table.free[static_cast<std::size_t>(fault->parameter)];
    what = fmt::format("the derivative by '{}'", table.names[static_cast<std::size_t>(parameter)]);
  }
  throw InputError("p0", fmt::format("p0: {} is {} in {} at the start ({}); give a start where the "
                                     "model is finite",
                                     what, without_sign(fault->value), place_of(*fault, terms),
                                     start_of(table)));
}

}  // namespace nlsq::fit_impl
