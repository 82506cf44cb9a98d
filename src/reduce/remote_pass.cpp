// SPDX-License-Identifier: MIT
#include "reduce/remote_pass.hpp"

#include <fmt/format.h>

#include "nlsq/error.hpp"
#include "nlsq/remote_rows.hpp"
#include "reduce/merge_forest.hpp"
#include "reduce/pass_order.hpp"

namespace nlsq::reduce {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

std::vector<PassAnswer> ask(const RemoteRows& rows, const PassOrder& order) {
  base::Packer request;
  order.write(request);
  std::vector<PassAnswer> answers;
  const PassAnswer* worst = nullptr;
  const std::vector<std::string> received = rows.ask(request.bytes());
  answers.reserve(received.size());
  for (const std::string& bytes : received) {
    base::Unpacker from(bytes);
    const PassAnswer& answer = answers.emplace_back(PassAnswer::read(from));
    if (answer.fault_row < 0) continue;
    if (worst == nullptr || answer.fault_row < worst->fault_row) worst = &answer;
  }
  if (worst != nullptr) throw InputError(worst->argument, worst->message);
  return answers;
}

void compare(const Stream& stream, const PassAnswer& answer) {
  if (answer.fingerprint == 0) return;
  if (stream.is_as_before_elsewhere(answer.first_row, answer.fingerprint)) return;
  throw IoError(
      fmt::format("{}: the rows from there on are not what they were in the pass before; a fit "
                  "goes over them several times, and they must stay the same",
                  stream.source->place(answer.first_row)));
}

void show(const PassAnswer& answer, LeafVisitor& visitor) {
  if (answer.looked.empty()) return;
  const std::size_t each = answer.found.size() / answer.looked.size();
  for (std::size_t i = 0; i < answer.looked.size(); ++i)
    visitor.learn(answer.looked[i], std::span(answer.found).subspan(i * each, each));
}

}  // namespace

std::vector<double> make_remote_pass(const Term& term, engine::Isa isa, const Fold& fold,
                                     std::span<const double> parameters, LeafVisitor* visitor) {
  const FoldOrder what = fold.order();
  if (what.kind == FoldOrder::Kind::none) {
    throw InputError("data",
                     "data: other processes hold the rows, and what is asked for needs "
                     "them all in this one");
  }
  PassOrder order;
  order.isa = engine::name(isa);
  order.rows = term.rows;
  order.program = term.stream->program;
  order.fold = what.kind;
  order.every = term.every;
  order.parameters.assign(parameters.begin(), parameters.end());
  order.coordinates.assign(what.coordinates.begin(), what.coordinates.end());
  order.n = what.n;
  order.looks = visitor != nullptr;
  if (visitor != nullptr) order.brief = visitor->brief();
  MergeForest forest(fold);
  for (const PassAnswer& answer : ask(*term.stream->remote, order)) {
    compare(*term.stream, answer);
    base::Unpacker::check(answer.size == fold.size() || answer.firsts.empty());
    for (std::size_t i = 0; i < answer.firsts.size(); ++i) {
      forest.add(answer.firsts[i], answer.ends[i],
                 std::span(answer.results).subspan(i * z(answer.size), z(answer.size)));
    }
    if (visitor != nullptr) show(answer, *visitor);
  }
  const std::span<const double> all = forest.root(leaves_of(term.folded_rows()));
  if (all.empty()) {
    throw IoError(
        "the processes that hold the rows of a fit do not hold each row once: they see "
        "different data, or one of them did not answer");
  }
  return {all.begin(), all.end()};
}

SigmaLook look_at_sigma(const RemoteRows& rows, index_t column) {
  PassOrder order;
  order.task = PassOrder::Task::sigma;
  order.rows = rows.rows();
  order.column = column;
  SigmaLook all{.first_counting = rows.rows()};
  for (const PassAnswer& answer : ask(rows, order)) {
    base::Unpacker::check(answer.found.size() == 4);
    all.masked += static_cast<index_t>(answer.found[0]);
    all.first_counting = std::min(all.first_counting, static_cast<index_t>(answer.found[1]));
    const auto bad = static_cast<index_t>(answer.found[2]);
    if (bad < 0 || (all.first_bad >= 0 && all.first_bad < bad)) continue;
    all.first_bad = bad;
    all.bad = answer.found[3];
  }
  return all;
}

}  // namespace nlsq::reduce
