// SPDX-License-Identifier: MIT
#include "problem/program_bytes.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>

#include "base/fork_safe_mutex.hpp"
#include "base/wire.hpp"
#include "expr/model_bytes.hpp"

namespace nlsq::fit_impl {
namespace {

using base::Packer;
using base::Unpacker;
using program::ResidualSpec;

constexpr std::size_t kMostKept = 16;
constexpr index_t kMostElements = index_t{1} << 24;

// An enumerator up to the last one.
template <class Enum>
Enum next_of(Unpacker& from, Enum last) {
  const auto value = from.next<Enum>();
  Unpacker::check(value >= Enum{} && value <= last);
  return value;
}

void check_positions(std::span<const index_t> positions, index_t end) {
  for (const index_t position : positions) Unpacker::check(position >= 0 && position < end);
}

ResidualSpec read_spec(Unpacker& from, const expr::ModelImpl& model) {
  ResidualSpec spec;
  const std::vector<index_t> sizes = from.next_all<index_t>(), free = from.next_all<index_t>();
  Unpacker::check(sizes.size() == model.parameters.size());
  index_t parameters = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const bool is_vector = model.parameters[i].index_column >= 0;
    Unpacker::check(sizes[i] >= 0 && sizes[i] <= (is_vector ? kMostElements : 1));
    parameters += sizes[i];
  }
  check_positions(free, parameters);
  spec.sizes.assign({sizes.data(), sizes.size()});
  spec.free.assign({free.data(), free.size()});
  spec.has_response = from.next<std::uint8_t>() != 0;
  spec.weighting = next_of(from, program::Weighting::column);
  spec.masked = from.next<std::uint8_t>() != 0;
  spec.loss = next_of(from, Loss::arctan);
  for (const std::uint8_t narrow : from.next_all<std::uint8_t>())
    spec.float32.push_back(narrow != 0);
  spec.order = next_of(from, ResidualSpec::Order::reverse);
  spec.simplify = from.next<std::uint8_t>() != 0;
  return spec;
}

ProgramParts read_parts(std::string_view bytes) {
  Unpacker from(bytes);
  const std::shared_ptr<expr::ModelImpl> model = expr::read_model(from);
  ResidualSpec spec = read_spec(from, *model);
  ProgramParts parts{Model(model), std::move(spec), from.next_all<index_t>()};
  Unpacker::check(from.is_at_end() && parts.spec.float32.size() == parts.columns.size());
  return parts;
}

struct Kept {
  std::mutex mutex;
  std::deque<std::pair<std::string, ProgramParts>> parts;
};

Kept& kept() {
  static Kept* const all = new Kept;  // never destroyed, as threads may outlive main
  return *all;
}

}  // namespace

std::string program_bytes(const expr::ModelImpl& model, const ResidualSpec& spec,
                          std::span<const index_t> columns) {
  Packer to;
  expr::write_model(model, to);
  to.add_all(spec.sizes);
  to.add_all(spec.free);
  to.add(spec.has_response);
  to.add(spec.weighting);
  to.add(spec.masked);
  to.add(spec.loss);
  to.add(static_cast<index_t>(spec.float32.size()));
  for (const bool narrow : spec.float32) to.add(narrow);
  to.add(spec.order);
  to.add(spec.simplify);
  to.add_all(columns);
  return to.take();
}

ProgramParts program_parts(std::string_view bytes) {
  Kept& all = kept();
  {
    const auto lock = base::try_for_a_while(all.mutex);
    if (!lock.owns_lock()) return read_parts(bytes);
    for (const auto& [known, parts] : all.parts) {
      if (known == bytes) return parts;
    }
  }
  ProgramParts parts = read_parts(bytes);
  const auto lock = base::try_for_a_while(all.mutex);
  if (!lock.owns_lock()) return parts;
  all.parts.emplace_back(bytes, parts);
  if (all.parts.size() > kMostKept) all.parts.pop_front();
  return parts;
}

}  // namespace nlsq::fit_impl
