// SPDX-License-Identifier: MIT
// Each run of rows that touch the same parameters gives a small dense product JᵀJ, which is added
// to the entries of its tuple.
#include "reduce/sparse_evaluator.hpp"

#include <algorithm>
#include <cmath>

namespace nlsq::reduce {
namespace {

constexpr index_t kPadding = 16;  // rows that an interpreter wants a multiple of

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

double dot(const double* a, const double* b, index_t n) {
  double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0;
  index_t i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (; i < n; ++i) s0 += a[i] * b[i];
  return (s0 + s1) + (s2 + s3);
}

double sum(const double* a, index_t n) {
  double total = 0.0;
  for (index_t i = 0; i < n; ++i) total += a[i];
  return total;
}

bool all_finite(std::span<const double> values) {
  double total = 0.0;
  for (const double v : values) total += 0.0 * v;
  return total == 0.0;
}

}  // namespace

// Of one program: terms take turns.
struct SparseEvaluator::Workspace {
  Workspace(const program::Program& program, engine::Isa isa)
      : uniforms(program, isa),
        block(program.block_rows()),
        interpreter(program, uniforms, isa, block) {}
  engine::Uniforms uniforms;
  index_t block;
  engine::Interpreter interpreter;
  std::vector<double> parameters;
  std::vector<engine::AlignedBuffer> tail;  // a copy of the last rows, padded
  std::vector<const void*> columns;
};

SparseEvaluator::SparseEvaluator(std::span<SparseTerm> terms, std::span<const double> values,
                                 const linalg::Indices& free, engine::Isa isa)
    : terms_(terms), values_(values), free_(free), isa_(isa) {
  const index_t n = parameters();
  linalg::SparsePattern all = linalg::pattern_of_groups(n, {}, 1);
  for (const SparseTerm& term : terms_) {
    const auto outputs = static_cast<index_t>(term.term().program->outputs.size());
    rows_ += term.term().rows * outputs - term.term().masked_rows;
  }
  if (terms_.size() == 1) {
    all = terms_.front().pattern(n);
  } else {
    std::vector<std::int32_t> pairs;  // all terms' at once: merging one by one would cost n a term
    for (const SparseTerm& term : terms_) {
      const auto k = term.width();
      for (std::int32_t t = 0; t < term.tuples(); ++t) {
        const std::int32_t* const at = term.positions(t);
        for (index_t i = 0; i < k; ++i) {
          for (index_t j = 0; j < i; ++j) pairs.insert(pairs.end(), {at[i], at[j]});
        }
      }
    }
    all = linalg::pattern_of_groups(n, pairs, 2);
  }
  pattern_ = std::make_shared<const linalg::SparsePattern>(std::move(all));
  for (SparseTerm& term : terms_) term.place(*pattern_);
}

SparseEvaluator::~SparseEvaluator() = default;

void SparseEvaluator::load(std::span<const double> p) {
  for (std::size_t i = 0; i < free_.size(); ++i) values_[z(free_[i])] = p[i];
}

SparseEvaluator::Workspace& SparseEvaluator::workspace(const SparseTerm& of) {
  const Term& term = of.term();
  std::unique_ptr<Workspace>& found = workspaces_[term.program.get()];
  if (!found) found = std::make_unique<Workspace>(term.program->full, isa_);
  Workspace& w = *found;
  w.parameters.clear();
  for (const index_t at : term.parameters) w.parameters.push_back(values_[z(at)]);
  w.parameters.insert(w.parameters.end(), term.extras.begin(), term.extras.end());
  w.uniforms.evaluate(w.parameters);
  w.interpreter.begin_pass();
  w.columns.resize(term.columns.size());
  return w;
}

template <class Take>
void SparseEvaluator::for_each_block(const SparseTerm& of, const Take& take) {
  const Term& term = of.term();
  Workspace& w = workspace(of);
  for (index_t first = 0; first < term.rows; first += w.block) {
    const index_t rows = std::min(w.block, term.rows - first);
    const index_t padded = (rows + kPadding - 1) / kPadding * kPadding;
    const bool copies = padded != rows;
    if (copies) w.tail.resize(term.columns.size());
    for (std::size_t c = 0; c < w.columns.size(); ++c) {
      const ColumnSource& column = term.columns[c];
      const index_t width = column.float32 ? sizeof(float) : sizeof(double);
      const char* const from = static_cast<const char*>(column.data) + first * width;
      w.columns[c] = from;
      if (!copies) continue;
      if (!w.tail[c]) w.tail[c] = engine::allocate_aligned(w.block);
      char* const to = reinterpret_cast<char*>(w.tail[c].get());
      std::copy_n(from, rows * width, to);
      for (index_t r = rows; r < padded; ++r)
        std::copy_n(from + (rows - 1) * width, width, to + r * width);
      w.columns[c] = to;
    }
    w.interpreter.run(w.columns, padded);
    take(w, first, rows);
  }
}

double SparseEvaluator::cost(std::span<const double> p) {
  load(p);
  double total = 0.0;
  for (const SparseTerm& term : terms_) {
    const Term& of = term.term();
    double own = 0.0;
    for_each_block(term, [&](const Workspace& w, index_t, index_t rows) {
      for (const program::ResidualOutput& output : of.program->outputs) {
        const double* const f = w.interpreter.output(output.f);
        own += of.robust ? sum(w.interpreter.output(output.rho), rows) : dot(f, f, rows);
      }
    });
    total += 0.5 * (of.robust ? of.f_scale * of.f_scale * own : own);
  }
  return total;
}

void SparseEvaluator::add_segment(const SparseTerm& term, const program::ResidualOutput& output,
                                  std::int32_t tuple, index_t begin, index_t rows,
                                  linalg::Summary& out) {
  const std::int32_t* const positions = term.positions(tuple);
  const std::int32_t* const entries = term.entries(tuple);
  std::vector<double>& H = static_cast<linalg::SparseNormal&>(*out.local).values;
  const double* const f = f_ + begin;
  for (std::size_t i = 0; i < output.jacobian.size(); ++i) {
    const index_t pick = output.jacobian[i].parameter;
    const std::int32_t at = positions[pick];
    if (at < 0) continue;
    const double* const column = columns_[i] + begin;
    // The gradient is of the columns before the loss scales them.
    const double* const plain = plain_[i] + begin;
    out.g[z(at)] += factors_[i] * (rows == 1 ? plain[0] * f[0] : dot(plain, f, rows));
    for (std::size_t j = 0; j <= i; ++j) {
      const index_t other = output.jacobian[j].parameter;
      const std::int32_t entry = entries[pick * (pick + 1) / 2 + other];
      if (entry < 0) continue;
      const double* const second = columns_[j] + begin;
      const double product = factors_[i] * factors_[j] *
                             (rows == 1 ? column[0] * second[0] : dot(column, second, rows));
      // Two columns that stand for one parameter in these rows are its column together.
      const bool twice = i != j && positions[other] == at;
      H[z(entry)] += twice ? 2.0 * product : product;
    }
  }
}

void SparseEvaluator::add_rows(const SparseTerm& term, const Workspace& w, index_t first,
                               index_t rows, std::size_t run, linalg::Summary& out) {
  const Term& of = term.term();
  for (const program::ResidualOutput& output : of.program->outputs) {
    const std::size_t k = output.jacobian.size();
    const double* const f = w.interpreter.output(output.f);
    f2_ += dot(f, f, rows);
    rho_ += of.robust ? of.f_scale * of.f_scale * sum(w.interpreter.output(output.rho), rows) : 0.0;
    f_ = of.robust ? w.interpreter.output(output.weighted_f) : f;
    columns_.resize(k);
    plain_.resize(k);
    factors_.resize(k);
    if (of.robust) scaled_.resize(k * z(rows));
    for (std::size_t j = 0; j < k; ++j) {
      const program::JacobianColumn& column = output.jacobian[j];
      const bool none = column.factor.kind == program::Operand::Kind::none;
      factors_[j] = none ? 1.0 : w.uniforms.value(column.factor.index);
      plain_[j] = columns_[j] = w.interpreter.output(column.values);
      if (!of.robust) continue;
      const double* const scale = w.interpreter.output(output.root_scale);
      double* const to = scaled_.data() + j * z(rows);
      for (index_t r = 0; r < rows; ++r) to[r] = scale[r] == 0.0 ? 0.0 : plain_[j][r] * scale[r];
      columns_[j] = to;
    }
    const auto runs = term.runs();
    for (std::size_t at = run; at + 1 < runs.size() && runs[at].first < first + rows; ++at) {
      const index_t begin = std::max(runs[at].first, first);
      const index_t end = std::min(runs[at + 1].first, first + rows);
      add_segment(term, output, runs[at].tuple, begin - first, end - begin, out);
    }
  }
}

void SparseEvaluator::summary(std::span<const double> p, solve::Grade, linalg::Summary& out) {
  load(p);
  const index_t n = parameters();
  if (out.n != n || static_cast<index_t>(out.g.size()) != n) out.resize_local(n);
  std::vector<double>& H = linalg::own_normal(out.local, pattern_).values;
  H.assign(z(pattern_->entries()), 0.0);
  std::fill(out.g.begin(), out.g.end(), 0.0);
  rho_ = f2_ = 0.0;
  double linear = 0.0;  // Σf² of the terms without a loss
  for (const SparseTerm& term : terms_) {
    std::size_t run = 0;
    const double before = f2_;
    for_each_block(term, [&](const Workspace& w, index_t first, index_t rows) {
      while (term.runs()[run + 1].first <= first) ++run;
      add_rows(term, w, first, rows, run, out);
    });
    if (!term.term().robust) linear += f2_ - before;
  }
  out.rows = rows_;
  out.cost = 0.5 * (linear + rho_);
  out.sum_f2 = f2_;
  out.fold = linalg::Fold::sparse;
  out.estimated = false;
  out.finite = std::isfinite(out.cost) && all_finite(H) && all_finite(out.g);
}

std::optional<Fault> SparseEvaluator::find_fault(std::span<const double> p) {
  load(p);
  std::optional<Fault> fault;
  for (std::size_t t = 0; t < terms_.size() && !fault; ++t) {
    for_each_block(terms_[t], [&](const Workspace& w, index_t first, index_t rows) {
      for (const program::ResidualOutput& output : terms_[t].term().program->outputs) {
        for (index_t r = 0; r < rows && !fault; ++r) {
          const double f = w.interpreter.output(output.f)[r];
          if (!std::isfinite(f)) fault = Fault{.term = t, .row = first + r, .value = f};
          for (const program::JacobianColumn& column : output.jacobian) {
            const double d = w.interpreter.output(column.values)[r];
            if (!fault && !std::isfinite(d))
              fault = Fault{.term = t, .row = first + r, .in_residual = false, .value = d};
          }
        }
      }
    });
  }
  return fault;
}

}  // namespace nlsq::reduce
