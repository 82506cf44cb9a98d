// SPDX-License-Identifier: MIT
// Every kind of number is one converter from strided bytes, in either byte order, to a column of
// doubles. Blocks of rows are converted column after column, so a row-major array is read from
// memory once.
#include "data/npy_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "data/header.hpp"
#include "data/parallel.hpp"
#include "data/table_impl.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

constexpr index_t kBlockRows = 8192;
constexpr index_t kLargestItem = index_t{1} << 30;
constexpr auto kNaN = std::numeric_limits<double>::quiet_NaN();

using Convert = NpyColumn::Convert;

template <typename T, bool Swap>
void convert(const char* from, index_t step, index_t rows, double* to) {
  for (index_t i = 0; i < rows; ++i, from += step) {
    std::array<char, sizeof(T)> bytes;
    std::memcpy(bytes.data(), from, sizeof(T));
    if constexpr (Swap) std::reverse(bytes.begin(), bytes.end());
    to[i] = static_cast<double>(std::bit_cast<T>(bytes));
  }
}

void convert_bool(const char* from, index_t step, index_t rows, double* to) {
  for (index_t i = 0; i < rows; ++i, from += step) to[i] = *from != 0 ? 1 : 0;
}

void convert_other(const char*, index_t, index_t rows, double* to) { std::fill_n(to, rows, kNaN); }

struct Kind {
  std::string_view code;
  Convert native;
  Convert swapped;
};

template <typename T>
constexpr Kind kind(std::string_view code) {
  return {code, convert<T, false>, convert<T, true>};
}

constexpr std::array<Kind, 11> kKinds{{
    kind<double>("f8"),
    kind<float>("f4"),
    kind<std::int64_t>("i8"),
    kind<std::int32_t>("i4"),
    kind<std::int16_t>("i2"),
    kind<std::int8_t>("i1"),
    kind<std::uint64_t>("u8"),
    kind<std::uint32_t>("u4"),
    kind<std::uint16_t>("u2"),
    kind<std::uint8_t>("u1"),
    {"b1", convert_bool, convert_bool},
}};

// The code without the byte order: "f8" of "<f8".
std::string_view code_of(std::string_view dtype) {
  return !dtype.empty() && std::string_view("<>|=").find(dtype[0]) != std::string_view::npos
             ? dtype.substr(1)
             : dtype;
}

// Null if the dtype is no real number of 8 to 64 bits.
Convert find_convert(std::string_view dtype) {
  const bool big = dtype.starts_with('>');
  const bool little = dtype.starts_with('<');
  const bool swap = std::endian::native == std::endian::little ? big : little;
  for (const Kind& candidate : kKinds) {
    if (candidate.code == code_of(dtype)) return swap ? candidate.swapped : candidate.native;
  }
  return nullptr;
}

index_t size_of(const std::string& dtype, const std::string& source) {
  const std::string_view code = code_of(dtype);
  const char kind_letter = code.empty() ? '\0' : code[0];
  const std::string_view digits = code.substr(std::min<std::size_t>(1, code.size()));
  const std::string_view number = digits.substr(0, digits.find('['));
  index_t size = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), size);
  const bool good = result.ec == std::errc() && result.ptr == number.data() + number.size() &&
                    size >= 0 && size <= kLargestItem &&
                    std::string_view("fiubcSaUVmM").find(kind_letter) != std::string_view::npos;
  if (kind_letter == 'O') {
    throw DataError(source, 0,
                    "this NPY file holds pickled Python objects; save it with .astype(float)");
  }
  if (!good) throw DataError(source, 0, "this NPY file has the unknown dtype '" + dtype + "'");
  return kind_letter == 'U' ? 4 * size : size;
}

// a · b, or an error: sizes come from the file.
index_t times(index_t a, index_t b, const std::string& source) {
  if (b != 0 && a > std::numeric_limits<index_t>::max() / b) {
    throw DataError(source, 0, "the shape in this NPY file is impossibly large");
  }
  return a * b;
}

NpyArray plan_plain(const NpyHeader& header, index_t body, const std::string& source) {
  const std::string& dtype = header.fields[0].dtype;
  const index_t item = size_of(dtype, source);
  const Convert read = find_convert(dtype);
  if (read == nullptr) {
    throw DataError(
        source, 0,
        "this NPY file has dtype '" + dtype +
            "'; read are float32, float64, integers and bool: save it with .astype(float)");
  }
  const std::size_t dimensions = header.shape.size();
  if (dimensions != 1 && dimensions != 2) {
    throw DataError(source, 0,
                    "this NPY file holds an array of " +
                        counted(static_cast<index_t>(dimensions), "dimension") +
                        "; a table has 1 (one column) or 2 (rows and columns)");
  }
  NpyArray array;
  array.rows = header.shape[0];
  const index_t columns = dimensions == 2 ? header.shape[1] : 1;
  array.bytes = times(times(array.rows, columns, source), item, source);
  // NOTE: checked before the columns are listed, so that a wrong shape costs no memory.
  if (array.bytes > body || array.rows == 0) return array;
  for (index_t j = 0; j < columns; ++j) {
    const index_t apart = header.fortran_order ? array.rows : 1;
    const index_t step = header.fortran_order ? 1 : columns;
    array.columns.push_back({"", dtype, read, j * apart * item, step * item});
  }
  return array;
}

NpyArray plan_records(const NpyHeader& header, const std::string& source) {
  if (header.shape.size() != 1) {
    throw DataError(source, 0,
                    "this NPY file holds records in " +
                        counted(static_cast<index_t>(header.shape.size()), "dimension") +
                        "; a table has 1");
  }
  NpyArray array;
  array.rows = header.shape[0];
  index_t item = 0;
  for (const NpyField& field : header.fields) {
    const index_t size = size_of(field.dtype, source);
    const bool padding = field.name.empty() && code_of(field.dtype).starts_with('V');
    const Convert read = find_convert(field.dtype);
    if (!padding)
      array.columns.push_back(
          {field.name, field.dtype, read != nullptr ? read : convert_other, item, 0});
    item += size;
  }
  for (NpyColumn& column : array.columns) column.step = item;
  array.bytes = times(array.rows, item, source);
  if (item == 0) array.columns.clear();
  return array;
}

void check_size(const NpyArray& array, index_t body, const std::string& source) {
  if (array.bytes > body) {
    throw DataError(source, 0,
                    "this NPY file is cut off: its shape needs " + std::to_string(array.bytes) +
                        " bytes of data, it has " + std::to_string(body));
  }
  if (array.rows == 0) throw DataError(source, 0, "this NPY file has no rows");
  if (array.columns.empty()) throw DataError(source, 0, "this NPY file has no columns");
}

void read_columns(const NpyArray& array, const char* body, int threads, Storage& storage) {
  const index_t blocks = (array.rows + kBlockRows - 1) / kBlockRows;
  run_tasks(threads, blocks, [&](index_t block) {
    const index_t row = block * kBlockRows;
    const index_t rows = std::min(kBlockRows, array.rows - row);
    for (std::size_t j = 0; j < array.columns.size(); ++j) {
      const NpyColumn& column = array.columns[j];
      column.convert(body + column.offset + row * column.step, column.step, rows,
                     storage.column(static_cast<index_t>(j)) + row);
    }
  });
}

// Columns that are no numbers are text, so the others can be used.
void mark_text(const NpyArray& array, Table::Impl& table) {
  for (std::size_t j = 0; j < array.columns.size(); ++j) {
    if (array.columns[j].is_number()) continue;
    table.text.resize(array.columns.size());
    table.text[j].found = true;
    table.text[j].text = "dtype " + array.columns[j].dtype;
  }
}

}  // namespace

bool NpyColumn::is_number() const { return convert != convert_other; }

bool NpyColumn::is_native_double() const { return convert == nlsq::data::convert<double, false>; }

NpyArray plan_npy(const NpyHeader& header, index_t body, const std::string& source) {
  NpyArray array =
      header.structured ? plan_records(header, source) : plan_plain(header, body, source);
  check_size(array, body, source);
  return array;
}

Table read_npy(std::string_view bytes, const std::string& source, const ReadOptions& options) {
  constexpr index_t kRowsPerThread = 1 << 17;
  const NpyHeader header = read_npy_header(bytes, source);
  const NpyArray array = plan_npy(header, static_cast<index_t>(header.body.size()), source);
  const auto columns = static_cast<index_t>(array.columns.size());
  auto impl = std::make_unique<Table::Impl>();
  impl->source = source;
  impl->rows = array.rows;
  impl->storage = Storage(columns, array.rows);
  const int threads = thread_count(options.threads);
  read_columns(array, header.body.data(), array.rows < kRowsPerThread ? 1 : threads, impl->storage);
  mark_text(array, *impl);
  std::vector<std::string> names;
  for (const NpyColumn& column : array.columns) {
    if (header.structured) names.push_back(column.name);
  }
  finish_table(*impl, std::move(names), columns, options, "the array has no names");
  return Table(std::move(impl));
}

NpyColumn::Convert npy_convert(const std::string& dtype) { return find_convert(dtype); }

index_t npy_item_size(const std::string& dtype, const std::string& source) {
  return size_of(dtype, source);
}

index_t npy_array_rows(const NpyHeader& header, const std::string& source) {
  if (header.structured || header.shape.size() != 1) {
    throw DataError(source, 0,
                    header.structured
                        ? std::string("this array holds records, not one column")
                        : "this array has " +
                              counted(static_cast<index_t>(header.shape.size()), "dimension") +
                              "; a column has 1");
  }
  const index_t rows = header.shape[0];
  const index_t item = size_of(header.fields[0].dtype, source);
  if (item == 0) throw DataError(source, 0, "this array has items of no size");
  const index_t bytes = times(rows, item, source);
  if (bytes > static_cast<index_t>(header.body.size())) {
    throw DataError(source, 0,
                    "this array is cut off: its shape needs " + std::to_string(bytes) +
                        " bytes of data, it has " + std::to_string(header.body.size()));
  }
  return rows;
}

bool read_npy_array(const NpyHeader& header, double* to) {
  const std::string& dtype = header.fields[0].dtype;
  const Convert read = find_convert(dtype);
  (read == nullptr ? convert_other : read)(header.body.data(), size_of(dtype, ""), header.shape[0],
                                           to);
  return read != nullptr;
}

}  // namespace nlsq::data
