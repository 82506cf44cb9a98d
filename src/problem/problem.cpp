// SPDX-License-Identifier: MIT
#include "problem/problem.hpp"

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

// Positions of the term's parameters among all of them, which get those that are new.
void join(TermNames& own, std::vector<std::string>& all) {
  if (all.empty()) {
    all.swap(own.names);
    for (std::size_t i = 0; i < all.size(); ++i) own.positions.push_back(static_cast<index_t>(i));
    return;
  }
  for (const std::string& name : own.names) {
    const auto known = std::find(all.begin(), all.end(), name);
    own.positions.push_back(known - all.begin());
    if (known == all.end()) all.push_back(name);
  }
}

reduce::Term bind(const TermView& view, const TermNames& names, const linalg::Indices& places,
                  const FitOptions& options, Preparation& preparation) {
  linalg::Indices own_free, problem_free;
  for (std::size_t i = 0; i < names.positions.size(); ++i) {
    const index_t free = places[z(names.positions[i])];
    if (free < 0) continue;
    own_free.push_back(static_cast<index_t>(i));
    problem_free.push_back(free);
  }
  reduce::Term term = bind_term(view, options, names.sizes, own_free, preparation);
  term.parameters = names.positions;
  term.free = std::move(problem_free);
  return term;
}

}  // namespace

bool Problem::linear_loss() const {
  return std::none_of(terms.begin(), terms.end(), [](const reduce::Term& t) { return t.robust; });
}

Problem make_problem(std::span<const TermView> terms, const FitOptions& options,
                     Preparation& preparation, std::pmr::memory_resource* memory) {
  if (terms.empty()) throw InputError("terms", "terms: at least one is needed");
  std::pmr::vector<TermNames> of_terms(terms.size(), memory);
  std::vector<std::string> all;
  for (std::size_t t = 0; t < terms.size(); ++t) {
    of_terms[t].names = expanded_names(*terms[t].model, *terms[t].data, of_terms[t].sizes);
    join(of_terms[t], all);
  }
  Problem problem{make_parameters(std::move(all), options), std::pmr::vector<reduce::Term>(memory)};
  linalg::Indices places(z(problem.table.size()), -1);  // among those that move
  for (std::size_t i = 0; i < problem.table.free.size(); ++i)
    places[z(problem.table.free[i])] = static_cast<index_t>(i);
  problem.terms.reserve(terms.size());
  for (std::size_t t = 0; t < terms.size(); ++t)
    problem.terms.push_back(bind(terms[t], of_terms[t], places, options, preparation));
  return problem;
}

}  // namespace nlsq::fit_impl
