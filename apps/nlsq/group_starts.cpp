// SPDX-License-Identifier: MIT
#include "group_starts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "built_in.hpp"
#include "key_table.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/models.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

using Names = std::vector<std::string>;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

template <class Map>
void refuse_unknown(const Map& given, const Names& names, const char* option) {
  for (const auto& [name, value] : given) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw InputError(option, fmt::format("{}: there is no parameter '{}'{}; there is {}", option,
                                         name, did_you_mean(name, names), quoted_list(names)));
  }
}

Bounds bounds_of(const FitOptions& options, const std::string& name) {
  const auto found = options.bounds.find(name);
  return found == options.bounds.end() ? Bounds{} : found->second;
}

// As the library has it where nothing is given.
double default_start(const Bounds& b) {
  if (std::isfinite(b.lower) && std::isfinite(b.upper)) return b.lower + 0.5 * (b.upper - b.lower);
  if (b.lower <= 1.0 && 1.0 <= b.upper) return 1.0;
  return std::isfinite(b.lower) ? b.lower + 1.0 : b.upper - 1.0;
}

std::vector<double> common_starts(const FitOptions& options, const Names& names) {
  if (!options.p0.empty() && options.p0.size() != names.size()) {
    throw InputError("--p0", fmt::format("--p0: {} values were given for {} parameters ({})",
                                         options.p0.size(), names.size(), quoted_list(names)));
  }
  std::vector<double> starts = options.p0;
  if (starts.empty()) {
    for (const std::string& name : names) starts.push_back(default_start(bounds_of(options, name)));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto given = options.start.find(names[i]);
    if (given != options.start.end()) starts[i] = given->second;
    const auto fixed = options.fixed.find(names[i]);
    if (fixed != options.fixed.end() && fixed->second) starts[i] = *fixed->second;
  }
  return starts;
}

bool is_pinned(const FitOptions& options, const std::string& name) {
  const auto fixed = options.fixed.find(name);
  return fixed != options.fixed.end() && fixed->second.has_value();
}

void note_absent(const KeyTable& table, const std::string& option, index_t groups,
                 const char* instead, LoadedData& loaded) {
  const index_t absent = table.absent();
  if (absent == 0) return;
  loaded.notes.push_back(fmt::format("{}: {} of {} groups {} not in {} and take the common {}",
                                     option, absent, groups, absent == 1 ? "is" : "are",
                                     table.columns().table().source(), instead));
}

// What no table gives. Rows of infinite sigma have no say.
void estimate(const GroupedData& grouped, const LoadedData& loaded, const FitOptions& options,
              std::vector<double>& starts) {
  const Names& names = loaded.built_in->parameters;
  const Names estimated = estimated_parameters(*loaded.built_in, options);
  const ManyData& data = *grouped.many;
  const Values &x = data.columns().front().values, &y = data.response();
  const Values& sigma = data.sigma().values;
  for_each_share(options.threads, grouped.groups.count(), [&](index_t from, index_t to) {
    std::vector<double> xs, ys;
    for (index_t g = from; g < to; ++g) {
      double* const start = starts.data() + z(g) * names.size();
      if (std::none_of(start, start + names.size(), [](double s) { return std::isnan(s); }))
        continue;
      xs.clear();
      ys.clear();
      for (index_t i = data.offsets()[z(g)]; i < data.offsets()[z(g) + 1]; ++i) {
        if (sigma.size > 0 && std::isinf(sigma[i])) continue;
        xs.push_back(x[i]);
        ys.push_back(y[i]);
      }
      const std::vector<double> found = start_values(*loaded.built_in, xs, ys);
      for (std::size_t i = 0; i < names.size(); ++i) {
        const bool wanted =
            std::find(estimated.begin(), estimated.end(), names[i]) != estimated.end();
        if (!wanted || !std::isnan(start[i])) continue;
        const Bounds b = bounds_of(options, names[i]);
        start[i] = std::max(std::min(found[i], b.upper), b.lower);
      }
    }
  });
}

void take_starts(const FitArguments& arguments, const FitOptions& options,
                 const GroupedData& grouped, LoadedData& loaded, std::vector<double>& starts) {
  const std::string option = "--p0-from";
  const Names& names = loaded.model->parameters();
  const KeyTable table(arguments.p0_from, option, grouped.groups);
  const ColumnSet& columns = table.columns();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (is_pinned(options, names[i])) continue;
    const index_t column = find_written(columns, names[i]);
    if (column < 0) {
      // A start for all groups is as good.
      if (options.start.contains(names[i])) continue;
      throw InputError(option, fmt::format("{0}: {1} has no column '{2}' for the start of the "
                                           "parameter{3}; its columns are {4}; or give it to all "
                                           "groups: --p0 {2}=VALUE",
                                           option, columns.table().source(), names[i],
                                           did_you_mean(names[i], columns.names()),
                                           quoted_list(columns.names())));
    }
    const std::span<const double> values = columns.values(column);
    for (index_t g = 0; g < grouped.groups.count(); ++g) {
      const index_t row = table.row_of(g);
      // What failed then has no values, and no say.
      if (row >= 0 && std::isfinite(values[z(row)]))
        starts[z(g) * names.size() + i] = values[z(row)];
    }
  }
  note_absent(table, option, grouped.groups.count(), "start", loaded);
}

void take_bounds(const FitArguments& arguments, const FitOptions& options,
                 const GroupedData& grouped, LoadedData& loaded, GroupStarts& out) {
  const std::string option = "--bounds-from";
  const Names& names = loaded.model->parameters();
  const std::size_t N = names.size(), k = z(grouped.groups.count());
  const KeyTable table(arguments.bounds_from, option, grouped.groups);
  const ColumnSet& columns = table.columns();
  out.lower.resize(k * N);
  out.upper.resize(k * N);
  bool any = false;
  const auto fill = [&](std::size_t i, const char* suffix, double common, std::vector<double>& to) {
    const index_t column = find_written(columns, names[i] + suffix);
    any |= column >= 0;
    const std::span<const double> values =
        column < 0 ? std::span<const double>() : columns.values(column);
    for (std::size_t g = 0; g < k; ++g) {
      const index_t row = table.row_of(static_cast<index_t>(g));
      const bool given = column >= 0 && row >= 0 && !std::isnan(values[z(row)]);
      to[g * N + i] = given ? values[z(row)] : common;
    }
  };
  for (std::size_t i = 0; i < N; ++i) {
    const Bounds common = bounds_of(options, names[i]);
    fill(i, "_min", common.lower, out.lower);
    fill(i, "_max", common.upper, out.upper);
    for (std::size_t g = 0; g < k; ++g) {
      if (out.lower[g * N + i] <= out.upper[g * N + i]) continue;
      throw InputError(
          option, fmt::format("{}: the lower bound {} of '{}' is above the upper bound {} in the "
                              "group {}",
                              option, out.lower[g * N + i], names[i], out.upper[g * N + i],
                              printable(grouped.groups.label(static_cast<index_t>(g)))));
    }
  }
  if (!any) {
    throw InputError(option, fmt::format("{}: {} has no bounds; they are columns such as '{}_min' "
                                         "and '{}_max'; its columns are {}",
                                         option, columns.table().source(), names.front(),
                                         names.front(), quoted_list(columns.names())));
  }
  note_absent(table, option, grouped.groups.count(), "bounds", loaded);
}

}  // namespace

GroupStarts find_group_starts(const FitArguments& arguments, const FitOptions& options,
                              const GroupedData& grouped, LoadedData& loaded) {
  GroupStarts out;
  const Names& names = loaded.model->parameters();
  refuse_unknown(options.start, names, "--p0");
  refuse_unknown(options.fixed, names, "--fix");
  refuse_unknown(options.bounds, names, "--bounds");
  if (!arguments.bounds_from.empty()) take_bounds(arguments, options, grouped, loaded, out);
  const bool estimates =
      loaded.built_in != nullptr && !estimated_parameters(*loaded.built_in, options).empty();
  if (!estimates && arguments.p0_from.empty()) return out;
  const std::vector<double> common = common_starts(options, names);
  out.starts.assign(z(grouped.groups.count()) * names.size(),
                    std::numeric_limits<double>::quiet_NaN());
  if (!arguments.p0_from.empty()) take_starts(arguments, options, grouped, loaded, out.starts);
  if (estimates) estimate(grouped, loaded, options, out.starts);
  for (std::size_t i = 0; i < out.starts.size(); ++i) {
    if (std::isnan(out.starts[i])) out.starts[i] = common[i % names.size()];
  }
  return out;
}

}  // namespace nlsq::command
