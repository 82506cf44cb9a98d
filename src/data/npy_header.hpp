// SPDX-License-Identifier: MIT
// The header of a NumPy .npy file, versions 1 to 3: a Python literal such as
// {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), } behind the magic and a length.
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::data {

struct NpyField {
  std::string name;   ///< empty for a plain array and for padding
  std::string dtype;  ///< for example "<f8"
};

struct NpyHeader {
  bool structured = false;
  std::vector<NpyField> fields;  ///< one if not structured
  bool fortran_order = false;
  std::vector<index_t> shape;
  std::string_view body;  ///< the bytes behind the header
};

/// True if the bytes start with the magic of NPY.
bool is_npy(std::string_view bytes);

/// Throws DataError if the header cannot be read or nests arrays or records in a record.
NpyHeader read_npy_header(std::string_view bytes, const std::string& source);

}  // namespace nlsq::data
