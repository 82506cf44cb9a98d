// SPDX-License-Identifier: MIT
#include "fit/problem.hpp"

#include <algorithm>

#include "nlsq/error.hpp"

namespace nlsq::fit_impl {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

struct TermNames {
  std::vector<std::string> names;  // expanded
  linalg::Indices sizes;
  linalg::Indices positions;  // in the problem
};

// The union of the terms' parameters, by first appearance.
std::vector<std::string> collect_names(std::span<const TermView> terms,
                                       std::vector<TermNames>& of_terms) {
  std::vector<std::string> all;
  of_terms.reserve(terms.size());
  for (const TermView& term : terms) {
    TermNames own;
    own.names = expanded_names(*term.model, *term.data, own.sizes);
    all.reserve(all.size() + own.names.size());
    for (const std::string& name : own.names) {
      const auto known = std::find(all.begin(), all.end(), name);
      own.positions.push_back(known - all.begin());
      if (known == all.end()) all.push_back(name);
    }
    of_terms.push_back(std::move(own));
  }
  return all;
}

std::vector<reduce::Term> bind_terms(std::span<const TermView> terms,
                                     const std::vector<TermNames>& names,
                                     const ParameterTable& table, const FitOptions& options,
                                     Preparation& preparation) {
  linalg::Indices free_position(z(table.size()), -1);
  for (std::size_t i = 0; i < table.free.size(); ++i)
    free_position[z(table.free[i])] = static_cast<index_t>(i);
  std::vector<reduce::Term> bound;
  bound.reserve(terms.size());
  for (std::size_t t = 0; t < terms.size(); ++t) {
    linalg::Indices own_free, problem_free;
    for (std::size_t i = 0; i < names[t].positions.size(); ++i) {
      const index_t free = free_position[z(names[t].positions[i])];
      if (free < 0) continue;
      own_free.push_back(static_cast<index_t>(i));
      problem_free.push_back(free);
    }
    bound.push_back(bind_term(terms[t], options, names[t].sizes, own_free, preparation));
    bound.back().parameters = names[t].positions;
    bound.back().free = std::move(problem_free);
  }
  return bound;
}

}  // namespace

bool Problem::linear_loss() const {
  return std::none_of(terms.begin(), terms.end(), [](const reduce::Term& t) { return t.robust; });
}

Problem make_problem(std::span<const TermView> terms, const FitOptions& options,
                     Preparation& preparation) {
  if (terms.empty()) throw InputError("terms", "terms: at least one is needed");
  std::vector<TermNames> names;
  Problem problem;
  problem.table = make_parameters(collect_names(terms, names), options);
  problem.terms = bind_terms(terms, names, problem.table, options, preparation);
  return problem;
}

}  // namespace nlsq::fit_impl
