// SPDX-License-Identifier: MIT
// From names of files to one source.
#include "rows/open_files.hpp"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "data/npy_header.hpp"
#include "nlsq/error.hpp"

namespace nlsq {
namespace {

using rows::RowFile;

std::string first_bytes(const RowFile& file) {
  std::string bytes(static_cast<std::size_t>(std::min<index_t>(file.size(), 64)), '\0');
  file.read(0, static_cast<index_t>(bytes.size()), bytes.data());
  return bytes;
}

SharedRows open_one(const std::string& path, const RowFileOptions& options, OpenedRows&) {
  const auto file = std::make_shared<const RowFile>(path);
  if (file->size() == 0) throw DataError(path, 0, "this file is empty");
  if (!options.raw.empty()) return rows::open_raw(file, options);
  const std::string bytes = first_bytes(*file);
  if (data::is_npy(bytes)) return rows::open_npy(file, options);
  throw DataError(path, 0, "rows of this kind of file are read into memory alone");
}

// Says how the columns of a file differ from those of the first.
void compare(const RowSource& first, const RowSource& other, const std::string& of_first,
             const std::string& path) {
  const auto& a = first.columns();
  const auto& b = other.columns();
  if (a.size() != b.size()) {
    throw DataError(
        path, 0, fmt::format("this file has {} columns, {} has {}", b.size(), of_first, a.size()));
  }
  for (std::size_t c = 0; c < a.size(); ++c) {
    if (a[c].name != b[c].name) {
      throw DataError(path, 0,
                      fmt::format("column {} of this file is '{}', that of {} is '{}'", c + 1,
                                  b[c].name, of_first, a[c].name));
    }
    if (a[c].kind != b[c].kind) {
      throw DataError(path, 0,
                      fmt::format("column '{}' of this file is {}, that of {} is {}", b[c].name,
                                  b[c].kind, of_first, a[c].kind));
    }
  }
}

}  // namespace

std::vector<std::string> files_of(const std::string& pattern) {
  struct stat status {};
  if (pattern.find_first_of("*?[") == std::string::npos || ::stat(pattern.c_str(), &status) == 0)
    return {pattern};
  glob_t found{};
  std::vector<std::string> files;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) files.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  if (files.empty()) throw DataError(pattern, 0, "no file matches this pattern");
  return files;
}

OpenedRows open_rows(const std::vector<std::string>& files, const RowFileOptions& options) {
  if (files.empty()) throw InputError("files", "files: there is none");
  OpenedRows opened;
  std::vector<SharedRows> parts;
  for (const std::string& path : files) {
    parts.push_back(open_one(path, options, opened));
    if (parts.back()->rows() == 0) throw DataError(path, 0, "this file has no rows");
    compare(*parts.front(), *parts.back(), files.front(), path);
  }
  opened.rows = rows_joined(std::move(parts));
  return opened;
}

bool is_streamable(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

Table read_head(const std::string& path, const RowFileOptions& options) {
  const auto file = std::make_shared<const RowFile>(path);
  if (file->size() == 0) throw DataError(path, 0, "this file is empty");
  if (!options.raw.empty())
    return rows::head_of(*rows::open_raw(file, options), path, true, options);
  const std::string bytes = first_bytes(*file);
  if (data::is_npy(bytes)) {
    const bool has_names = bytes.find("[(") != std::string::npos;
    return rows::head_of(*rows::open_npy(file, options), path, has_names, options);
  }
  throw DataError(path, 0, "rows of this kind of file are read into memory alone");
}

}  // namespace nlsq
