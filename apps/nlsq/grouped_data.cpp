// SPDX-License-Identifier: MIT
#include "grouped_data.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <system_error>
#include <thread>

#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// About the first row's value, so that y near 1e9 loses nothing.
void add_moments(GroupedData& grouped, index_t group) {
  const ManyData& data = *grouped.many;
  const Values &y = data.response(), &sigma = data.sigma().values;
  const index_t from = data.offsets()[z(group)], to = data.offsets()[z(group) + 1];
  const double number = data.sigma_number() > 0.0 ? data.sigma_number() : 1.0;
  double w_sum = 0.0, wd = 0.0, wdd = 0.0;
  std::int64_t used = 0;
  for (index_t i = from; i < to; ++i) {
    const double s = sigma.size > 0 ? sigma[i] : number;
    const double w = 1.0 / (s * s), d = y[i] - y[from];
    used += std::isinf(s) ? 0 : 1;
    w_sum += w;
    wd += w * d;
    wdd += w * d * d;
  }
  grouped.used[z(group)] = used;
  grouped.tss[z(group)] = w_sum > 0.0 ? std::max(0.0, wdd - wd * (wd / w_sum)) : 0.0;
}

}  // namespace

GroupedData group_data(const LoadedData& loaded, Groups groups, int threads) {
  GroupedData grouped;
  grouped.groups = std::move(groups);
  const std::vector<index_t>& order = grouped.groups.order;
  const index_t rows = grouped.groups.offsets.back();
  const auto sorted = [&](const Values& from) -> Values {
    if (order.empty()) return std::span(static_cast<const double*>(from.data), z(rows));
    std::vector<double>& to = grouped.own.emplace_back(z(rows));
    for_each_share(threads, rows, [&](index_t first, index_t last) {
      const auto* values = static_cast<const double*>(from.data);
      for (index_t i = first; i < last; ++i) to[z(i)] = values[order[z(i)]];
    });
    return to;
  };
  ManyData& many = grouped.many.emplace(std::span<const index_t>(grouped.groups.offsets));
  for (const Dataset::Column& column : loaded.data.columns())
    many.column(column.name, sorted(column.values));
  const Dataset::Response& response = loaded.data.responses().front();
  many.response(sorted(response.y));
  if (response.sigma.size > 0)
    many.sigma(sorted(response.sigma));
  else if (response.sigma_number > 0.0)
    many.sigma(response.sigma_number);
  grouped.used.resize(z(grouped.groups.count()));
  grouped.tss.resize(z(grouped.groups.count()));
  for_each_share(threads, grouped.groups.count(), [&](index_t from, index_t to) {
    for (index_t g = from; g < to; ++g) add_moments(grouped, g);
  });
  return grouped;
}

void for_each_share(int threads, index_t count,
                    const std::function<void(index_t from, index_t to)>& task) {
  const index_t wanted = threads > 0 ? threads : default_threads();
  const index_t share = std::clamp<index_t>(count / (8 * wanted), 1, index_t{1} << 16U);
  std::atomic<index_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (index_t from = next.fetch_add(share); from < count; from = next.fetch_add(share))
        task(from, std::min(from + share, count));
    } catch (...) {
      if (!failed.exchange(true)) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers;
    try {
      for (index_t i = 1; i < std::min(wanted, (count + share - 1) / share); ++i)
        helpers.emplace_back(work);
    } catch (const std::system_error&) {
      // The system refuses more threads; those that run, and this one, do the work.
    }
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace nlsq::command
