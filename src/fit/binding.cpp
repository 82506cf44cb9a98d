// SPDX-License-Identifier: MIT
// Checks that belong to the data, each with the column and the row in its message.
#include "fit/binding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/nearest.hpp"
#include "expr/model.hpp"
#include "nlsq/error.hpp"

namespace nlsq::fit_impl {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

constexpr index_t kMostGathered = 100000;

const Dataset::Column* find_column(const Dataset& data, const std::string& name) {
  for (const Dataset::Column& column : data.columns()) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

// Position of the first value that is not finite; −1 if there is none.
index_t first_not_finite(const Values& values) {
  const auto scan = [&](const auto* p) -> index_t {
    constexpr index_t kChunk = 1024;
    for (index_t i = 0; i < values.size; i += kChunk) {
      const index_t end = std::min(values.size, i + kChunk);
      // x − x is 0 for finite x and NaN else; the sum is cheap to vectorise and only then searched.
      bool finite = true;
      for (index_t k = i; k < end; ++k) finite &= (p[k] - p[k] == 0);
      if (finite) continue;
      for (index_t k = i; k < end; ++k) {
        if (!std::isfinite(p[k])) return k;
      }
    }
    return -1;
  };
  return values.float32 ? scan(static_cast<const float*>(values.data)) : scan(static_cast<const double*>(values.data));
}

void check_finite(const Values& values, const std::string& name) {
  const index_t row = first_not_finite(values);
  if (row >= 0) {
    throw InputError("data", fmt::format("data: {} is {} in row {}", name, values[row], row + 1));
  }
}

// Checks sigma and counts its infinite values.
index_t check_sigma(const Values& sigma, index_t rows) {
  if (sigma.size != rows) {
    throw InputError("sigma", fmt::format("sigma: {} values for {} rows", sigma.size, rows));
  }
  index_t masked = 0;
  for (index_t i = 0; i < rows; ++i) {
    const double s = sigma[i];
    if (!(s > 0.0)) {
      const char* why = s == 0.0 ? "zero" : s < 0.0 ? "negative" : "not a number";
      throw InputError("sigma", fmt::format("sigma: the value in row {} is {} ({}); it must be positive "
                                            "(infinite leaves the row out)", i + 1, why, s));
    }
    if (std::isinf(s)) ++masked;
  }
  return masked;
}

// One key a kind of program a model can be lowered to: the fields of the spec one after the other.
std::string key_of(const program::ResidualSpec& spec) {
  std::string key;
  key.reserve(64);
  const auto add = [&key](index_t value) {
    for (; value >= 128; value >>= 7) key += static_cast<char>(128 | (value & 127));
    key += static_cast<char>(value);
  };
  for (const int field : {int{spec.has_response}, static_cast<int>(spec.weighting), int{spec.masked},
                          static_cast<int>(spec.loss), static_cast<int>(spec.order)}) {
    add(field);
  }
  add(static_cast<index_t>(spec.sizes.size()));
  for (const index_t size : spec.sizes) add(size);
  add(static_cast<index_t>(spec.free.size()));
  for (const index_t i : spec.free) add(i);
  for (const bool narrow : spec.float32) key += narrow ? '4' : '8';
  return key;
}

}  // namespace

std::vector<Values> find_columns(const Model& model, const Dataset& data) {
  std::vector<Values> found;
  std::vector<std::string> names;
  for (const Dataset::Column& column : data.columns()) names.push_back(column.name);
  for (const std::string& name : model.columns()) {
    const Dataset::Column* column = find_column(data, name);
    if (column == nullptr) {
      throw InputError("data", fmt::format("data: no column named '{}'{}; there is {}", name,
                                           base::did_you_mean(name, names),
                                           names.empty() ? "none" : base::quoted_list(names)));
    }
    found.push_back(column->values);
  }
  return found;
}

std::vector<std::string> expanded_names(const Model& model, const Dataset& data, std::vector<index_t>& sizes) {
  std::vector<std::string> names;
  sizes.clear();
  const std::vector<Values> columns = find_columns(model, data);
  for (const expr::Symbol& symbol : model.impl()->parameters) {
    if (symbol.index_column < 0) {
      names.push_back(symbol.name);
      sizes.push_back(1);
      continue;
    }
    const Values& index = columns[z(symbol.index_column)];
    index_t size = 0;
    for (index_t i = 0; i < index.size; ++i) {
      const double v = index[i];
      if (!(v >= 0.0 && v < static_cast<double>(kMostGathered) && v == std::floor(v))) {
        throw InputError("data", fmt::format("data: the index column of '{}' holds {} in row {}; indices are whole "
                                             "numbers from 0 to {}", symbol.name, v, i + 1, kMostGathered - 1));
      }
      size = std::max(size, static_cast<index_t>(v) + 1);
    }
    sizes.push_back(size);
    for (index_t i = 0; i < size; ++i) names.push_back(fmt::format("{}[{}]", symbol.name, i));
  }
  return names;
}

reduce::Term bind_term(const FitTerm& fit_term, const FitOptions& options, const std::vector<index_t>& sizes,
                       const std::vector<index_t>& free) {
  const Model& model = fit_term.model;
  const auto& responses = fit_term.data.responses();
  if (static_cast<index_t>(responses.size()) != model.outputs()) {
    throw InputError("data", fmt::format("data: the model has {} outputs, the data {} responses", model.outputs(),
                                         responses.size()));
  }
  reduce::Term term;
  term.rows = responses.front().y.size;
  const std::vector<Values> columns = find_columns(model, fit_term.data);
  program::ResidualSpec spec;
  spec.sizes = sizes;
  spec.free = free;
  spec.loss = fit_term.loss.value_or(options.loss);
  const auto add_column = [&](const Values& values, const std::string& name) {
    if (values.size != term.rows) {
      throw InputError("data", fmt::format("data: {} has {} values, the response has {}", name, values.size, term.rows));
    }
    spec.float32.push_back(values.float32);
    term.columns.push_back({values.data, values.float32});
  };
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const std::string name = "column '" + model.columns()[c] + "'";
    add_column(columns[c], name);
    if (options.check_finite) check_finite(columns[c], name);
  }
  for (const Dataset::Response& response : responses) {
    add_column(response.y, "the response");
    if (options.check_finite) check_finite(response.y, "the response");
  }
  bool any_column = false, any_number = false;
  for (const Dataset::Response& response : responses) {
    any_column |= response.sigma.size > 0;
    any_number |= response.sigma_number != 0.0;
  }
  if (any_column) {
    spec.weighting = program::Weighting::column;
    for (const Dataset::Response& response : responses) {
      if (response.sigma.size == 0) {
        throw InputError("sigma", "sigma: give a column for every response or for none");
      }
      const index_t masked = check_sigma(response.sigma, term.rows);
      term.masked_rows += masked;
      spec.masked |= masked > 0;
      add_column(response.sigma, "sigma");
    }
  } else if (any_number) {
    spec.weighting = program::Weighting::number;
    for (const Dataset::Response& response : responses) {
      if (!(response.sigma_number > 0.0 && std::isfinite(response.sigma_number))) {
        throw InputError("sigma", fmt::format("sigma: {} is not a positive number", response.sigma_number));
      }
      term.extras.push_back(response.sigma_number);
    }
  }
  term.robust = spec.loss != Loss::linear;
  if (term.robust) {
    term.f_scale = fit_term.f_scale.value_or(options.f_scale);
    if (!(term.f_scale > 0.0 && std::isfinite(term.f_scale))) {
      throw InputError("f_scale", fmt::format("f_scale: {} is not a positive number", term.f_scale));
    }
    term.extras.push_back(term.f_scale);
  }
  const expr::ModelImpl& impl = *model.impl();
  term.program = impl.attachments.get<program::ResidualProgram>(key_of(spec), [&] {
    return std::make_shared<const program::ResidualProgram>(program::build_residual(impl, spec));
  });
  return term;
}

}  // namespace nlsq::fit_impl
