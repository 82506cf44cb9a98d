// SPDX-License-Identifier: MIT
// Rows one by one: residuals and Jacobian for those who want them, and the first row that is not
// finite.
#include <algorithm>
#include <cmath>
#include <limits>

#include "reduce/data_evaluator.hpp"
#include "reduce/fault_fold.hpp"
#include "reduce/term_part.hpp"
#include "reduce/term_state.hpp"

namespace nlsq::reduce {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Residuals and Jacobian themselves, written where they belong.
class RowsFold final : public Fold {
 public:
  RowsFold(const TermState& s, index_t n_free, double* f_out, double* j_out)
      : state_(&s), n_(n_free), f_(f_out), j_(j_out) {}
  std::unique_ptr<Fold> clone() const override { return std::make_unique<RowsFold>(*this); }
  index_t size() const override { return 0; }
  void begin_leaf() override {}
  void end_leaf(double*) override {}
  void block(const engine::Interpreter& rows_of, index_t first, index_t count) override {
    const auto& outputs = state_->term->program->outputs;
    const auto width = static_cast<index_t>(outputs.size());
    for (index_t o = 0; o < width; ++o) {
      const double* values = rows_of.output(outputs[z(o)].f);
      for (index_t r = 0; r < count; ++r) f_[(first + r) * width + o] = values[r];
      for (std::size_t j = 0; j_ != nullptr && j < outputs[z(o)].jacobian.size(); ++j) {
        const double* column = rows_of.output(outputs[z(o)].jacobian[j].values);
        const double factor = state_->factors[z(o)][j];
        const index_t at = state_->position(z(o), static_cast<index_t>(j));
        for (index_t r = 0; r < count; ++r)
          j_[((first + r) * width + o) * n_ + at] = factor * column[r];
      }
    }
  }

 private:
  const TermState* state_;
  index_t n_;
  double* f_;
  double* j_;
};

// Residuals of one output alone.
class OutputFold final : public Fold {
 public:
  OutputFold(const program::Operand& from, std::span<double> to) : from_(from), to_(to) {}
  std::unique_ptr<Fold> clone() const override { return std::make_unique<OutputFold>(*this); }
  index_t size() const override { return 0; }
  void begin_leaf() override {}
  void end_leaf(double*) override {}
  void block(const engine::Interpreter& rows_of, index_t first, index_t count) override {
    std::copy_n(rows_of.output(from_), count, to_.begin() + first);
  }

 private:
  program::Operand from_;
  std::span<double> to_;
};

// Reads the values of a part that is not in memory.
void read_part(Term& part, index_t first, std::vector<double>& values) {
  values.resize(part.columns.size() * z(part.rows));
  std::vector<void*> places;
  for (std::size_t c = 0; c < part.columns.size(); ++c) {
    places.push_back(values.data() + c * z(part.rows));
    part.columns[c].data = places.back();
  }
  part.stream->source->read(first, part.rows, part.stream->columns, places);
  part.stream = nullptr;
}

}  // namespace

void DataEvaluator::rows(std::span<const double> p, double* f, double* jacobian) {
  load(p, true);
  const index_t n = parameters();
  if (jacobian != nullptr) std::fill_n(jacobian, raw_rows_ * n, 0.0);
  index_t start = 0;
  for (const auto& state : states_) {
    RowsFold fold(*state, n, f + start, jacobian == nullptr ? nullptr : jacobian + start * n);
    state->full.reduce(fold);
    start += state->term->rows * static_cast<index_t>(state->term->program->outputs.size());
  }
}

std::span<const double> DataEvaluator::held_residuals(std::span<const double> p, std::size_t term,
                                                      std::size_t output) const {
  if (!is_full_) return {};
  for (std::size_t i = 0; i < free_.size(); ++i) {
    if (values_[z(free_[i])] != p[i]) return {};
  }
  const TermState& state = *states_[term];
  const engine::Interpreter* const registers = state.full.held();
  if (registers == nullptr) return {};
  return {registers->output(state.term->program->outputs[output].f), z(state.term->rows)};
}

void DataEvaluator::some_residuals(std::span<const double> p, std::size_t term, std::size_t output,
                                   std::span<const index_t> firsts, std::span<double> f) {
  load(p, true);
  TermState& state = *states_[term];
  const program::Operand& from = state.term->program->outputs[output].f;
  const std::size_t rows = f.size() / firsts.size();
  WalkOptions walk = options_.walk;
  walk.threads = 1;
  walk.watch = nullptr;
  for (std::size_t k = 0; k < firsts.size(); ++k) {
    Term part = part_of(*state.term, firsts[k], static_cast<index_t>(rows));
    std::vector<double> values;
    if (part.stream) read_part(part, firsts[k], values);
    state.full.attach_to(part, walk);
    state.full.set_parameters(state.parameters);
    OutputFold fold(from, f.subspan(k * rows, rows));
    state.full.reduce(fold);
  }
  state.full.attach_to(*state.term, options_.walk);
  is_full_ = false;
}

std::optional<Fault> DataEvaluator::find_fault(std::span<const double> p) {
  load(p, true);
  for (std::size_t t = 0; t < states_.size(); ++t) {
    FaultFold fold(*states_[t]);
    const std::span<const double> found = states_[t]->full.reduce(fold);
    if (std::isinf(found[0])) continue;
    Fault fault{.term = t,
                .row = static_cast<index_t>(found[0]),
                .in_residual = found[1] < 0,
                .value = found[2]};
    if (!fault.in_residual) {
      fault.parameter =
          states_[t]->position(static_cast<std::size_t>(found[3]), static_cast<index_t>(found[1]));
    }
    return fault;
  }
  return std::nullopt;
}

}  // namespace nlsq::reduce
