// SPDX-License-Identifier: MIT
// One summary: a plain Gram fold, accepted if κ(JD) is small enough for its use; else the rows are folded again in
// coordinates P near the triangle just found, until κ(JP⁻¹) is small; Householder when that does not settle or the
// problem is tiny (m ≤ 4n). The limits and what they buy are measured in docs/adr/0002.
#include "reduce/data_evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/householder.hpp"

namespace nlsq::reduce {
namespace {

constexpr double kPlainForStep = 1e5;
constexpr double kPlainForCovariance = 300.0;
constexpr double kCoordinatesForStep = 1e3;
constexpr double kCoordinatesForCovariance = 100.0;
constexpr int kMaxRefolds = 4;
constexpr index_t kHouseholderRows = 4;  // m ≤ 4n

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

double shift_for(index_t n) { return 100.0 * static_cast<double>(n) * std::numeric_limits<double>::epsilon(); }

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace

struct DataEvaluator::TermState {
  TermState(const Term& t, const EvaluatorOptions& options, base::ThreadPool& pool)
      : term(&t), isa(options.walk.isa), walk(options.walk), pool_of_threads(&pool),
        full(t.program->full, t, options.walk, pool),
        block(options.walk.block > 0 ? options.walk.block : t.program->full.block_rows()),
        gram(t, t.program->outputs, isa, block) {
    parameters.resize(t.parameters.size() + t.extras.size());
    std::copy(t.extras.begin(), t.extras.end(), parameters.begin() + static_cast<std::ptrdiff_t>(t.parameters.size()));
    for (const auto& output : t.program->outputs) factors.emplace_back(output.jacobian.size(), 1.0);
  }

  // c_j of J_j = c_j · values_j at the current parameters.
  void read_factors() {
    for (std::size_t o = 0; o < factors.size(); ++o) {
      for (std::size_t j = 0; j < factors[o].size(); ++j) {
        const program::Operand& factor = term->program->outputs[o].jacobian[j].factor;
        factors[o][j] = factor.kind == program::Operand::Kind::none ? 1.0 : full.uniforms().value(factor.index);
      }
    }
  }

  index_t position(std::size_t o, index_t j) const {
    return term->free[z(term->program->outputs[o].jacobian[z(j)].parameter)];
  }

  // The cost alone is asked for rarely: its program is set up on first use.
  Walker& value_walker() {
    if (!value) {
      value = std::make_unique<Walker>(term->program->value, *term, walk, *pool_of_threads);
      cost = std::make_unique<CostFold>(*term, term->program->value_outputs, isa);
    }
    return *value;
  }

  const Term* term;
  engine::Isa isa;
  WalkOptions walk;
  base::ThreadPool* pool_of_threads;
  Walker full;
  index_t block;
  GramFold gram;
  std::unique_ptr<Walker> value;
  std::unique_ptr<CostFold> cost;
  std::unique_ptr<GramFold> coordinates;
  std::unique_ptr<HouseholderFold> householder;
  std::vector<double> parameters;
  std::vector<std::vector<double>> factors;
};

DataEvaluator::DataEvaluator(const std::vector<Term>& terms, std::vector<double> values, std::vector<index_t> free,
                             const EvaluatorOptions& options, base::ThreadPool& pool)
    : terms_(&terms), values_(std::move(values)), free_(std::move(free)), options_(options), pool_(&pool) {
  for (const Term& term : terms) {
    const auto outputs = static_cast<index_t>(term.program->outputs.size());
    rows_ += term.rows * outputs - term.masked_rows;
    raw_rows_ += term.rows * outputs;
    states_.push_back(std::make_unique<TermState>(term, options_, pool));
  }
  const index_t n = parameters();
  G_.assign(z(n * n), 0.0);
  h_.assign(z(n), 0.0);
  gradient_.assign(z(n), 0.0);
}

DataEvaluator::~DataEvaluator() = default;

void DataEvaluator::load(std::span<const double> p, bool full) {
  for (std::size_t i = 0; i < free_.size(); ++i) values_[z(free_[i])] = p[i];
  for (const auto& state : states_) {
    const Term& term = *state->term;
    for (std::size_t i = 0; i < term.parameters.size(); ++i) state->parameters[i] = values_[z(term.parameters[i])];
    (full ? state->full : state->value_walker()).set_parameters(state->parameters);
    if (full) state->read_factors();
  }
}

double DataEvaluator::cost(std::span<const double> p) {
  load(p, false);
  double total = 0.0;
  for (const auto& state : states_) {
    const std::span<const double> result = state->value->reduce(*state->cost);
    const double c2 = state->term->f_scale * state->term->f_scale;
    for (std::size_t o = 0; o < result.size() / 2; ++o) {
      total += 0.5 * (state->term->robust ? c2 * result[2 * o] : result[2 * o]);
    }
  }
  return total;
}

void DataEvaluator::fold_gram(const linalg::Matrix* inverse) {
  const index_t n = parameters();
  std::fill(G_.begin(), G_.end(), 0.0);
  std::fill(h_.begin(), h_.end(), 0.0);
  std::fill(gradient_.begin(), gradient_.end(), 0.0);
  sums_ = {};
  cost_ = 0.0;
  for (const auto& state : states_) {
    GramFold* fold = &state->gram;
    if (inverse != nullptr) {
      std::vector<linalg::Matrix> coordinates;
      for (std::size_t o = 0; o < state->factors.size(); ++o) {
        const auto k = static_cast<index_t>(state->factors[o].size());
        linalg::Matrix m(z(k * n), 0.0);
        for (index_t i = 0; i < k; ++i) {
          const index_t row = state->position(o, i);
          for (index_t j = row; j < n; ++j) m[z(i + j * k)] = state->factors[o][z(i)] * (*inverse)[z(row + j * n)];
        }
        coordinates.push_back(std::move(m));
      }
      if (!state->coordinates) {
        state->coordinates = std::make_unique<GramFold>(*state->term, state->term->program->outputs, state->isa,
                                                        state->block, coordinates, n);
      } else {
        state->coordinates->set_coordinates(coordinates);
      }
      fold = state->coordinates.get();
    }
    const std::span<const double> result = state->full.reduce(*fold);
    const bool robust = state->term->robust;
    for (std::size_t o = 0; o < fold->layout().size(); ++o) {
      const GramFold::Layout& layout = fold->layout()[o];
      const double* gram = result.data() + layout.gram;
      const index_t k = layout.columns;
      const auto factor = [&](index_t j) { return inverse != nullptr ? 1.0 : state->factors[o][z(j)]; };
      const auto place = [&](index_t j) { return inverse != nullptr ? j : state->position(o, j); };
      for (index_t i = 0; i < k; ++i) {
        for (index_t j = 0; j <= i; ++j) {
          G_[z(place(j) + place(i) * n)] += factor(i) * factor(j) * gram[packed_index(i, j)];
        }
      }
      if (robust) {
        for (index_t j = 0; j < layout.local; ++j) {
          gradient_[z(state->position(o, j))] += state->factors[o][z(j)] * result[z(layout.gradient + j)];
        }
      } else {
        for (index_t j = 0; j < k; ++j) h_[z(place(j))] += factor(j) * gram[packed_index(k, j)];
      }
      const double f2 = robust ? result[z(layout.f2)] : gram[packed_index(k, k)];
      const double c2 = state->term->f_scale * state->term->f_scale;
      sums_.f2 += f2;
      cost_ += 0.5 * (robust ? c2 * result[z(layout.rho)] : f2);
    }
  }
}

void DataEvaluator::fold_householder(linalg::Summary& out) {
  const index_t n = parameters();
  bool any_robust = false;
  // [R qtf] of all outputs so far, (n+1)×(n+1); columns of parameters an output does not have are zero.
  const index_t q = n + 1;
  std::vector<double> total(z(q * q), 0.0);
  std::fill(gradient_.begin(), gradient_.end(), 0.0);
  sums_ = {};
  cost_ = 0.0;
  for (const auto& state : states_) {
    if (!state->householder) {
      state->householder = std::make_unique<HouseholderFold>(*state->term, state->term->program->outputs, state->isa);
    }
    const std::span<const double> result = state->full.reduce(*state->householder);
    const bool robust = state->term->robust;
    any_robust |= robust;
    for (std::size_t o = 0; o < state->householder->layout().size(); ++o) {
      const HouseholderFold::Layout& layout = state->householder->layout()[o];
      std::vector<double> part(z(q * q), 0.0);
      const double* triangle = result.data() + layout.triangle;
      for (index_t j = 0; j < layout.q; ++j) {
        const bool is_f = j == layout.local;
        const index_t to = is_f ? n : state->position(o, j);
        const double factor = is_f ? 1.0 : state->factors[o][z(j)];
        for (index_t i = 0; i <= j; ++i) part[z(i + to * q)] = factor * triangle[i + j * layout.q];
      }
      // Spread columns are no triangle any more, and factors may have changed signs: factor once more.
      std::vector<double> stacked(z(2 * q * q), 0.0);
      for (index_t j = 0; j < q; ++j) {
        std::copy_n(total.data() + j * q, q, stacked.data() + j * 2 * q);
        std::copy_n(part.data() + j * q, q, stacked.data() + j * 2 * q + q);
      }
      linalg::householder_triangle(stacked.data(), 2 * q, q, 2 * q, total.data());
      double f2 = 0.0;
      if (robust) {
        for (index_t j = 0; j < layout.local; ++j) {
          gradient_[z(state->position(o, j))] += state->factors[o][z(j)] * result[z(layout.gradient + j)];
        }
        f2 = result[z(layout.f2)];
      } else {
        for (index_t i = 0; i < layout.q; ++i) {
          const double v = triangle[i + layout.local * layout.q];
          f2 += v * v;
        }
      }
      const double c2 = state->term->f_scale * state->term->f_scale;
      sums_.f2 += f2;
      cost_ += 0.5 * (robust ? c2 * result[z(layout.rho)] : f2);
    }
  }
  for (index_t j = 0; j < n; ++j) {
    for (index_t i = 0; i < n; ++i) out.R[z(i + j * n)] = i <= j ? total[z(i + j * q)] : 0.0;
    out.qtf[z(j)] = total[z(j + n * q)];
  }
  if (any_robust) {
    // Terms with a linear loss give their share through Rᵀqtf; the others through their own gradient.
    std::vector<double> linear(z(n), 0.0);
    linalg::multiply_transposed_upper(out.R, n, out.qtf, linear);
    for (index_t j = 0; j < n; ++j) out.g[z(j)] = gradient_[z(j)] + linear[z(j)];
    out.qtf = out.g;
    linalg::solve_transposed_upper(out.R, n, out.qtf);
  } else {
    linalg::multiply_transposed_upper(out.R, n, out.qtf, out.g);
  }
  out.kappa = linalg::kappa_upper(out.R, n);
}

void DataEvaluator::set_from_gram(const linalg::Matrix& P, linalg::Summary& out) const {
  const index_t n = parameters();
  const bool plain = P.empty();
  if (plain) {
    out.R = factor_.R;
    out.g = h_;
  } else {
    linalg::multiply_upper(factor_.R, P, n, out.R);
    linalg::multiply_transposed_upper(P, n, h_, out.g);
  }
  // qtf = L⁻¹h with the factor of the coordinates.
  for (index_t j = 0; j < n; ++j) {
    double sum = 0.0;
    for (index_t i = 0; i <= j; ++i) sum += factor_.inverse[z(i + j * n)] * h_[z(i)];
    out.qtf[z(j)] = sum;
  }
  bool any_robust = false;
  for (const auto& state : states_) any_robust |= state->term->robust;
  if (any_robust) {
    for (index_t j = 0; j < n; ++j) out.g[z(j)] += gradient_[z(j)];
    out.qtf = out.g;
    linalg::solve_transposed_upper(out.R, n, out.qtf);
  }
  out.kappa = plain ? factor_.kappa : linalg::kappa_upper(out.R, n);
}

bool DataEvaluator::try_coordinates(solve::Grade grade, linalg::Summary& out) {
  const index_t n = parameters();
  const double limit = grade == solve::Grade::covariance ? kCoordinatesForCovariance : kCoordinatesForStep;
  for (int attempt = 0; attempt < kMaxRefolds; ++attempt) {
    linalg::invert_upper(P_, n, P_inverse_);
    if (!all_finite(P_inverse_)) return false;
    fold_gram(&P_inverse_);
    if (!std::isfinite(cost_)) return true;  // not finite whatever the fold; the caller sees it
    linalg::factor_gram(G_, n, 0.0, factor_);
    if (factor_.ok && factor_.kappa <= limit) {
      set_from_gram(P_, out);
      P_ = out.R;
      return true;
    }
    if (!factor_.ok) {
      linalg::factor_gram(G_, n, shift_for(n), factor_);
      if (!factor_.ok) return false;
    }
    linalg::multiply_upper(factor_.R, P_, n, P_);
  }
  return false;
}

void DataEvaluator::finish(linalg::Summary& out, linalg::Fold fold) const {
  out.rows = rows_;
  out.cost = cost_;
  out.sum_f2 = sums_.f2;
  out.fold = fold;
  out.finite = std::isfinite(cost_) && all_finite(out.R) && all_finite(out.g) && all_finite(out.qtf);
}

void DataEvaluator::summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out) {
  using linalg::Fold;
  const index_t n = parameters();
  if (out.n != n || static_cast<index_t>(out.R.size()) != n * n) out.resize(n);
  load(p, true);
  const bool force_qr = options_.fold == Fold::qr || (!options_.fold && rows_ <= kHouseholderRows * n);
  if (n > 0 && force_qr) {
    fold_householder(out);
    return finish(out, Fold::qr);
  }
  if (have_guess_ && options_.fold != Fold::gram) {
    if (try_coordinates(grade, out)) return finish(out, Fold::pgram);
    have_guess_ = false;
  }
  fold_gram(nullptr);
  if (!std::isfinite(cost_) || !all_finite(G_) || !all_finite(h_) || !all_finite(gradient_)) {
    out.finite = false;
    out.cost = cost_;
    out.rows = rows_;
    return;
  }
  if (n == 0) return finish(out, Fold::gram);
  linalg::factor_gram(G_, n, 0.0, factor_);
  const double limit = grade == solve::Grade::covariance ? kPlainForCovariance : kPlainForStep;
  const bool accept = options_.fold == Fold::gram || (!options_.fold && factor_.kappa <= limit);
  if (factor_.ok && accept) {
    set_from_gram({}, out);
    return finish(out, Fold::gram);
  }
  if (!factor_.ok) linalg::factor_gram(G_, n, shift_for(n), factor_);
  if (factor_.ok && options_.fold == Fold::gram) {
    set_from_gram({}, out);
    return finish(out, Fold::gram);
  }
  if (factor_.ok) {
    P_ = factor_.R;
    if (try_coordinates(grade, out)) {
      have_guess_ = true;
      return finish(out, Fold::pgram);
    }
  }
  fold_householder(out);
  finish(out, Fold::qr);
}

void DataEvaluator::rows(std::span<const double> p, double* f, double* jacobian) {
  load(p, true);
  const index_t n = parameters();
  if (jacobian != nullptr) std::fill_n(jacobian, raw_rows_ * n, 0.0);
  index_t start = 0;
  for (const auto& state : states_) {
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
            for (index_t r = 0; r < count; ++r) j_[((first + r) * width + o) * n_ + at] = factor * column[r];
          }
        }
      }

     private:
      const TermState* state_;
      index_t n_;
      double* f_;
      double* j_;
    };
    RowsFold fold(*state, n, f + start, jacobian == nullptr ? nullptr : jacobian + start * n);
    state->full.reduce(fold);
    start += state->term->rows * static_cast<index_t>(state->term->program->outputs.size());
  }
}

std::optional<DataEvaluator::Fault> DataEvaluator::find_fault(std::span<const double> p) {
  const index_t n = parameters();
  std::vector<double> f(z(raw_rows_)), jacobian(z(raw_rows_ * n));
  rows(p, f.data(), jacobian.data());
  index_t i = 0;
  for (std::size_t t = 0; t < terms_->size(); ++t) {
    const auto width = static_cast<index_t>((*terms_)[t].program->outputs.size());
    for (index_t r = 0; r < (*terms_)[t].rows * width; ++r, ++i) {
      if (!std::isfinite(f[z(i)])) return Fault{t, r / width, true, -1, f[z(i)]};
      for (index_t j = 0; j < n; ++j) {
        const double v = jacobian[z(i * n + j)];
        if (!std::isfinite(v)) return Fault{t, r / width, false, j, v};
      }
    }
  }
  return std::nullopt;
}

}  // namespace nlsq::reduce
