// SPDX-License-Identifier: MIT
// Files of numbers in records: NPY arrays in either order, and raw records.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "data/npy_header.hpp"
#include "data/npy_reader.hpp"
#include "data/table_impl.hpp"
#include "nlsq/error.hpp"
#include "rows/open_files.hpp"
#include "rows/strided_rows.hpp"

namespace nlsq::rows {
namespace {

constexpr index_t kHeader = 1 << 20;  // bytes in which the header of an array ends
constexpr index_t kHeadRows = 1024;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

std::vector<std::string> names_of(std::vector<std::string> found, std::size_t columns,
                                  const std::string& path, const RowFileOptions& options) {
  data::Storage storage(static_cast<index_t>(columns), 1);
  Table::Impl table;
  table.source = path;
  table.storage = std::move(storage);
  for (std::size_t c = 0; c < columns; ++c) *table.storage.column(static_cast<index_t>(c)) = 0.0;
  table.rows = 1;
  data::finish_table(table, std::move(found), static_cast<index_t>(columns), options.read,
                     "the array has no names");
  return table.names;
}

}  // namespace

SharedRows open_npy(const std::shared_ptr<const RowFile>& file, const RowFileOptions& options) {
  std::vector<char> head(z(std::min(kHeader, file->size())));
  file->read(0, static_cast<index_t>(head.size()), head.data());
  const std::string_view bytes(head.data(), head.size());
  const data::NpyHeader header = data::read_npy_header(bytes, file->path());
  const auto start = static_cast<index_t>(header.body.data() - bytes.data());
  const data::NpyArray array = data::plan_npy(header, file->size() - start, file->path());
  std::vector<std::string> names;
  for (const data::NpyColumn& column : array.columns) {
    if (header.structured) names.push_back(column.name);
  }
  names = names_of(std::move(names), array.columns.size(), file->path(), options);
  std::vector<Panel> panels;
  std::vector<StridedColumn> columns;
  const bool is_apart = header.fortran_order || array.columns.size() == 1;
  if (!is_apart) panels.push_back({file, start, array.columns.front().step});
  for (std::size_t c = 0; c < array.columns.size(); ++c) {
    const data::NpyColumn& column = array.columns[c];
    if (!column.is_number()) continue;
    if (is_apart) panels.push_back({file, start + column.offset, column.step});
    columns.push_back({names[c], column.dtype, panels.size() - 1, is_apart ? 0 : column.offset,
                       column.convert, column.is_native_double()});
  }
  if (columns.empty()) throw DataError(file->path(), 0, "this NPY file has no column of numbers");
  return std::make_shared<StridedRows>(array.rows, std::move(panels), std::move(columns));
}

SharedRows open_raw(const std::shared_ptr<const RowFile>& file, const RowFileOptions& options) {
  std::vector<StridedColumn> columns;
  index_t record = 0;
  for (const auto& [name, dtype] : options.raw) {
    const data::NpyColumn::Convert convert = data::npy_convert(dtype);
    if (convert == nullptr) {
      throw InputError("raw", fmt::format("raw: '{}' of '{}' is no kind of number; write <f8, <f4, "
                                          "<i4, … (> for the other order of bytes)",
                                          dtype, name));
    }
    const data::NpyColumn like{"", dtype, convert, 0, 0};
    columns.push_back({name, dtype, 0, record, convert, like.is_native_double()});
    record += data::npy_item_size(dtype, file->path());
  }
  const index_t there = file->size() - options.raw_offset;
  const index_t bytes = options.raw_rows > 0 ? options.raw_rows * record : there;
  if (bytes > there) {
    throw DataError(file->path(), 0,
                    fmt::format("this file is cut off: {} records need {} bytes, it has {}",
                                options.raw_rows, bytes, there));
  }
  if (bytes <= 0) throw DataError(file->path(), 0, "this file holds no rows");
  if (bytes % record != 0) {
    throw DataError(file->path(), 0,
                    fmt::format("its {} bytes are no whole number of records of {}; it is cut off, "
                                "or the columns are others",
                                bytes, record));
  }
  return std::make_shared<StridedRows>(
      bytes / record, std::vector<Panel>{{file, options.raw_offset, record}}, std::move(columns));
}

Table head_of(const RowSource& source, const std::string& name, bool has_names,
              const RowFileOptions& options) {
  auto impl = std::make_unique<Table::Impl>();
  const auto columns = static_cast<index_t>(source.columns().size());
  impl->source = name;
  impl->rows = std::min(kHeadRows, source.rows());
  impl->storage = data::Storage(columns, impl->rows);
  std::vector<index_t> all;
  std::vector<void*> to;
  std::vector<std::string> names;
  for (index_t c = 0; c < columns; ++c) {
    all.push_back(c);
    to.push_back(impl->storage.column(c));
    names.push_back(source.columns()[z(c)].name);
  }
  source.read(0, impl->rows, all, to);
  ReadOptions plain = options.read;
  if (has_names) plain.columns.clear();
  data::finish_table(*impl, has_names ? std::move(names) : std::vector<std::string>{}, columns,
                     plain, "the array has no names");
  return Table(std::move(impl));
}

}  // namespace nlsq::rows
