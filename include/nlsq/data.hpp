// SPDX-License-Identifier: MIT
// A data set: named columns, the response and its uncertainties. Spans are not copied and must
// outlive the fit.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nlsq/rows.hpp"
#include "nlsq/types.hpp"

namespace nlsq {

/// A view of float64 or float32 values, or a column of rows that are not in memory.
struct Values {
  const void* data = nullptr;
  index_t size = 0;
  bool float32 = false;
  bool is_streamed = false;  ///< data is a SourceColumn, and operator[] has no meaning
  Values() = default;
  Values(std::span<const double> values)  // NOLINT: a span is a view
      : data(values.data()), size(static_cast<index_t>(values.size())) {}
  Values(std::span<const float> values)  // NOLINT
      : data(values.data()), size(static_cast<index_t>(values.size())), float32(true) {}
  Values(const std::vector<double>& values) : Values(std::span<const double>(values)) {}  // NOLINT
  Values(const std::vector<float>& values) : Values(std::span<const float>(values)) {}    // NOLINT
  /// The source outlives the fit.
  Values(const SourceColumn& column)  // NOLINT
      : data(&column), size(column.source->rows()), float32(column.float32), is_streamed(true) {}
  const SourceColumn* of_source() const {
    return is_streamed ? static_cast<const SourceColumn*>(data) : nullptr;
  }
  // A temporary's values would be gone before the fit.
  Values(const std::vector<double>&&) = delete;
  Values(const std::vector<float>&&) = delete;
  double operator[](index_t i) const {
    return float32 ? static_cast<double>(static_cast<const float*>(data)[i])
                   : static_cast<const double*>(data)[i];
  }
};

/// Columns by name; y for each output of the model; sigma (none, one number or a column) for each
/// output. f = (model − y)/sigma; an infinite sigma leaves the row out.
class Dataset {
 public:
  Dataset& column(std::string name, Values values);
  Dataset& response(Values y);
  /// Names of the elements that an index column of whole numbers picks: a["HARPS"] for a[0].
  Dataset& labels(std::string column, std::vector<std::string> of_elements);
  /// sigma of the last response added.
  Dataset& sigma(Values sigma);
  Dataset& sigma(double sigma);

  struct Column {
    std::string name;
    Values values;
  };
  struct Response {
    Values y;
    Values sigma;             ///< size 0: none
    double sigma_number = 0;  ///< 0: none
  };
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<Response>& responses() const { return responses_; }
  /// Whether some of it is not in memory.
  bool is_streamed() const { return is_streamed_; }
  /// Of an index column; null: numbers.
  const std::vector<std::string>* labels_of(const std::string& column) const;

 private:
  std::vector<Column> columns_;
  std::vector<Response> responses_;
  bool is_streamed_ = false;
  std::vector<std::pair<std::string, std::vector<std::string>>> labels_;
};

/// A number that tells `bytes` bytes from those of an array that was changed since: a change of one
/// value is seen, one of several or of their order too, unless it is made to deceive. `item_bytes`:
/// of a value, 1 to 8. Threads as in FitOptions.
std::uint64_t fingerprint(const void* data, index_t bytes, index_t item_bytes, int threads = 0);

}  // namespace nlsq
