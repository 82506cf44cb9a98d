// SPDX-License-Identifier: MIT
#include "reduce/pass_server.hpp"

#include <algorithm>

#include "reduce/merge_forest.hpp"
#include "reduce/term_part.hpp"

namespace nlsq::reduce {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Leaves of a part by their numbers among all rows.
class Shifted final : public LeafVisitor {
 public:
  Shifted(LeafVisitor& to, index_t first) : to_(&to), first_(first) {}
  void visit(const Leaf& leaf) override {
    to_->visit({leaf.number + first_ / kLeafRows, leaf.first + first_, leaf.rows, leaf.columns});
  }

 private:
  LeafVisitor* to_;
  index_t first_;
};

}  // namespace

PassServer::PassServer(const Term& term, const WalkOptions& options, base::ThreadPool& pool)
    : term_(&term), options_(options) {
  // Parts are in the caches where the term is not, and would have longer blocks than it.
  options_.block = Walker::block_of(term, options);
  if (term.workspaces != nullptr) state_ = term.workspaces->take();
  if (state_ == nullptr || !state_->attach_to(term, options_, pool))
    state_ = std::make_unique<TermState>(term, options_, pool);
}

PassServer::~PassServer() {
  if (term_->workspaces == nullptr) return;
  state_->release_extras();
  term_->workspaces->give_back(std::move(state_));
}

void PassServer::choose(const PassOrder& order) {
  using Kind = FoldOrder::Kind;
  const auto& outputs = term_->program->outputs;
  walker_ = &state_->full;
  switch (order.fold) {
    case Kind::cost:
      walker_ = &state_->value_walker();
      fold_ = state_->cost.get();
      return;
    case Kind::gram:
      fold_ = &state_->gram;
      if (order.coordinates.empty()) return;
      base::Unpacker::check(order.coordinates.size() == outputs.size());
      for (std::size_t o = 0; o < outputs.size(); ++o)
        base::Unpacker::check(order.coordinates[o].size() ==
                              outputs[o].jacobian.size() * z(order.n));
      fold_ = &coordinates_.emplace(*term_, outputs, state_->isa, state_->block, order.coordinates,
                                    order.n);
      return;
    case Kind::householder: fold_ = &householder_.emplace(*term_, outputs, state_->isa); return;
    case Kind::fault:
      state_->full.set_parameters(order.parameters);
      state_->read_factors(state_->full.uniforms());
      fold_ = &fault_.emplace(*state_);
      return;
    case Kind::none: break;
  }
  base::Unpacker::check(false);
}

void PassServer::answer(const PassOrder& order, std::span<const RowRun> runs, PassAnswer& to,
                        LeafVisitor* visitor) {
  choose(order);
  visitor_ = visitor;
  to.size = fold_->size();
  for (const RowRun& run : runs) fold_run(order, run, to);
  walker_->attach_to(*term_, options_);
  if (order.every == 1) to.fingerprint = read_;
}

// Leaves, or groups of them of which one is folded, whose fold is this run's.
void PassServer::fold_run(const PassOrder& order, const RowRun& run, PassAnswer& to) {
  const index_t begin = run.first / kLeafRows, behind = leaves_of(run.first + run.rows);
  const index_t every = order.every;
  index_t first = begin, end = behind;
  if (every > 1) {
    const index_t groups = order.rows / (every * kLeafRows);
    first = std::min(begin / every, groups);
    while (first < groups && leaf_of_group(first, every) < begin) ++first;
    end = std::min(first + (behind - begin) / every + 2, groups);
    while (end > first && leaf_of_group(end - 1, every) >= behind) --end;
  }
  for_each_subtree(first, end, [&](index_t from, index_t up_to) {
    to.firsts.push_back(from);
    to.ends.push_back(up_to);
    to.results.resize(to.results.size() + z(to.size));
    fold_groups(order, run, from, up_to, to.results.data() + to.results.size() - z(to.size));
  });
}

void PassServer::fold_groups(const PassOrder& order, const RowRun& run, index_t first, index_t end,
                             double* result) {
  const index_t leaf = leaf_of_group(first, order.every), row = leaf * kLeafRows;
  if (order.every == 1 || end - first == 1) {
    const index_t leaves = order.every == 1 ? end - first : 1;
    const index_t rows = std::min(leaves * kLeafRows, run.first + run.rows - row);
    return fold_rows(order, run, row, rows, result);
  }
  const index_t middle = first + (end - first) / 2;
  std::vector<double> right(z(fold_->size()));
  fold_groups(order, run, first, middle, result);
  fold_groups(order, run, middle, end, right.data());
  fold_->merge(result, right.data());
}

void PassServer::fold_rows(const PassOrder& order, const RowRun& run, index_t first, index_t rows,
                           double* result) {
  const index_t at = run.at + first - run.first;
  Term part = part_of(*term_, at, rows);
  std::optional<Window> window;
  std::shared_ptr<Stream> stream;
  if (term_->stream) {
    stream = std::make_shared<Stream>(window.emplace(*term_->stream->source, at, rows));
    stream->columns = term_->stream->columns;
    part.stream = stream;
  }
  std::optional<Shifted> shifted;
  if (visitor_ != nullptr) part.visitor = &shifted.emplace(*visitor_, first);
  walker_->attach_to(part, options_);
  walker_->set_parameters(order.parameters);
  const std::span<const double> found = walker_->reduce(*fold_);
  std::copy(found.begin(), found.end(), result);
  walker_->close_cursors();
  if (stream) read_ = base::hash(read_ ^ stream->combined());
  // A row of this part is one of all.
  if (order.fold == FoldOrder::Kind::fault) result[0] += static_cast<double>(first);
}

}  // namespace nlsq::reduce
