// SPDX-License-Identifier: MIT
// Dataset: a list of views.
#include "nlsq/data.hpp"
#include "nlsq/error.hpp"

namespace nlsq {

Dataset& Dataset::column(std::string name, Values values) {
  for (const Column& known : columns_) {
    if (known.name == name)
      throw InputError("data", "data: the column '" + name + "' is given twice");
  }
  is_streamed_ |= values.is_streamed;
  columns_.push_back({std::move(name), values});
  return *this;
}

Dataset& Dataset::labels(std::string column, std::vector<std::string> of_elements) {
  labels_.emplace_back(std::move(column), std::move(of_elements));
  return *this;
}

const std::vector<std::string>* Dataset::labels_of(const std::string& column) const {
  for (const auto& [name, of_elements] : labels_) {
    if (name == column) return &of_elements;
  }
  return nullptr;
}

Dataset& Dataset::response(Values y) {
  is_streamed_ |= y.is_streamed;
  responses_.push_back({.y = y, .sigma = {}});
  return *this;
}

Dataset& Dataset::sigma(Values sigma) {
  if (responses_.empty()) throw InputError("sigma", "sigma: give the response first");
  is_streamed_ |= sigma.is_streamed;
  responses_.back().sigma = sigma;
  return *this;
}

Dataset& Dataset::sigma(double sigma) {
  if (responses_.empty()) throw InputError("sigma", "sigma: give the response first");
  if (!(sigma > 0.0))
    throw InputError("sigma", "sigma: " + std::to_string(sigma) + " is not a positive number");
  responses_.back().sigma_number = sigma;
  return *this;
}

}  // namespace nlsq
