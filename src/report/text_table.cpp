// SPDX-License-Identifier: MIT
// Layout of text.
#include "report/text_table.hpp"

#include <algorithm>
#include <numeric>

namespace nlsq::fit_impl {
namespace {

constexpr std::size_t kGap = 2;

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// The byte at which character `count` begins.
std::size_t byte_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (starts_character(text[at]) && count-- == 0) break;
    ++at;
  }
  return at;
}

}  // namespace

std::string Styles::apply(const std::string& text, const char* code) const {
  if (!color_ || code == nullptr || text.empty()) return text;
  return std::string("\x1b[") + code + "m" + text + "\x1b[0m";
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string shortened(const std::string& text, std::size_t most) {
  const std::size_t width = width_of(text);
  if (width <= most) return text;
  const std::size_t front = most / 2, back = most - 1 - front;
  return text.substr(0, byte_of(text, front)) + "…" + text.substr(byte_of(text, width - back));
}

std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  std::string out;
  std::string_view rest = text;
  while (width_of(rest) > width) {
    const std::size_t limit = byte_of(rest, width);
    const std::size_t blank = rest.rfind(' ', limit);
    const std::size_t sign = rest.substr(0, limit).find_last_of("+-*/,");
    const auto is_late = [&](std::size_t at) {
      return at != std::string_view::npos && at >= limit / 2;
    };
    const std::size_t cut = is_late(blank) ? blank : is_late(sign) ? sign + 1 : limit;
    out += std::string(rest.substr(0, cut)) + "\n" + std::string(indent, ' ');
    rest.remove_prefix(cut < rest.size() && rest[cut] == ' ' ? cut + 1 : cut);
  }
  return out + std::string(rest);
}

TextTable::TextTable(std::vector<Cell> heading, std::string alignment)
    : heading_(std::move(heading)), alignment_(std::move(alignment)) {}

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < heading_.size(); ++c) {
    widths.push_back(width_of(heading_[c].text));
    for (const auto& row : rows_) widths[c] = std::max(widths[c], width_of(row[c].text));
  }
  return widths;
}

std::string TextTable::line(const std::vector<Cell>& row, const std::vector<std::size_t>& widths,
                            const Styles& styles, const std::vector<bool>& hidden) const {
  std::string out;
  std::size_t pending = 0;  // blanks that are written only when something follows
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (hidden[c]) continue;
    const std::size_t padding = widths[c] - width_of(row[c].text);
    const bool right = alignment_[c] == 'r';
    if (alignment_[c] == 'j') --pending;
    if (!row[c].text.empty()) {
      out += std::string(pending + (right ? padding : 0), ' ') +
             styles.apply(row[c].text, row[c].style);
      pending = 0;
    } else {
      pending += right ? padding : 0;
    }
    pending += (right ? 0 : padding) + kGap;
  }
  return out + "\n";
}

std::string TextTable::text(const Styles& styles, std::size_t most, int below, int optional) const {
  const std::vector<std::size_t> all = widths();
  const std::size_t gaps = kGap * (all.size() - 1);
  std::vector<bool> hidden(all.size(), false);
  // Without the column whose cells may move.
  std::size_t total = std::accumulate(all.begin(), all.end(), gaps);
  if (below >= 0) total -= all[static_cast<std::size_t>(below)];
  if (optional >= 0 && total > most) {
    hidden[static_cast<std::size_t>(optional)] = true;
    total -= all[static_cast<std::size_t>(optional)] + kGap;
  }
  std::vector<Cell> heading = heading_;
  for (Cell& cell : heading) cell.style = "1";
  std::string out = line(heading, all, styles, hidden);
  for (const auto& row : rows_) {
    const Cell last = below >= 0 ? row[static_cast<std::size_t>(below)] : Cell("");
    const bool moves = !last.text.empty() && total + width_of(last.text) > most;
    if (moves) hidden[static_cast<std::size_t>(below)] = true;
    out += line(row, all, styles, hidden);
    if (moves) out += "      " + styles.apply(last.text, last.style) + "\n";
    if (moves) hidden[static_cast<std::size_t>(below)] = false;
  }
  return out;
}

}  // namespace nlsq::fit_impl
