// SPDX-License-Identifier: MIT
#include "streamed.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <utility>

#include "database.hpp"
#include "json_records.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/memory.hpp"
#include "option_values.hpp"
#include "ranks.hpp"
#include "read_options.hpp"

namespace nlsq::command {
namespace {

constexpr index_t kSmallFile = 1 << 20;  // is never worth it
constexpr double kShare = 0.8;           // of the memory, that a file read into it may take

index_t size_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return status.st_size;
}

bool is_compressed(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char head[4] = {};
  file.read(head, 4);
  const std::string_view bytes(head, 4);
  return bytes.starts_with("\x1f\x8b") || bytes == "\x28\xb5\x2f\xfd";
}

// Bytes that programs may still take on this machine, or in this process's cgroup.
index_t available_memory() {
  index_t bytes = std::numeric_limits<index_t>::max();
  std::ifstream machine("/proc/meminfo");
  for (std::string line; std::getline(machine, line);) {
    if (line.starts_with("MemAvailable:"))
      bytes = std::strtoll(line.c_str() + line.find(':') + 1, nullptr, 10) * 1024;
  }
  std::ifstream group("/sys/fs/cgroup/memory.max");
  if (std::string limit; group >> limit && limit != "max")
    bytes = std::min<index_t>(bytes, std::strtoll(limit.c_str(), nullptr, 10));
  return bytes;
}

}  // namespace

std::string why_streamed(const FitArguments& a) {
  if (a.file == "-") return "";
  if (!a.raw.empty()) return "it holds raw numbers";
  if (as_query(a.file) || is_json_path(a.file)) return "";
  struct stat status {};
  if (::stat(a.file.c_str(), &status) != 0)
    return a.file.find_first_of("*?[") == std::string::npos ? "" : "several files are one data set";
  const index_t size = size_of(a.file);
  if (size > 0 && is_compressed(a.file)) return "it is compressed";
  if (size < kSmallFile) return "";
  if (const Ranks* const ranks = Ranks::current())
    return fmt::format("{} processes share its rows", ranks->size());
  const auto fits = [size](index_t limit) {
    return static_cast<double>(size) <= kShare * static_cast<double>(limit);
  };
  if (!a.memory.empty()) {
    const index_t limit = parse_bytes(a.memory, "--memory");
    return fits(limit) ? "" : "it is larger than --memory allows";
  }
  return fits(available_memory()) ? "" : "it is larger than the memory that is available";
}

void refuse_options_of_memory(const FitArguments& a, const std::string& why) {
  const auto refuse = [&](const char* option, bool is_given) {
    if (!is_given) return;
    throw InputError(option, fmt::format("{} needs the rows in memory; {} is read in pieces, as {}",
                                         option, a.file, why));
  };
  refuse("--by", !a.by.empty());
  refuse("--where", !a.where.empty());
  refuse("--expr", !a.expr.empty());
  refuse("--plot", !a.plot.empty());
  refuse("--report", !a.report.empty());
  refuse("--table", !a.table.empty());
  refuse("--predict", !a.predict.empty());
  refuse("--melt", a.melt);
}

RowFileOptions row_options(const FitArguments& a) {
  RowFileOptions options;
  options.read = read_options(a);
  options.scratch = a.scratch;
  options.missing = a.missing == "omit" ? Missing::omit : Missing::raise;
  options.omit_marked = a.missing != "raise";
  for (std::size_t from = 0; !a.raw.empty() && from <= a.raw.size();) {
    const std::size_t comma = std::min(a.raw.find(',', from), a.raw.size());
    const std::string item = a.raw.substr(from, comma - from);
    const std::size_t colon = item.rfind(':');
    if (colon == std::string::npos || colon == 0) {
      throw InputError("--raw",
                       fmt::format("--raw: '{}' is not NAME:DTYPE; write x:<f8,y:<f4", item));
    }
    options.raw.emplace_back(item.substr(0, colon), item.substr(colon + 1));
    from = comma + 1;
  }
  return options;
}

std::string identity_of_files(const FitArguments& a) {
  std::string text;
  for (const std::string& path : a.file == "-" ? std::vector<std::string>{} : files_of(a.file)) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) continue;
    text += fmt::format("{}{} ({} bytes, {}.{:09})", text.empty() ? "" : ", ", path, status.st_size,
                        status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  }
  const auto add = [&text](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format(", {} {}", name, value);
  };
  add("x", a.x);
  add("y", a.y);
  add("sigma", a.sigma);
  for (const std::string& condition : a.where) add("where", condition);
  for (const std::string& definition : a.expr) add("expr", definition);
  add("columns", a.columns);
  add("missing", a.missing);
  add("sheet", a.sheet);
  return text;
}

OpenedRows open_used(const FitArguments& arguments, std::vector<std::string> used) {
  RowFileOptions options = row_options(arguments);
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  options.used = std::move(used);
  return open_rows(files_of(arguments.file), options);
}

}  // namespace nlsq::command
