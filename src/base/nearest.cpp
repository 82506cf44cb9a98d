// SPDX-License-Identifier: MIT
// Edit distance by dynamic programming over three rows.
#include "base/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace nlsq::base {
namespace {

constexpr std::size_t kMostListed = 10;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

index_t edit_distance(std::string_view a, std::string_view b) {
  if (a != b && lower(a) == lower(b)) return 1;
  const std::size_t width = b.size() + 1;
  std::vector<index_t> before(width), above(width), row(width);
  for (std::size_t j = 0; j < width; ++j) above[j] = static_cast<index_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<index_t>(i);
    for (std::size_t j = 1; j < width; ++j) {
      const index_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::string nearest(std::string_view name, std::span<const std::string> candidates,
                    index_t max_edits) {
  // Any letter is one edit from any other: of one-letter names only the case may be wrong.
  const index_t limit =
      std::min(max_edits, std::max<index_t>(1, static_cast<index_t>(name.size()) / 2));
  if (name.size() <= 1) {
    const auto same = [&](const std::string& candidate) { return lower(candidate) == lower(name); };
    const auto found = std::find_if(candidates.begin(), candidates.end(), same);
    return found == candidates.end() ? "" : *found;
  }
  std::string best;
  index_t best_distance = limit + 1;
  for (const std::string& candidate : candidates) {
    const index_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::string found = nearest(name, candidates);
  return found.empty() ? "" : " (did you mean '" + found + "'?)";
}

std::string quoted_list(std::span<const std::string> names) {
  const bool all = names.size() <= kMostListed;
  const std::size_t shown = all ? names.size() : kMostListed - 1;
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) out += all && i + 1 == shown ? " and " : ", ";
    out += "'" + names[i] + "'";
  }
  if (!all) out += " and " + std::to_string(names.size() - shown) + " more";
  return out;
}

}  // namespace nlsq::base
