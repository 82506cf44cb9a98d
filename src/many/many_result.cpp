// SPDX-License-Identifier: MIT
// One of many results in full: what fit_many keeps of a set, and the statistics that follow from it
// and the data.
#include <algorithm>
#include <cmath>
#include <limits>

#include "columns/moments.hpp"
#include "many/many_alone.hpp"
#include "nlsq/fit_many.hpp"
#include "problem/parameters.hpp"
#include "result/statistics.hpp"

namespace nlsq {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Rows of a set that count, as curve_fit would be given them.
struct Rows {
  std::vector<double> y, sigma;
  index_t infinite = 0;
};

Rows rows_of(const ManyData& data, std::span<const ManyData::Column* const> columns,
             const ManyOptions& options, index_t set) {
  const ManyData::Column& sigma = data.sigma();
  Rows rows;
  fit_impl::for_each_row(data, columns, options.omit_not_finite, set, [&](index_t r, index_t at) {
    rows.y.push_back(data.response()[data.shares_response() ? r : at]);
    if (sigma.values.size == 0) return;
    rows.sigma.push_back(sigma.values[sigma.shared ? r : at]);
    rows.infinite += std::isinf(rows.sigma.back()) ? 1 : 0;
  });
  return rows;
}

void fill_goodness(FitResult& r, const Rows& rows, double sigma_number, index_t free) {
  Dataset::Response response;
  response.y = rows.y;
  response.sigma = rows.sigma;
  response.sigma_number = sigma_number;
  stats::FitTotals totals{
      .rows = r.n, .free = free, .rss = r.rss, .tss = kNaN, .known_sigma = r.absolute_sigma};
  if (!rows.y.empty()) {
    const fit_impl::Moments moments = fit_impl::moments(response, 1);
    totals.tss = moments.total();
    totals.sum_log_sigma = moments.log_sigma;
  }
  fit_impl::set_goodness(r, totals);
}

// The parameters of the set: its own start and bounds in place of the common ones.
fit_impl::ParameterTable parameters_of(const Model& model, const ManyOptions& options,
                                       index_t set) {
  FitOptions own = options;
  const std::vector<std::string>& names = model.parameters();
  const auto N = static_cast<index_t>(names.size());
  if (!options.starts.empty()) {
    own.start.clear();
    own.p0.assign(options.starts.begin() + set * N, options.starts.begin() + (set + 1) * N);
  }
  for (index_t i = 0; i < N; ++i) {
    Bounds bounds;
    const auto common = own.bounds.find(names[z(i)]);
    if (common != own.bounds.end()) bounds = common->second;
    if (!options.lower.empty()) bounds.lower = options.lower[z(set * N + i)];
    if (!options.upper.empty()) bounds.upper = options.upper[z(set * N + i)];
    if (!options.lower.empty() || !options.upper.empty()) own.bounds[names[z(i)]] = bounds;
    if (!own.p0.empty()) own.p0[z(i)] = std::clamp(own.p0[z(i)], bounds.lower, bounds.upper);
  }
  return fit_impl::make_parameters(names, own);
}

}  // namespace

FitResult single_result(const Model& model, const ManyData& data, const ManyOptions& options,
                        const ManyArrays& from, index_t i) {
  const fit_impl::ParameterTable table = parameters_of(model, options, i);
  std::vector<const ManyData::Column*> columns;
  for (const std::string& name : model.columns()) {
    for (const ManyData::Column& column : data.columns()) {
      if (column.name == name) columns.push_back(&column);
    }
  }
  const Rows rows = rows_of(data, columns, options, i);
  const index_t N = table.size();
  FitResult r;
  r.names = table.names;
  r.popt.assign(from.popt + i * N, from.popt + (i + 1) * N);
  r.perr.assign(from.perr + i * N, from.perr + (i + 1) * N);
  r.pcov.assign(from.pcov + i * N * N, from.pcov + (i + 1) * N * N);
  r.p0.assign(table.start.begin(), table.start.end());
  r.start_source = fit_impl::is_given(table) ? "given" : "ones";
  if (from.p0 != nullptr) {
    const std::vector<double> began(from.p0 + i * N, from.p0 + (i + 1) * N);
    if (!fit_impl::is_given(table) && began != r.p0) r.start_source = "search";
    r.p0 = began;
  }
  r.fixed = table.fixed;
  r.defaulted = table.defaulted;
  for (index_t j = 0; j < N; ++j) {
    const double value = r.popt[z(j)];
    const int side = value <= table.lower[z(j)] ? -1 : value >= table.upper[z(j)] ? 1 : 0;
    r.at_bound.push_back(table.fixed[z(j)] ? 0 : side);
  }
  r.cost = from.cost[i];
  r.rss = from.rss[i];
  r.n = static_cast<index_t>(rows.y.size()) - rows.infinite;
  r.n_masked = rows.infinite;
  r.rank = from.rank != nullptr ? from.rank[i] : static_cast<index_t>(table.free.size());
  r.dof = std::max<index_t>(0, r.n - r.rank);
  r.absolute_sigma = options.absolute_sigma;
  r.has_sigma = data.sigma().values.size > 0 || data.sigma_number() > 0.0;
  fill_goodness(r, rows, data.sigma_number(), r.rank);
  r.status = static_cast<Status>(from.status[i]);
  r.message = many_message(from.status[i], from.flags[i]);
  r.success = from.status[i] > 0;
  r.nfev = from.nfev[i];
  r.optimality = r.condition = kNaN;
  r.method = to_string(options.method);
  r.loss = to_string(options.loss);
  r.model = model.formula();
  fit_impl::warn_unless_converged(r);
  if ((from.flags[i] & ManyFlag::undetermined) != 0)
    r.warn({IssueId::undetermined,
            "the data do not determine every parameter: standard errors are infinite",
            {},
            {{"rank", static_cast<double>(r.rank)}}});
  if ((from.flags[i] & ManyFlag::constant) != 0)
    r.warn({IssueId::constant_response, "all values of the response are the same", {}, {}});
  return r;
}

std::string many_message(std::int32_t status, std::uint8_t flags) {
  const bool is_empty =
      static_cast<Status>(status) == Status::not_finite && (flags & ManyFlag::bad_data) != 0;
  std::string text(is_empty
                       ? "nothing to fit: no usable rows, values or a start that are not finite"
                       : meaning(static_cast<Status>(status)));
  if ((flags & ManyFlag::undetermined) != 0) text += "; the data do not determine every parameter";
  if ((flags & ManyFlag::constant) != 0) text += "; all values of the response are the same";
  if ((flags & ManyFlag::at_bound) != 0) text += "; a parameter is at its bound";
  return text;
}

std::string ManyResult::message(index_t i) const { return many_message(status[z(i)], flags[z(i)]); }

}  // namespace nlsq
