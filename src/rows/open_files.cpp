// SPDX-License-Identifier: MIT
// From names of files to one source.
#include "rows/open_files.hpp"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "base/nearest.hpp"
#include "data/npy_header.hpp"
#include "data/zip.hpp"
#include "nlsq/error.hpp"
#include "rows/bytes.hpp"
#include "rows/scratch.hpp"
#include "rows/text_rows.hpp"

namespace nlsq {
namespace {

using rows::RowFile;

std::string first_bytes(const RowFile& file) {
  std::string bytes(static_cast<std::size_t>(std::min<index_t>(file.size(), 64)), '\0');
  file.read(0, static_cast<index_t>(bytes.size()), bytes.data());
  return bytes;
}

SharedRows open_fixed(const std::shared_ptr<const RowFile>& file, const RowFileOptions& options) {
  return options.raw.empty() ? rows::open_npy(file, options) : rows::open_raw(file, options);
}

bool is_text(const RowFile& file, const RowFileOptions& options) {
  return options.raw.empty() && !data::is_npy(first_bytes(file));
}

void refuse_other_formats(const RowFile& file) {
  const std::string bytes = first_bytes(file);
  if (bytes.starts_with("PK\x03\x04")) {
    throw DataError(file.path(), 0,
                    "an archive (NPZ, xlsx) is read into memory alone; save the columns with "
                    "numpy.save");
  }
}

// A compressed file of numbers, unpacked; other files as they are.
std::shared_ptr<const RowFile> unpacked(const std::shared_ptr<const RowFile>& file,
                                        const RowFileOptions& options) {
  if (rows::packing_of(*file) == rows::Packing::none) return file;
  const auto bytes = rows::open_bytes(file);
  std::vector<char> block(std::size_t{1} << 20);
  index_t got = bytes->read(block.data(), static_cast<index_t>(block.size()));
  if (options.raw.empty() && !data::is_npy({block.data(), static_cast<std::size_t>(got)}))
    return nullptr;
  std::string name;
  const int scratch = rows::open_scratch(options.scratch, name);
  for (; got > 0; got = bytes->read(block.data(), static_cast<index_t>(block.size())))
    rows::write_scratch(scratch, name, block.data(), got);
  return std::make_shared<const RowFile>(scratch, file->path() + " (unpacked)");
}

// Files of text become one scratch file.
class Texts {
 public:
  Texts(const RowFileOptions& options, OpenedRows& opened) : options_(options), opened_(&opened) {}

  void add(const std::shared_ptr<const RowFile>& file) {
    refuse_other_formats(*file);
    const Table head = rows::text_head(*rows::open_bytes(file), file->path(), options_);
    if (!spill_) begin(head, file->path());
    if (head.names() != names_) {
      throw DataError(
          file->path(), 0,
          fmt::format("the columns of this file are {}, those of {} are {}",
                      base::quoted_list(head.names()), first_, base::quoted_list(names_)));
    }
    const index_t before = spill_->rows() + opened_->omitted;
    rows::spill_text(*rows::open_bytes(file), file->path(), options_, *spill_, *opened_);
    if (spill_->rows() + opened_->omitted == before)
      throw DataError(file->path(), 0, "this file has no rows");
    file->check();
  }
  bool is_used() const { return spill_ != nullptr; }
  SharedRows finish() { return spill_->finish(); }

 private:
  void begin(const Table& head, const std::string& path) {
    names_ = head.names();
    first_ = path;
    for (const std::string& note : head.notes()) opened_->notes.push_back(note);
    if (options_.used.empty()) {
      for (index_t c = 0; c < static_cast<index_t>(names_.size()); ++c) {
        if (!head.is_text(c)) options_.used.push_back(names_[static_cast<std::size_t>(c)]);
      }
    }
    spill_ = std::make_unique<RowSpill>(options_.used, options_.scratch);
  }

  RowFileOptions options_;
  OpenedRows* opened_;
  std::vector<std::string> names_;
  std::string first_;
  std::unique_ptr<RowSpill> spill_;
};

std::shared_ptr<const RowFile> open_file(const std::string& path) {
  auto file = std::make_shared<const RowFile>(path);
  if (file->size() == 0) throw DataError(path, 0, "this file is empty");
  return file;
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
  Texts texts(options, opened);
  for (const std::string& path : files) {
    const auto packed = open_file(path);
    const auto file = unpacked(packed, options);
    const bool is_other =
        file == nullptr || is_text(*file, options) ? !parts.empty() : texts.is_used();
    if (is_other) {
      throw DataError(path, 0,
                      fmt::format("this file is {}, {} is not", parts.empty() ? "no text" : "text",
                                  files.front()));
    }
    if (file == nullptr || is_text(*file, options)) {
      texts.add(packed);
      continue;
    }
    parts.push_back(open_fixed(file, options));
    compare(*parts.front(), *parts.back(), files.front(), path);
  }
  opened.rows = texts.is_used() ? texts.finish() : rows_joined(std::move(parts));
  if (opened.rows->rows() == 0) throw DataError(files.front(), 0, "there is no row to fit");
  return opened;
}

bool is_streamable(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

Table read_head(const std::string& path, const RowFileOptions& options) {
  const auto packed = open_file(path);
  RowFileOptions own = options;
  const auto file = unpacked(packed, own);
  if (file == nullptr || is_text(*file, own)) {
    refuse_other_formats(*packed);
    return rows::text_head(*rows::open_bytes(packed), path, own);
  }
  const bool has_names = !own.raw.empty() || first_bytes(*file).find("[(") != std::string::npos;
  return rows::head_of(*open_fixed(file, own), path, has_names, own);
}

bool reads_compressed(std::string_view kind) {
  if (kind == "deflate") return data::unpacks_zip();
  return rows::unpacks(kind == "gzip" ? rows::Packing::gzip : rows::Packing::zstd);
}

}  // namespace nlsq
