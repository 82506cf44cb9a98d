// SPDX-License-Identifier: MIT
// The tables nlsq/options.def and nlsq/result_fields.def, as Python sees them.
#pragma once

#include <nanobind/nanobind.h>

#include "nlsq/fit.hpp"

namespace nlsq::python {

/// Defines an attribute of `result` for each row of result_fields.def, and what Python asks of the
/// tables on `m`.
void bind_tables(nanobind::module_& m, nanobind::class_<FitResult>& result);

}  // namespace nlsq::python
