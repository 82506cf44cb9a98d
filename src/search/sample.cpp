// SPDX-License-Identifier: MIT
#include "search/sample.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/hash.hpp"

namespace nlsq::search {
namespace {

constexpr index_t kVector = 16;         // rows that a block is a multiple of
constexpr index_t kMostSorted = 65536;  // more rows are taken as they come
constexpr index_t kLeadingRows = 64;    // that tell which column varies

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

double unit(index_t i) { return static_cast<double>(base::hash(z(i)) >> 11) * 0x1p-53; }

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The column whose order is that of the curve: the first that is not constant.
const Column* leading(const Table& table) {
  for (const Column& column : table.columns) {
    for (index_t i = 1; i < std::min(table.rows, kLeadingRows); ++i) {
      if (column[i] != column[0]) return &column;
    }
  }
  return table.columns.empty() ? nullptr : &table.columns.front();
}

// One at random of each of `parts` equal parts of so many places, and both ends.
std::vector<index_t> drawn_places(index_t count, index_t parts) {
  std::vector<index_t> places{0, count - 1};
  for (index_t s = 0; s < parts; ++s) {
    const double at = (static_cast<double>(s) + unit(s)) * static_cast<double>(count) /
                      static_cast<double>(parts);
    places.push_back(std::min(static_cast<index_t>(at), count - 1));
  }
  return places;
}

void draw_parts(std::span<const index_t> order, index_t parts, std::vector<index_t>& rows) {
  for (const index_t place : drawn_places(static_cast<index_t>(order.size()), parts))
    rows.push_back(order[z(place)]);
}

// The place that spread_rows() looks at in part s.
index_t spread_place(index_t s, index_t rows, index_t parts) {
  // All rows where they are few.
  const double share = parts == rows ? 0.0 : unit(s);
  const double at =
      (static_cast<double>(s) + share) * static_cast<double>(rows) / static_cast<double>(parts);
  return std::min(static_cast<index_t>(at), rows - 1);
}

// Adds the rows of the largest values, as many as are wanted.
void add_largest(std::span<const index_t> order, std::span<const double> values, index_t wanted,
                 std::vector<index_t>& rows) {
  std::vector<std::size_t> by(order.size());
  std::iota(by.begin(), by.end(), std::size_t{0});
  const auto end = by.begin() + static_cast<std::ptrdiff_t>(std::min(z(wanted), by.size()));
  std::nth_element(by.begin(), end == by.end() ? end - 1 : end, by.end(),
                   [&](std::size_t a, std::size_t b) {
                     return values[a] != values[b] ? values[a] > values[b] : a < b;
                   });
  for (auto at = by.begin(); at != end; ++at) rows.push_back(order[*at]);
}

// Of very many rows: from each part one at random and the one farthest from the median.
std::vector<index_t> chosen_in_one_pass(const Table& table, std::span<const index_t> usable,
                                        index_t most) {
  std::vector<index_t> rows;
  const index_t parts = most / 2 - 1;
  draw_parts(usable, parts, rows);
  std::vector<double> some;
  for (const index_t row : rows) some.push_back(table.y[row]);
  const double median = median_of(std::move(some));
  const auto count = static_cast<index_t>(usable.size());
  for (index_t s = 0; s < parts; ++s) {
    const index_t from = s * count / parts, to = (s + 1) * count / parts;
    index_t farthest = from;
    double distance = -1.0;
    for (index_t i = from; i < to; ++i) {
      const double d = std::abs(table.y[usable[z(i)]] - median);
      if (d > distance) distance = d, farthest = i;
    }
    rows.push_back(usable[z(farthest)]);
  }
  return rows;
}

}  // namespace

bool counts(const Table& table, index_t row) {
  for (const Column& column : table.columns) {
    if (!std::isfinite(column[row])) return false;
  }
  if (!std::isfinite(table.y[row])) return false;
  return table.sigma.data == nullptr || std::isfinite(table.sigma[row]);
}

std::vector<index_t> spread_rows(const Table& table, index_t most) {
  std::vector<index_t> rows;
  const index_t parts = std::min(table.rows, most);
  for (index_t s = 0; s < parts; ++s) {
    const index_t row = spread_place(s, table.rows, parts);
    if (counts(table, row)) rows.push_back(row);
  }
  if (const Column* x = leading(table)) {
    std::stable_sort(rows.begin(), rows.end(),
                     [&](index_t a, index_t b) { return (*x)[a] < (*x)[b]; });
  }
  return rows;
}

std::vector<index_t> rows_to_spread(index_t rows, index_t most) {
  std::vector<index_t> wanted;
  const index_t parts = std::min(rows, most);
  for (index_t s = 0; s < parts; ++s) wanted.push_back(spread_place(s, rows, parts));
  for (index_t i = 0; i < std::min(rows, kLeadingRows); ++i) wanted.push_back(i);
  return wanted;
}

bool ChoiceOfMany::serves(index_t rows) { return rows > kMostSorted; }

ChoiceOfMany::ChoiceOfMany(index_t rows, index_t most)
    : rows_(rows), parts_(most / 2 - 1), chosen_(drawn_places(rows, parts_)) {}

void ChoiceOfMany::set_responses(std::vector<double> of_drawn) {
  median_ = median_of(std::move(of_drawn));
}

void ChoiceOfMany::see(index_t row, double response) {
  if (row == (part_ + 1) * rows_ / parts_) {
    chosen_.push_back(farthest_);
    ++part_;
    farthest_ = row;
    distance_ = -1.0;
  }
  const double d = std::abs(response - median_);
  if (d > distance_) distance_ = d, farthest_ = row;
}

std::vector<index_t> ChoiceOfMany::rows() {
  chosen_.push_back(farthest_);
  std::sort(chosen_.begin(), chosen_.end());
  chosen_.erase(std::unique(chosen_.begin(), chosen_.end()), chosen_.end());
  return chosen_;
}

std::vector<index_t> choose_rows(const Table& table, index_t most) {
  std::vector<index_t> usable;
  usable.reserve(z(table.rows));
  for (index_t i = 0; i < table.rows; ++i) {
    if (counts(table, i)) usable.push_back(i);
  }
  if (static_cast<index_t>(usable.size()) <= most) return usable;
  std::vector<index_t> rows;
  if (static_cast<index_t>(usable.size()) > kMostSorted) {
    rows = chosen_in_one_pass(table, usable, most);
  } else {
    std::vector<index_t>& order = usable;
    if (const Column* x = leading(table)) {
      const auto before = [&](index_t a, index_t b) { return (*x)[a] < (*x)[b]; };
      if (!std::is_sorted(order.begin(), order.end(), before))
        std::stable_sort(order.begin(), order.end(), before);
    }
    draw_parts(order, most / 2 - 2, rows);
    std::vector<double> distance, change(order.size(), 0.0);
    for (const index_t row : order) distance.push_back(table.y[row]);
    for (std::size_t i = 1; i < order.size(); ++i)
      change[i] = std::abs(distance[i] - distance[i - 1]);
    const double median = median_of(distance);
    for (double& d : distance) d = std::abs(d - median);
    add_largest(order, distance, most / 4, rows);
    add_largest(order, change, most / 4, rows);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

Sample take_sample(const Table& table, std::span<const index_t> rows) {
  Sample sample;
  sample.rows = static_cast<index_t>(rows.size());
  sample.all_rows = table.rows;
  if (rows.empty()) return sample;
  sample.padded = (sample.rows + kVector - 1) / kVector * kVector;
  const auto copy = [&](const Column& from) {
    std::vector<double> values;
    values.reserve(z(sample.padded));
    for (const index_t row : rows) values.push_back(from[row]);
    values.resize(z(sample.padded), values.back());
    return values;
  };
  for (const Column& column : table.columns) sample.columns.push_back(copy(column));
  sample.y = copy(table.y);
  sample.weight.assign(z(sample.padded), 1.0);
  if (table.sigma.data != nullptr) {
    const std::vector<double> sigma = copy(table.sigma);
    const double least = *std::min_element(sigma.begin(), sigma.end());
    for (index_t i = 0; i < sample.rows; ++i) sample.weight[z(i)] = least / sigma[z(i)];
  }
  return sample;
}

}  // namespace nlsq::search
