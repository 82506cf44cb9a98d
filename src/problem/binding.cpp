// SPDX-License-Identifier: MIT
// Checks that belong to the data, each with the column and the row in its message.
#include "problem/binding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "columns/finite.hpp"
#include "columns/first_look.hpp"
#include "columns/resident.hpp"
#include "columns/streams.hpp"
#include "expr/model.hpp"
#include "nlsq/error.hpp"
#include "problem/program_bytes.hpp"
#include "reduce/remote_pass.hpp"
#include "runtime/cache.hpp"
#include "runtime/settings.hpp"

namespace nlsq::fit_impl {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

constexpr index_t kMostGathered = 10000000;

// The name of a column, put together only for a message.
struct Named {
  std::string_view before, name, after;
  std::string text() const { return fmt::format("{}{}{}", before, name, after); }
};

[[noreturn]] void refuse_sigma(double s, index_t row) {
  const char* why = s == 0.0 ? "zero" : s < 0.0 ? "negative" : "not a number";
  throw InputError("sigma",
                   fmt::format("sigma: the value in row {} is {} ({}); it must be positive "
                               "(infinite leaves the row out)",
                               row + 1, why, s));
}

// Calls visit(row, value) for all rows, in order. Of a source it is a pass of its own, as what is
// asked here decides on the program.
template <class Visit>
void for_each_value(const Values& values, const Visit& visit) {
  if (!values.is_streamed) {
    for (index_t i = 0; i < values.size; ++i) visit(i, values[i]);
    return;
  }
  for_each_leaf(values, [&](index_t first, const reduce::ColumnSource& leaf, index_t rows) {
    for (index_t i = 0; i < rows; ++i) visit(first + i, value_of(leaf, i));
    return true;
  });
}

// Checks sigma and counts its infinite values.
index_t check_sigma(const Values& sigma, index_t rows) {
  if (sigma.size != rows) {
    throw InputError("sigma", fmt::format("sigma: {} values for {} rows", sigma.size, rows));
  }
  if (const SourceColumn* const column = sigma.of_source()) {
    if (const RemoteRows* const elsewhere = column->source->remote()) {
      const reduce::SigmaLook found = reduce::look_at_sigma(*elsewhere, column->index);
      if (found.first_bad >= 0) refuse_sigma(found.bad, found.first_bad);
      return found.masked;
    }
  }
  index_t masked = 0;
  for_each_value(sigma, [&](index_t row, double s) {
    if (!(s > 0.0)) refuse_sigma(s, row);
    if (std::isinf(s)) ++masked;
  });
  return masked;
}

// All columns of a term are of one source, or all are in memory.
void add_streamed(const Values& values, const Named& name,
                  std::shared_ptr<reduce::Stream>& stream) {
  const SourceColumn* const column = values.of_source();
  if (stream == nullptr && column != nullptr)
    stream = std::make_shared<reduce::Stream>(*column->source);
  if (column == nullptr || stream->source != column->source) {
    throw InputError("data", fmt::format("data: {} comes from elsewhere than the columns before "
                                         "it; join them to one source (rows_beside)",
                                         name.text()));
  }
  stream->columns.push_back(column->index);
}

// One key a kind of program a model can be lowered to: the fields of the spec one after the other.
using Key = base::SmallVector<char, 128>;

Key key_of(const program::ResidualSpec& spec) {
  Key key;
  const auto add = [&key](index_t value) {
    for (; value >= 128; value >>= 7) key.push_back(static_cast<char>(128 | (value & 127)));
    key.push_back(static_cast<char>(value));
  };
  for (const int field :
       {int{spec.has_response}, static_cast<int>(spec.weighting), int{spec.masked},
        static_cast<int>(spec.loss), static_cast<int>(spec.order)}) {
    add(field);
  }
  add(static_cast<index_t>(spec.sizes.size()));
  for (const index_t size : spec.sizes) add(size);
  add(static_cast<index_t>(spec.free.size()));
  for (const index_t i : spec.free) add(i);
  for (const program::ResidualSpec::Pick& pick : spec.picks) {
    add(pick.symbol);
    add(pick.index_column + 1);
  }
  add(static_cast<index_t>(spec.picks.size()));
  for (const bool narrow : spec.float32) key.push_back(narrow ? '4' : '8');
  return key;
}

// Columns or numbers of sigma, for all responses.
template <class AddColumn>
void add_weights(std::span<const Dataset::Response> responses, const AddColumn& add_column,
                 program::ResidualSpec& spec, reduce::Term& term) {
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
      add_column(response.sigma, {"sigma", "", ""});
    }
  } else if (any_number) {
    spec.weighting = program::Weighting::number;
    for (const Dataset::Response& response : responses) {
      if (!(response.sigma_number > 0.0 && std::isfinite(response.sigma_number))) {
        throw InputError("sigma",
                         fmt::format("sigma: {} is not a positive number", response.sigma_number));
      }
      term.extras.push_back(response.sigma_number);
    }
  }
}

void add_loss(const TermView& view, reduce::Term& term) {
  term.robust = view.loss != Loss::linear;
  if (term.robust) {
    term.f_scale = view.f_scale;
    if (!(term.f_scale > 0.0 && std::isfinite(term.f_scale))) {
      throw InputError("f_scale",
                       fmt::format("f_scale: {} is not a positive number", term.f_scale));
    }
    term.extras.push_back(term.f_scale);
  }
}

}  // namespace

std::shared_ptr<const reduce::PreparedProgram> prepared_program(const Model& of,
                                                                const program::ResidualSpec& spec,
                                                                Preparation& preparation) {
  const expr::ModelImpl& model = *of.impl();
  using Clock = std::chrono::steady_clock;
  bool found = true;
  const auto make = [&] {
    found = false;
    const Clock::time_point began = Clock::now();
    auto made =
        std::make_shared<const reduce::PreparedProgram>(program::build_residual(model, spec));
    const Clock::duration took = Clock::now() - began;
    preparation.compile_ms += std::chrono::duration<double, std::milli>(took).count();
    preparation.all_found = false;
    count_compilation(took);
    return made;
  };
  const std::uint64_t epoch = cache_epoch();
  if (epoch == kCacheOff) return make();
  const Key key = key_of(spec);
  auto prepared =
      model.attachments->get<reduce::PreparedProgram>({key.data(), key.size()}, epoch, make);
  count_lookup(found);
  return prepared;
}

std::vector<std::string> names_of(const Model& model, std::span<const index_t> sizes,
                                  const Dataset& data) {
  std::vector<std::string> names;
  names.reserve(model.parameters().size());
  std::size_t at = 0;
  for (const expr::Symbol& symbol : model.impl()->parameters) {
    const index_t size = sizes[at++];
    if (symbol.index_column < 0) {
      names.push_back(symbol.name);
      continue;
    }
    const std::vector<std::string>* const labels =
        data.labels_of(model.columns()[z(symbol.index_column)]);
    for (index_t i = 0; i < size; ++i) {
      const bool has_label = labels != nullptr && z(i) < labels->size();
      names.push_back(has_label ? fmt::format("{}[{}]", symbol.name, (*labels)[z(i)])
                                : fmt::format("{}[{}]", symbol.name, i));
    }
  }
  return names;
}

std::vector<std::string> expanded_names(const Model& model, const Dataset& data,
                                        linalg::Indices& sizes) {
  sizes.clear();
  Columns columns;
  for (const expr::Symbol& symbol : model.impl()->parameters) {
    if (symbol.index_column < 0) {
      sizes.push_back(1);
      continue;
    }
    if (columns.empty()) columns = find_columns(model, data);
    const Values& index = columns[z(symbol.index_column)];
    index_t size = 0;
    for_each_value(index, [&](index_t i, double v) {
      if (!(v >= 0.0 && v < static_cast<double>(kMostGathered) && v == std::floor(v))) {
        throw InputError(
            "data",
            fmt::format("data: the index column of '{}' holds {} in row {}; indices are whole "
                        "numbers from 0 to {}",
                        symbol.name, v, i + 1, kMostGathered - 1));
      }
      size = std::max(size, static_cast<index_t>(v) + 1);
    });
    sizes.push_back(size);
  }
  return names_of(model, {sizes.data(), sizes.size()}, data);
}

reduce::Term bind_term(const TermView& view, const FitOptions& options,
                       std::span<const index_t> sizes, std::span<const index_t> free,
                       Preparation& preparation,
                       std::span<const program::ResidualSpec::Pick> picks) {
  const Model& model = *view.model;
  const auto& responses = view.data->responses();
  if (static_cast<index_t>(responses.size()) != model.outputs()) {
    throw InputError("data", fmt::format("data: the model has {} outputs, the data {} responses",
                                         model.outputs(), responses.size()));
  }
  reduce::Term term;
  term.rows = responses.front().y.size;
  const int threads = useful_threads(options.threads, term.rows);
  const bool check =
      options.check_finite && !(preparation.look_later && FirstLook::pays(term.rows));
  const Columns columns = find_columns(model, *view.data);
  program::ResidualSpec spec;
  spec.sizes.assign(sizes);
  spec.free.assign(free);
  spec.picks.assign(picks.begin(), picks.end());
  spec.loss = view.loss;
  using Order = program::ResidualSpec::Order;
  spec.order = preparation.mode == JacobianMode::fwd   ? Order::forward
               : preparation.mode == JacobianMode::rev ? Order::reverse
                                                       : Order::automatic;
  std::shared_ptr<reduce::Stream> stream;
  const auto add_column = [&](const Values& values, const Named& name) {
    if (values.size != term.rows) {
      throw InputError("data", fmt::format("data: {} has {} values, the response has {}",
                                           name.text(), values.size, term.rows));
    }
    spec.float32.push_back(values.float32);
    if (view.data->is_streamed()) add_streamed(values, name, stream);
    term.columns.push_back({values.is_streamed ? nullptr : values.data, values.float32});
  };
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const Named name{"column '", model.columns()[c], "'"};
    add_column(columns[c], name);
    const bool is_known = preparation.on_device && resident_moments(columns[c]);
    if (check && !columns[c].is_streamed && !is_known)
      check_finite(columns[c], model.columns()[c], threads);
  }
  for (const Dataset::Response& response : responses) {
    const Named name{"the response", "", ""};
    add_column(response.y, name);
  }
  add_weights(responses, add_column, spec, term);
  add_loss(view, term);
  if (stream != nullptr && stream->remote != nullptr)
    stream->program = program_bytes(*model.impl(), spec, stream->columns);
  term.stream = std::move(stream);
  const auto prepared = prepared_program(model, spec, preparation);
  term.workspaces = &prepared->workspaces;
  term.program = {prepared, &prepared->program};
  return term;
}

}  // namespace nlsq::fit_impl
