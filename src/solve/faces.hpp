// SPDX-License-Identifier: MIT
// The model of a point in the parameters that are free, as dogbox asks for it: of a triangle, and
// of whatever else (linalg/local_model.hpp). Both have the same functions; vectors p, g, v have a
// value for each free parameter, in scaled variables.
#pragma once

#include <algorithm>
#include <memory>
#include <span>

#include "linalg/least_norm.hpp"
#include "linalg/local_model.hpp"
#include "linalg/more_hebden.hpp"
#include "linalg/triangle.hpp"
#include "solve/bounds.hpp"
#include "solve/trust_region.hpp"

namespace nlsq::solve {

using Positions = base::SmallVector<std::size_t, 8>;

class DenseFaces {
 public:
  explicit DenseFaces(const State& state) : more_hebden_(state.n), work_(state.scale.size()) {
    triangle_.resize(state.n);
    face_.resize(state.n);
  }

  void select(const State& state, const Positions& free) {
    linalg::select_columns(state.here->sum, state.scale, free, triangle_, work_);
  }
  /// After select().
  void load(const State& state, std::span<const double> g) {
    load_model(more_hebden_, triangle_, g, state);
    product_.resize(g.size());
  }
  double newton_reduction() { return more_hebden_.newton_reduction(); }
  std::span<const double> newton_step() { return more_hebden_.newton_step(); }
  /// There is a Gauss-Newton step.
  bool complete() const { return more_hebden_.complete(); }

  /// ‖A v‖².
  double curvature(std::span<const double> v) {
    linalg::multiply(triangle_, v, product_);
    return linalg::dot(product_, product_);
  }

  /// direction ← the Gauss-Newton step from p of the parameters `inner` (of the free ones), 0 for
  /// the others.
  void inner_step(std::span<const double> p, std::span<const double> /*g*/, const Positions& inner,
                  std::span<double> direction) {
    linalg::multiply(triangle_, p, product_);
    for (std::size_t k = 0; k < p.size(); ++k) product_[k] += triangle_.b[k];
    linalg::restrict_columns(triangle_, product_, inner, face_, work_);
    std::fill(direction.begin(), direction.end(), 0.0);
    if (linalg::min_diagonal(face_) < kSingular) {
      const linalg::LeastNorm least = linalg::least_norm(face_);
      for (std::size_t i = 0; i < inner.size(); ++i) direction[inner[i]] = least.p[i];
    } else {
      linalg::solve(face_, face_.b);
      for (std::size_t i = 0; i < inner.size(); ++i) direction[inner[i]] = -face_.b[i];
    }
  }

 private:
  static constexpr double kSingular = 1e-12;  // scaled diagonal of a face that may be singular
  linalg::Triangle triangle_, face_;
  linalg::MoreHebden more_hebden_;
  linalg::Vector work_, product_;
};

class LocalFaces {
 public:
  explicit LocalFaces(const State& state) {
    for (auto* v : {&scale_, &held_, &whole_, &image_}) v->resize(state.scale.size());
  }

  void select(const State& state, const Positions& free) {
    model_ = state.here->sum.local.get();
    if (!solver_) solver_ = model_->solver();
    free_ = &free;
    state_ = &state;
    hold_all();
    for (const std::size_t j : free) scale_[j] = state.scale[j], held_[j] = 0.0;
  }
  void load(const State& /*state*/, std::span<const double> g) {
    newton_.assign(g.size(), 0.0);
    complete_ = solver_->factor(*model_, scale_, held_, 0.0);
    newton_reduction_ = kInfinity;
    if (!complete_) return;
    spread(g);
    solver_->solve(whole_);
    for (std::size_t k = 0; k < g.size(); ++k) newton_[k] = -whole_[(*free_)[k]];
    newton_reduction_ = -0.5 * linalg::dot(g, newton_);
  }
  double newton_reduction() const { return newton_reduction_; }
  std::span<const double> newton_step() const { return newton_; }
  bool complete() const { return complete_; }

  double curvature(std::span<const double> v) {
    spread(v);
    return model_->product(whole_, whole_, scale_);
  }

  void inner_step(std::span<const double> p, std::span<const double> g, const Positions& inner,
                  std::span<double> direction) {
    spread(p);
    model_->multiply(whole_, scale_, image_);
    std::fill(whole_.begin(), whole_.end(), 0.0);
    hold_all();
    for (const std::size_t k : inner) {
      const std::size_t j = (*free_)[k];
      whole_[j] = image_[j] + g[k];
      scale_[j] = state_->scale[j], held_[j] = 0.0;
    }
    std::fill(direction.begin(), direction.end(), 0.0);
    const bool is_definite = solver_->factor(*model_, scale_, held_, 0.0);
    if (is_definite) solver_->solve(whole_);
    for (const std::size_t k : inner) direction[k] = is_definite ? -whole_[(*free_)[k]] : 0.0;
    for (const std::size_t j : *free_) scale_[j] = state_->scale[j], held_[j] = 0.0;
  }

 private:
  void hold_all() {
    std::fill(scale_.begin(), scale_.end(), 0.0);
    std::fill(held_.begin(), held_.end(), 1.0);
  }
  // whole_ ← v at the free parameters, 0 elsewhere.
  void spread(std::span<const double> v) {
    std::fill(whole_.begin(), whole_.end(), 0.0);
    for (std::size_t k = 0; k < v.size(); ++k) whole_[(*free_)[k]] = v[k];
  }

  const State* state_ = nullptr;
  const Positions* free_ = nullptr;
  const linalg::LocalModel* model_ = nullptr;
  std::unique_ptr<linalg::LocalSolver> solver_;
  linalg::Vector scale_, held_, whole_, image_, newton_;
  double newton_reduction_ = 0.0;
  bool complete_ = false;
};

}  // namespace nlsq::solve
