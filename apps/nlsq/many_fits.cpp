// SPDX-License-Identifier: MIT
#include "many_fits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "own_names.hpp"

namespace nlsq::command {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// A number of rows that determines nothing has no result, whatever the fit made of it.
void clear(ManyFits& fits, std::size_t group) {
  const auto erase = [&](std::vector<double>& values) {
    const std::size_t width = values.size() / fits.status.size();
    std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(group * width), width, kNaN);
  };
  for (auto* values : {&fits.popt, &fits.perr, &fits.pcov, &fits.cost, &fits.rss}) erase(*values);
  fits.status[group] = static_cast<std::int32_t>(Status::not_finite);
  fits.nfev[group] = 0;
  fits.flags[group] = ManyFlag::bad_data;
}

void add_keys(const Groups& groups, ResultTable& table) {
  for (const Keys& key : groups.keys) {
    ResultColumn& column = table.columns.emplace_back();
    column.name = key.name;
    if (key.is_text) {
      column.kind = ResultColumn::Kind::text;
      column.words.assign(key.text.words.begin(), key.text.words.end());
    }
    for (const index_t row : groups.first_row) {
      if (key.is_text)
        column.codes.push_back(key.text.codes[z(row)]);
      else
        column.numbers.push_back(key.numbers[z(row)]);
    }
  }
}

ResultColumn& add_numbers(ResultTable& table, std::string name, std::vector<double> numbers) {
  ResultColumn& column = table.columns.emplace_back();
  column.name = std::move(name);
  column.numbers = std::move(numbers);
  return column;
}

template <class Counts>
void add_counts(ResultTable& table, std::string name, const Counts& counts) {
  ResultColumn& column = table.columns.emplace_back();
  column.name = std::move(name);
  column.kind = ResultColumn::Kind::count;
  column.counts.assign(counts.begin(), counts.end());
}

std::vector<double> every(const std::vector<double>& values, std::size_t first, std::size_t step) {
  std::vector<double> out;
  out.reserve(values.size() / step);
  for (std::size_t i = first; i < values.size(); i += step) out.push_back(values[i]);
  return out;
}

std::vector<double> r_squared(const GroupedData& grouped, const ManyFits& fits) {
  std::vector<double> r2;
  for (std::size_t g = 0; g < fits.rss.size(); ++g)
    r2.push_back(grouped.tss[g] > 0.0 ? 1.0 - fits.rss[g] / grouped.tss[g] : kNaN);
  return r2;
}

void add_messages(const GroupedData& grouped, const ManyFits& fits, std::string name,
                  ResultTable& table) {
  ResultColumn& column = table.columns.emplace_back();
  column.name = std::move(name);
  column.kind = ResultColumn::Kind::text;
  // What a message depends on.
  std::map<std::pair<std::int32_t, std::int64_t>, std::int32_t> known;
  for (index_t g = 0; g < table.rows; ++g) {
    const bool few = grouped.used[z(g)] < fits.free;
    const std::int64_t what = few ? -1 - grouped.used[z(g)] : fits.flags[z(g)];
    const auto next = static_cast<std::int32_t>(column.words.size());
    const auto [found, is_new] = known.emplace(std::pair(fits.status[z(g)], what), next);
    if (is_new) column.words.push_back(fits.message(grouped, g));
    column.codes.push_back(found->second);
  }
}

}  // namespace

std::string ManyFits::message(const GroupedData& grouped, index_t group) const {
  const std::int64_t rows = grouped.used[z(group)];
  const bool is_bad = (flags[z(group)] & ManyFlag::bad_data) != 0;
  if (rows < free && is_bad) {
    return fmt::format("{} row{} cannot determine {} free parameter{}", rows, rows == 1 ? "" : "s",
                       free, free == 1 ? "" : "s");
  }
  if (is_bad) return "the model is not finite at the start values";
  return many_message(status[z(group)], flags[z(group)]);
}

std::vector<index_t> ManyFits::failed() const {
  std::vector<index_t> groups;
  for (std::size_t g = 0; g < status.size(); ++g) {
    if (status[g] <= 0) groups.push_back(static_cast<index_t>(g));
  }
  return groups;
}

ManyArrays ManyFits::arrays() {
  ManyArrays to;
  to.popt = popt.data();
  to.perr = perr.data();
  to.pcov = pcov.empty() ? nullptr : pcov.data();
  to.cost = cost.data();
  to.rss = rss.data();
  to.status = status.data();
  to.nfev = nfev.data();
  to.flags = flags.data();
  to.p0 = p0.empty() ? nullptr : p0.data();
  to.rank = rank.data();
  return to;
}

ManyFits fit_groups(const Model& model, const GroupedData& grouped, const ManyOptions& options,
                    index_t free, bool with_covariance) {
  const std::size_t k = z(grouped.groups.count()), N = model.parameters().size();
  ManyFits fits;
  fits.free = free;
  fits.popt.resize(k * N);
  fits.perr.resize(k * N);
  if (with_covariance) {
    fits.pcov.resize(k * N * N);
    fits.p0.resize(k * N);
  }
  fits.cost.resize(k);
  fits.rss.resize(k);
  fits.status.resize(k);
  fits.nfev.resize(k);
  fits.flags.resize(k);
  fits.rank.resize(k);
  const ManyResult result = fit_many(model, *grouped.many, options, fits.arrays());
  fits.names = result.names;
  fits.engine = result.engine;
  const auto stopped = static_cast<std::int32_t>(Status::stopped);
  for (std::size_t g = 0; g < k; ++g) {
    if (grouped.used[g] < free && fits.status[g] != stopped) clear(fits, g);
  }
  return fits;
}

ResultTable make_result_table(const GroupedData& grouped, const ManyFits& fits,
                              std::vector<std::string>& notes) {
  ResultTable table;
  table.rows = grouped.groups.count();
  std::vector<std::string> taken;
  for (const Keys& key : grouped.groups.keys) taken.push_back(key.name);
  taken.insert(taken.end(), fits.names.begin(), fits.names.end());
  OwnNames own(std::move(taken), notes);
  add_keys(grouped.groups, table);
  add_counts(table, own("n"), grouped.used);
  const std::size_t N = fits.names.size();
  for (std::size_t i = 0; i < N; ++i) {
    add_numbers(table, fits.names[i], every(fits.popt, i, N));
    add_numbers(table, own(fits.names[i] + "_stderr"), every(fits.perr, i, N));
  }
  add_numbers(table, own("rss"), fits.rss);
  add_numbers(table, own("r2"), r_squared(grouped, fits));
  add_counts(table, own("status"), fits.status);
  add_messages(grouped, fits, own("message"), table);
  return table;
}

ResultTable make_result_row(const FitResult& result, std::vector<std::string>& notes) {
  ResultTable table;
  table.rows = 1;
  OwnNames own(result.names, notes);
  add_counts(table, own("n"), std::vector<std::int64_t>{result.n});
  for (std::size_t i = 0; i < result.names.size(); ++i) {
    add_numbers(table, result.names[i], {result.popt[i]});
    add_numbers(table, own(result.names[i] + "_stderr"), {result.perr[i]});
  }
  for (const FitResult::Derived& each : result.derived) {
    add_numbers(table, own(each.name), {each.value});
    add_numbers(table, own(each.name + "_stderr"), {each.error});
  }
  add_numbers(table, own("rss"), {result.rss});
  add_numbers(table, own("r2"), {result.r_squared});
  add_counts(table, own("status"), std::vector<std::int64_t>{static_cast<int>(result.status)});
  ResultColumn& column = table.columns.emplace_back();
  column.name = own("message");
  column.kind = ResultColumn::Kind::text;
  column.words = {result.message};
  column.codes = {0};
  return table;
}

}  // namespace nlsq::command
