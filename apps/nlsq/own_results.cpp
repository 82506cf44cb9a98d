// SPDX-License-Identifier: MIT
#include "own_results.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <vector>

namespace nlsq::command {
namespace {

constexpr std::streamsize kMostOfHeader = 1 << 20, kMostOfTail = 1024;

// The fields of the first line; none if it does not end within what was read.
std::vector<std::string> first_line(std::string_view text) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && text.substr(i + 1).starts_with('"')) {
      fields.back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      fields.emplace_back();
    } else if (!quoted && c == '\n') {
      return fields;
    } else {
      fields.back() += c;
    }
  }
  return {};
}

// A name of ours may have made way for one of the user's: `n_`.
bool is_ours(std::string_view field, std::string_view name) {
  return field.starts_with(name) &&
         field.find_first_not_of('_', name.size()) == std::string_view::npos;
}

// Keys if any, n, pairs of NAME and NAME_stderr, rss, r2, status, message.
bool is_header(const std::vector<std::string>& fields) {
  constexpr std::string_view kEnd[] = {"rss", "r2", "status", "message"};
  if (fields.size() < 2 + std::size(kEnd)) return false;
  const std::size_t end = fields.size() - std::size(kEnd);
  if (!std::equal(
          std::begin(kEnd), std::end(kEnd), fields.begin() + static_cast<std::ptrdiff_t>(end),
          [](std::string_view name, const std::string& field) { return is_ours(field, name); })) {
    return false;
  }
  std::size_t at = end;
  while (at >= 2 && is_ours(fields[at - 1], fields[at - 2] + "_stderr")) at -= 2;
  return at >= 1 && is_ours(fields[at - 1], "n");
}

// Columns of the user, fit, residual (of rows that were fitted), fit_stderr, fit_lower, fit_upper.
bool is_curve_header(const std::vector<std::string>& fields) {
  constexpr std::string_view kEnd[] = {"fit_stderr", "fit_lower", "fit_upper"};
  if (fields.size() < 2 + std::size(kEnd)) return false;
  const std::size_t end = fields.size() - std::size(kEnd);
  for (std::size_t i = 0; i < std::size(kEnd); ++i) {
    if (!is_ours(fields[end + i], kEnd[i])) return false;
  }
  return is_ours(fields[end - 1], "fit") ||
         (is_ours(fields[end - 1], "residual") && is_ours(fields[end - 2], "fit"));
}

bool begins_with(std::ifstream& file, std::string_view wanted) {
  std::string text(wanted.size(), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return file.good() && text == wanted;
}

bool is_png(std::ifstream& file) {
  // Its length and kind stand before the text.
  constexpr std::size_t kBefore = kPngHeader + 8;
  std::string head(kBefore + kPngText.size(), '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  return file.good() && head.starts_with("\x89PNG") && head.substr(kBefore) == kPngText;
}

bool ends_with(std::ifstream& file, std::streamoff size, std::string_view wanted) {
  if (size < static_cast<std::streamoff>(wanted.size())) return false;
  file.seekg(-static_cast<std::streamoff>(wanted.size()), std::ios::end);
  return begins_with(file, wanted);
}

bool is_table(std::ifstream& file) {
  std::string text(static_cast<std::size_t>(kMostOfHeader), '\0');
  file.read(text.data(), kMostOfHeader);
  text.resize(static_cast<std::size_t>(file.gcount()));
  const std::vector<std::string> fields = first_line(text);
  return is_header(fields) || is_curve_header(fields);
}

bool is_archive(std::ifstream& file, std::streamoff size) {
  constexpr std::size_t kEndSize = 22;
  const std::string_view comment = kNpzComment;
  std::string tail(static_cast<std::size_t>(std::min<std::streamoff>(size, kMostOfTail)), '\0');
  file.seekg(-static_cast<std::streamoff>(tail.size()), std::ios::end);
  file.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  if (!file.good() || !tail.ends_with(comment) || tail.size() < comment.size() + kEndSize)
    return false;
  // The last entry of the directory ends with its name.
  std::string_view entries =
      std::string_view(tail).substr(0, tail.size() - comment.size() - kEndSize);
  if (!entries.ends_with(".npy")) return false;
  entries.remove_suffix(4);
  while (entries.ends_with('_')) entries.remove_suffix(1);
  return entries.ends_with("message") || entries.ends_with("fit_upper");
}

}  // namespace

bool is_own_result(const std::string& path, Format format) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file.good()) return false;
  const std::streamoff size = file.tellg();
  if (size == 0) return true;
  file.seekg(0);
  switch (format) {
    case Format::svg: return begins_with(file, kSvgStart);
    case Format::png: return is_png(file);
    case Format::pdf: return ends_with(file, size, kPdfEnd);
    case Format::csv: return is_table(file);
    case Format::npz: return is_archive(file, size);
    case Format::json: return begins_with(file, kJsonStart);
    case Format::html: return begins_with(file, kHtmlStart);
  }
  return false;
}

}  // namespace nlsq::command
