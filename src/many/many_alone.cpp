// SPDX-License-Identifier: MIT
#include "many/many_alone.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nlsq/error.hpp"

namespace nlsq::fit_impl {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

template <class T>
void copy_to(T* to, index_t set, const std::vector<double>& values) {
  if (to != nullptr)
    std::copy(values.begin(), values.end(), to + set * static_cast<index_t>(values.size()));
}

}  // namespace

const double* ManySetup::start(index_t i) const {
  return options->starts.empty() ? table.start.data() : options->starts.data() + i * size();
}
const double* ManySetup::lower(index_t i) const {
  return options->lower.empty() ? table.lower.data() : options->lower.data() + i * size();
}
const double* ManySetup::upper(index_t i) const {
  return options->upper.empty() ? table.upper.data() : options->upper.data() + i * size();
}

void write_failure(const ManyArrays& into, index_t set, index_t parameters, Status status,
                   std::uint8_t flags) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const auto fill = [&](double* to, index_t width) {
    if (to != nullptr) std::fill_n(to + set * width, width, kNaN);
  };
  fill(into.popt, parameters);
  fill(into.perr, parameters);
  fill(into.pcov, parameters * parameters);
  fill(into.cost, 1);
  fill(into.rss, 1);
  if (into.status != nullptr) into.status[set] = static_cast<std::int32_t>(status);
  if (into.nfev != nullptr) into.nfev[set] = 0;
  if (into.rows != nullptr) into.rows[set] = 0;
  if (into.flags != nullptr) into.flags[set] = flags;
}

AloneFitter::AloneFitter(const ManySetup& setup, const ManyArrays& into, Start start)
    : setup_(&setup), into_(into), options_(*setup.options) {
  options_.threads = 1;
  options_.progressive = false;
  options_.callback = {};
  options_.before_pass = {};
  if (start == Start::given) {
    options_.start.clear();
    options_.p0.resize(z(setup.size()));
  }
  values_.resize(setup.columns.size() + 2);
}

// Copies the rows that count.
void AloneFitter::copy_rows(index_t set) {
  const ManyData& data = *setup_->data;
  for (auto& column : values_) column.clear();
  for_each_row(data, setup_->columns, setup_->options->omit_not_finite, set,
               [&](index_t r, index_t at) {
                 std::size_t c = 0;
                 for (const ManyData::Column* column : setup_->columns)
                   values_[c++].push_back(column->values[column->shared ? r : at]);
                 values_[c++].push_back(data.response()[data.shares_response() ? r : at]);
                 const ManyData::Column& sigma = data.sigma();
                 if (sigma.values.size > 0)
                   values_[c].push_back(sigma.values[sigma.shared ? r : at]);
               });
}

void AloneFitter::fit(index_t set) {
  const ManySetup& setup = *setup_;
  const index_t N = setup.size();
  copy_rows(set);
  const std::size_t k = setup.columns.size();
  const auto fail = [&](std::uint8_t flags) {
    write_failure(into_, set, N, Status::not_finite, flags);
  };
  if (values_[k].empty()) return fail(ManyFlag::bad_data);
  Dataset one;
  for (std::size_t c = 0; c < k; ++c) one.column(setup.columns[c]->name, values_[c]);
  one.response(values_[k]);
  if (!values_[k + 1].empty())
    one.sigma(values_[k + 1]);
  else if (setup.data->sigma_number() > 0.0)
    one.sigma(setup.data->sigma_number());
  for (index_t i = 0; i < N; ++i) {
    const double lower = setup.lower(set)[i], upper = setup.upper(set)[i];
    if (!options_.p0.empty()) options_.p0[z(i)] = std::clamp(setup.start(set)[i], lower, upper);
    if (!setup.options->lower.empty() || !setup.options->upper.empty())
      options_.bounds[setup.table.names[z(i)]] = {lower, upper};
  }
  FitResult r;
  try {
    r = curve_fit(*setup.model, one, options_);
  } catch (const InputError&) {
    return fail(ManyFlag::bad_data | ManyFlag::alone);
  }
  std::uint8_t flags = ManyFlag::alone;
  const std::vector<double>& y = values_[k];
  if (std::all_of(y.begin(), y.end(), [&](double v) { return v == y[0]; }))
    flags |= ManyFlag::constant;
  if (std::any_of(r.at_bound.begin(), r.at_bound.end(), [](int b) { return b != 0; }))
    flags |= ManyFlag::at_bound;
  if (std::any_of(r.perr.begin(), r.perr.end(), [](double e) { return !std::isfinite(e); }))
    flags |= ManyFlag::undetermined;
  copy_to(into_.popt, set, r.popt);
  copy_to(into_.p0, set, r.p0);
  copy_to(into_.perr, set, r.perr);
  copy_to(into_.pcov, set, r.pcov);
  if (into_.cost != nullptr) into_.cost[set] = r.cost;
  if (into_.rss != nullptr) into_.rss[set] = r.rss;
  if (into_.status != nullptr) into_.status[set] = static_cast<std::int32_t>(r.status);
  if (into_.nfev != nullptr) into_.nfev[set] = static_cast<std::int32_t>(r.nfev);
  if (into_.rows != nullptr) into_.rows[set] = r.n;
  if (into_.flags != nullptr) into_.flags[set] = flags;
  if (into_.rank != nullptr) into_.rank[set] = static_cast<std::int32_t>(r.rank);
}

}  // namespace nlsq::fit_impl
