// SPDX-License-Identifier: MIT
// Files for the tests of sources: written into a folder that goes with the test.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "nlsq/row_files.hpp"

namespace nlsq::test {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "nlsq-rows-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

inline std::string npy(const std::string& descr, bool fortran, const std::string& shape,
                       const void* data, std::size_t bytes) {
  std::string header = "{'descr': " + descr + ", 'fortran_order': " + (fortran ? "True" : "False") +
                       ", 'shape': " + shape + ", }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(header.size() % 256);
  text += static_cast<char>(header.size() / 256);
  return text + header + std::string(static_cast<const char*>(data), bytes);
}

/// A 2-D array of doubles, row-major or column-major.
inline std::string npy_of(const std::vector<std::vector<double>>& columns, bool fortran = false) {
  const std::size_t rows = columns.front().size();
  std::vector<double> all;
  if (fortran) {
    for (const auto& column : columns) all.insert(all.end(), column.begin(), column.end());
  } else {
    for (std::size_t i = 0; i < rows; ++i) {
      for (const auto& column : columns) all.push_back(column[i]);
    }
  }
  const std::string shape =
      "(" + std::to_string(rows) + ", " + std::to_string(columns.size()) + ")";
  return npy("'<f8'", fortran, shape, all.data(), all.size() * 8);
}

/// All values of a column, through a cursor.
inline std::vector<double> through_cursor(const RowSource& rows, const std::string& name) {
  const index_t index = rows.column(name).index;
  const auto cursor = rows.open({&index, 1}, Walk::onward);
  std::vector<double> values;
  for (index_t first = 0; first < rows.rows(); first += RowSource::kLeafRows) {
    const index_t count = std::min(RowSource::kLeafRows, rows.rows() - first);
    const void* leaf = nullptr;
    cursor->lease(first, count, {&leaf, 1});
    const auto* const at = static_cast<const double*>(leaf);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at) % 64, 0u);
    for (index_t i = count; i % 16 != 0; ++i) EXPECT_EQ(at[i], at[count - 1]);
    values.insert(values.end(), at, at + count);
  }
  return values;
}

}  // namespace nlsq::test
