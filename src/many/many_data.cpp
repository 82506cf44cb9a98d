// SPDX-License-Identifier: MIT
// Many data sets: shapes are checked as they come in.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nlsq/error.hpp"
#include "nlsq/fit_many.hpp"

namespace nlsq {

ManyData::ManyData(index_t fits, index_t rows) : fits_(fits), rows_(rows), total_(fits * rows) {
  if (fits < 0 || rows < 0)
    throw InputError("data", fmt::format("data: {} sets of {} rows", fits, rows));
}

ManyData::ManyData(std::span<const index_t> offsets)
    : fits_(static_cast<index_t>(offsets.size()) - 1), offsets_(offsets) {
  if (offsets.empty() || offsets.front() != 0)
    throw InputError("offsets", "offsets: the first must be 0");
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] < offsets[i - 1]) {
      throw InputError("offsets", fmt::format("offsets: they must not fall, but {} follows {}",
                                              offsets[i], offsets[i - 1]));
    }
    rows_ = std::max(rows_, offsets[i] - offsets[i - 1]);
  }
  total_ = offsets.back();
}

ManyData::Column ManyData::make(std::string name, Values values) const {
  const bool each = values.size == total_;
  const bool shared = !each && !ragged() && values.size == rows_;
  if (!each && !shared) {
    throw InputError(
        "data",
        ragged() ? fmt::format("data: {} has {} values for {} rows", name, values.size, total_)
                 : fmt::format("data: {} has {} values; {} sets of {} rows need {} (all the same) "
                               "or {}",
                               name, values.size, fits_, rows_, rows_, total_));
  }
  return {std::move(name), values, shared};
}

ManyData& ManyData::column(std::string name, Values values) {
  Column made = make("column '" + name + "'", values);
  made.name = std::move(name);
  columns_.push_back(std::move(made));
  return *this;
}

ManyData& ManyData::response(Values y) {
  response_ = make("the response", y);
  return *this;
}

ManyData& ManyData::sigma(Values sigma) {
  sigma_ = make("sigma", sigma);
  return *this;
}

ManyData& ManyData::sigma(double sigma) {
  if (!(sigma > 0.0 && std::isfinite(sigma)))
    throw InputError("sigma", fmt::format("sigma: {} is not a positive number", sigma));
  sigma_number_ = sigma;
  return *this;
}

ManyData& ManyData::mask(std::span<const std::uint8_t> mask) {
  const auto size = static_cast<index_t>(mask.size());
  if (size != total_ && (ragged() || size != rows_)) {
    throw InputError(
        "mask", fmt::format("mask: {} values for {} sets of {} rows in all", size, fits_, total_));
  }
  mask_ = mask;
  return *this;
}

}  // namespace nlsq
