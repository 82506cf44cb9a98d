// SPDX-License-Identifier: MIT
// A source of rows that Python holds, with the arrays it is made of.
#pragma once

#include <memory>
#include <vector>

#include "array.hpp"
#include "nlsq/row_files.hpp"

namespace nlsq::python {

struct PythonRows {
  SharedRows rows;
  std::vector<std::shared_ptr<Buffer>> held;
};

}  // namespace nlsq::python
