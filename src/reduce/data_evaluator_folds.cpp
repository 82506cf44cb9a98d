// SPDX-License-Identifier: MIT
// Summing the terms' folds: each output's Gram matrix or triangle is placed at its parameters and
// scaled by the uniform factors of its Jacobian columns.
#include <algorithm>

#include "linalg/householder.hpp"
#include "reduce/data_evaluator.hpp"
#include "reduce/term_state.hpp"

namespace nlsq::reduce {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Adds a packed Gram matrix of k columns to the upper triangle of G.
void add_packed(const double* gram, index_t k, index_t n, double* G) {
  for (index_t i = 0; i < k; ++i) {
    for (index_t j = 0; j <= i; ++j) G[j + i * n] += gram[packed_index(i, j)];
  }
}

// The same with each column at its place, in any order: a parameter that terms share may stand
// before another in one of them and behind it in the problem.
void add_shuffled(const double* gram, std::span<const index_t> place, const double* factor,
                  index_t n, double* G) {
  for (std::size_t i = 0; i < place.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      const auto [row, column] = std::minmax(place[i], place[j]);
      G[row + column * n] += factor[i] * factor[j] *
                             gram[packed_index(static_cast<index_t>(i), static_cast<index_t>(j))];
    }
  }
}

}  // namespace

void DataEvaluator::fold_gram(const linalg::Matrix* inverse) {
  const index_t n = parameters();
  std::fill(G_.begin(), G_.end(), 0.0);
  std::fill(h_.begin(), h_.end(), 0.0);
  std::fill(gradient_.begin(), gradient_.end(), 0.0);
  sums_ = {};
  cost_ = 0.0;
  for (std::size_t t = 0; t < states_.size(); ++t) {
    const auto& state = states_[t];
    GramFold* fold = &state->gram;
    std::vector<linalg::Matrix> coordinates;
    if (inverse != nullptr) {
      for (std::size_t o = 0; o < state->factors.size(); ++o) {
        const auto k = static_cast<index_t>(state->factors[o].size());
        linalg::Matrix m(z(k * n), 0.0);
        for (index_t i = 0; i < k; ++i) {
          const index_t row = state->position(o, i);
          for (index_t j = row; j < n; ++j)
            m[z(i + j * k)] = state->factors[o][z(i)] * (*inverse)[z(row + j * n)];
        }
        coordinates.push_back(std::move(m));
      }
      if (!state->coordinates) {
        state->coordinates = std::make_unique<GramFold>(*state->term, state->term->program->outputs,
                                                        state->isa, state->block, coordinates, n);
      } else {
        state->coordinates->set_coordinates(coordinates);
      }
      fold = state->coordinates.get();
    }
    std::span<const double> result;
    if (!options_.passes.empty())
      result = passed(t, {.coordinates = coordinates, .n = inverse != nullptr ? n : 0});
    if (result.empty()) result = is_low_ ? state->float32->reduce() : state->full.reduce(*fold);
    const bool robust = state->term->robust;
    for (std::size_t o = 0; o < fold->layout().size(); ++o) {
      const GramFold::Layout& layout = fold->layout()[o];
      const double* gram = result.data() + layout.gram;
      const index_t k = layout.columns;
      // Where column j of the fold belongs, and its factor: in coordinates, at j with 1.
      const index_t* place = state->places[o].data();
      const double* factor = state->factors[o].data();
      if (inverse != nullptr) {
        add_packed(gram, k, n, G_.data());
      } else if (!state->in_order[o]) {
        add_shuffled(gram, {place, z(k)}, factor, n, G_.data());
      } else {
        for (index_t i = 0; i < k; ++i) {
          double* const column = G_.data() + place[i] * n;
          for (index_t j = 0; j <= i; ++j) {
            column[place[j]] += factor[i] * factor[j] * gram[packed_index(i, j)];
          }
        }
      }
      if (robust) {
        for (index_t j = 0; j < layout.local; ++j) {
          gradient_[z(state->position(o, j))] +=
              state->factors[o][z(j)] * result[z(layout.gradient + j)];
        }
      } else {
        for (index_t j = 0; j < k; ++j) {
          const double value = gram[packed_index(k, j)];
          if (inverse != nullptr) {
            h_[z(j)] += value;
          } else {
            h_[z(place[j])] += factor[j] * value;
          }
        }
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
  const index_t q = n + 1;
  bool any_robust = false;
  std::fill(gradient_.begin(), gradient_.end(), 0.0);
  sums_ = {};
  cost_ = 0.0;
  std::vector<std::span<const double>> results;
  index_t rows = 0;  // that the outputs' triangles fill
  for (const auto& state : states_) {
    if (!state->householder) {
      state->householder = std::make_unique<HouseholderFold>(
          *state->term, state->term->program->outputs, state->isa);
    }
    results.push_back(state->full.reduce(*state->householder));
    for (const HouseholderFold::Layout& layout : state->householder->layout()) {
      rows += std::min(state->term->rows, layout.q);
    }
  }
  // All triangles below each other, spread over the columns of all parameters and f, and factored
  // once more: spread columns are no triangle, and factors may have changed signs.
  linalg::Matrix stacked(z(rows * q));
  index_t top = 0;
  for (std::size_t t = 0; t < states_.size(); ++t) {
    const TermState& state = *states_[t];
    const std::span<const double> result = results[t];
    const bool robust = state.term->robust;
    any_robust |= robust;
    for (std::size_t o = 0; o < state.householder->layout().size(); ++o) {
      const HouseholderFold::Layout& layout = state.householder->layout()[o];
      const index_t filled = std::min(state.term->rows, layout.q);
      const double* triangle = result.data() + layout.triangle;
      for (index_t j = 0; j < layout.q; ++j) {
        const bool is_f = j == layout.local;
        const double factor = is_f ? 1.0 : state.factors[o][z(j)];
        double* const to = stacked.data() + (is_f ? n : state.position(o, j)) * rows + top;
        for (index_t i = 0; i <= std::min(j, filled - 1); ++i) {
          to[i] = factor * triangle[i + j * layout.q];
        }
      }
      top += filled;
      double f2 = 0.0;
      if (robust) {
        for (index_t j = 0; j < layout.local; ++j) {
          gradient_[z(state.position(o, j))] +=
              state.factors[o][z(j)] * result[z(layout.gradient + j)];
        }
        f2 = result[z(layout.f2)];
      } else {
        for (index_t i = 0; i < layout.q; ++i) {
          const double v = triangle[i + layout.local * layout.q];
          f2 += v * v;
        }
      }
      const double c2 = state.term->f_scale * state.term->f_scale;
      sums_.f2 += f2;
      cost_ += 0.5 * (robust ? c2 * result[z(layout.rho)] : f2);
    }
  }
  linalg::Matrix total(z(q * q));  // [R qtf]
  linalg::householder_triangle(stacked.data(), rows, q, rows, total.data());
  for (index_t j = 0; j < n; ++j) {
    for (index_t i = 0; i < n; ++i) out.R[z(i + j * n)] = i <= j ? total[z(i + j * q)] : 0.0;
    out.qtf[z(j)] = total[z(j + n * q)];
  }
  if (any_robust) {
    // Terms with a linear loss give their share through Rᵀqtf; the others through their own
    // gradient.
    linalg::Vector linear(z(n));
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

}  // namespace nlsq::reduce
