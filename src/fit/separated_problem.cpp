// SPDX-License-Identifier: MIT
#include "fit/separated_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "expr/model.hpp"
#include "nlsq/error.hpp"
#include "runtime/cache.hpp"
#include "search/separated_model.hpp"

namespace nlsq::fit_impl {
namespace {

using search::Weight;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// A term's model with weights, and what they are by positions among its moving parameters.
struct SeparatedModel {
  Model model;
  std::vector<index_t> linear;
  std::vector<Weight> weights;
};

std::vector<index_t> moving_of(const reduce::Term& term, const ParameterTable& table) {
  std::vector<index_t> moving;
  for (std::size_t i = 0; i < term.parameters.size(); ++i) {
    if (!table.fixed[z(term.parameters[i])]) moving.push_back(static_cast<index_t>(i));
  }
  return moving;
}

SeparatedModel separate(const expr::ModelImpl& model, std::span<const index_t> moving) {
  search::Separation separation(model, moving);
  std::vector<index_t> linear =
      search::linear_together(static_cast<index_t>(moving.size()), [&](index_t i, index_t j) {
        return !separation.is_used(z(i)) || separation.curves(z(i), z(j));
      });
  std::sort(linear.begin(), linear.end());
  std::vector<Weight> weights = separation.weights(linear);
  return {Model(separation.augmented(weights, linear)), std::move(linear), std::move(weights)};
}

// The only term's, kept with its model.
std::shared_ptr<const SeparatedModel> separated(const Model& model,
                                                std::span<const index_t> moving) {
  const auto make = [&] {
    return std::make_shared<const SeparatedModel>(separate(*model.impl(), moving));
  };
  const std::uint64_t epoch = cache_epoch();
  if (epoch == kCacheOff) return make();
  std::string key = "varpro";
  for (const index_t i : moving) key += "," + std::to_string(i);
  return model.impl()->attachments->get<SeparatedModel>(key, epoch, make);
}

// Of several terms: linear is what is linear in all of them.
std::vector<SeparatedModel> separated_together(std::span<const TermView> views,
                                               const Problem& problem,
                                               const std::vector<index_t>& free_of) {
  const index_t n = problem.free();
  std::vector<bool> curves(z(n * n), false), used(z(n), false);
  std::vector<search::Separation> separations;
  std::vector<std::vector<index_t>> at;  // free positions of each term's moving parameters
  for (std::size_t t = 0; t < views.size(); ++t) {
    const reduce::Term& term = problem.terms[t];
    const std::vector<index_t> moving = moving_of(term, problem.table);
    separations.emplace_back(*views[t].model->impl(), moving);
    std::vector<index_t>& places = at.emplace_back();
    for (const index_t i : moving) places.push_back(free_of[z(term.parameters[z(i)])]);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (separations[t].is_used(i)) used[z(places[i])] = true;
      for (std::size_t j = 0; j < places.size(); ++j) {
        if (separations[t].curves(i, j)) curves[z(places[i] * n + places[j])] = true;
      }
    }
  }
  const std::vector<index_t> linear = search::linear_together(
      n, [&](index_t i, index_t j) { return !used[z(i)] || curves[z(i * n + j)]; });
  std::vector<SeparatedModel> made;
  for (std::size_t t = 0; t < views.size(); ++t) {
    std::vector<index_t> own;
    for (std::size_t i = 0; i < at[t].size(); ++i) {
      if (std::find(linear.begin(), linear.end(), at[t][i]) != linear.end())
        own.push_back(static_cast<index_t>(i));
    }
    std::vector<Weight> weights = separations[t].weights(own);
    made.push_back(
        {Model(separations[t].augmented(weights, own)), std::move(own), std::move(weights)});
  }
  return made;
}

[[noreturn]] void refuse(const std::string& why) {
  throw InputError("method", "method: 'varpro' " + why + "; use 'trf'");
}

void check_terms(std::span<const TermView> views) {
  for (const TermView& view : views) {
    if (view.loss != Loss::linear)
      refuse("solves for linear parameters by least squares, without a robust loss");
    for (const expr::Symbol& symbol : view.model->impl()->parameters) {
      if (symbol.index_column >= 0)
        refuse(
            fmt::format("takes no vector of parameters that rows pick from ('{}')", symbol.name));
    }
  }
}

}  // namespace

SeparatedProblem::SeparatedProblem(std::span<const TermView> views, const Problem& problem,
                                   const FitOptions& options)
    : table_(&problem.table) {
  check_terms(views);
  const ParameterTable& table = problem.table;
  const index_t n = problem.free();
  std::vector<index_t> free_of(z(table.size()), -1);
  for (std::size_t i = 0; i < table.free.size(); ++i)
    free_of[z(table.free[i])] = static_cast<index_t>(i);

  std::vector<SeparatedModel> models;
  if (views.size() == 1) {
    models.push_back(*separated(*views.front().model, moving_of(problem.terms.front(), table)));
  } else {
    models = separated_together(views, problem, free_of);
  }
  // Positions among the free parameters in place of those in a term.
  std::vector<std::vector<index_t>> at;
  std::vector<bool> is_linear(z(n), false);
  std::vector<Weight> weights;
  for (std::size_t t = 0; t < models.size(); ++t) {
    std::vector<index_t>& places = at.emplace_back();
    const reduce::Term& term = problem.terms[t];
    for (const index_t i : moving_of(term, table))
      places.push_back(free_of[z(term.parameters[z(i)])]);
    for (const index_t j : models[t].linear) is_linear[z(places[z(j)])] = true;
    for (Weight& weight : models[t].weights) {
      weight.nonlinear = places[z(weight.nonlinear)];
      if (weight.linear >= 0) weight.linear = places[z(weight.linear)];
      if (std::find(weights.begin(), weights.end(), weight) == weights.end())
        weights.push_back(weight);
    }
  }
  std::sort(weights.begin(), weights.end(), [](const Weight& a, const Weight& b) {
    return std::pair(a.nonlinear, a.linear) < std::pair(b.nonlinear, b.linear);
  });
  order_.assign(z(n), 0);
  for (index_t i = 0; i < n; ++i) {
    std::vector<index_t>& own = is_linear[z(i)] ? linear_ : nonlinear_;
    order_[z(i)] = static_cast<index_t>(own.size());
    own.push_back(i);
  }
  if (linear_.empty()) {
    refuse(
        "needs a parameter that the model is linear in, and there is none among those that "
        "move");
  }
  columns_.linear = static_cast<index_t>(linear_.size());
  columns_.pieces.resize(nonlinear_.size());
  for (std::size_t w = 0; w < weights.size(); ++w) {
    const index_t factor = weights[w].linear < 0 ? -1 : order_[z(weights[w].linear)];
    columns_.pieces[z(order_[z(weights[w].nonlinear)])].push_back(
        {columns_.linear + static_cast<index_t>(w), factor});
  }
  for (const index_t j : linear_) order_[z(j)] += static_cast<index_t>(nonlinear_.size());

  values_ = table.start;
  values_.resize(z(table.size()) + weights.size());
  for (const index_t j : linear_) moving_.push_back(table.free[z(j)]);
  for (std::size_t w = 0; w < weights.size(); ++w)
    moving_.push_back(table.size() + static_cast<index_t>(w));

  FitOptions quiet;
  quiet.threads = options.threads;
  quiet.check_finite = false;
  for (std::size_t t = 0; t < models.size(); ++t) {
    const reduce::Term& term = problem.terms[t];
    const std::size_t own = term.parameters.size();
    linalg::Indices sizes, free, places;
    sizes.assign(own + models[t].weights.size(), 1);
    const std::vector<index_t> moving = moving_of(term, table);
    for (const index_t j : models[t].linear) {
      free.push_back(moving[z(j)]);
      places.push_back(order_[z(at[t][z(j)])] - static_cast<index_t>(nonlinear_.size()));
    }
    linalg::Indices parameters = term.parameters;
    for (std::size_t w = 0; w < models[t].weights.size(); ++w) {
      const auto known = std::find(weights.begin(), weights.end(), models[t].weights[w]);
      const auto number = static_cast<index_t>(known - weights.begin());
      free.push_back(static_cast<index_t>(own + w));
      places.push_back(columns_.linear + number);
      parameters.push_back(table.size() + number);
    }
    Preparation preparation;
    TermView view(views[t]);
    view.model = &models[t].model;
    reduce::Term bound = bind_term(view, quiet, sizes, free, preparation);
    bound.parameters = std::move(parameters);
    bound.free = std::move(places);
    terms_.push_back(std::move(bound));
  }
}

}  // namespace nlsq::fit_impl
