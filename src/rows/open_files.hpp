// SPDX-License-Identifier: MIT
// One file as a source, by what its first bytes say it is.
#pragma once

#include <memory>
#include <string>

#include "nlsq/row_files.hpp"
#include "rows/row_file.hpp"

namespace nlsq::rows {

SharedRows open_npy(const std::shared_ptr<const RowFile>& file, const RowFileOptions& options);
SharedRows open_raw(const std::shared_ptr<const RowFile>& file, const RowFileOptions& options);

/// A table of the first rows of a source, with its names.
Table head_of(const RowSource& source, const std::string& name, bool has_names,
              const RowFileOptions& options);

}  // namespace nlsq::rows
