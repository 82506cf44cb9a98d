// SPDX-License-Identifier: MIT
#include "relations/relations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>
#include <limits>

#include "expr/substitute.hpp"
#include "nlsq/error.hpp"
#include "relations/related_result.hpp"
#include "relations/ties.hpp"

namespace nlsq::fit_impl {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

bool contains(std::span<const std::string> names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> names_of_all(std::span<const TermView> terms) {
  std::vector<std::string> all;
  for (const TermView& term : terms) {
    linalg::Indices sizes;
    for (std::string& name : expanded_names(*term.model, *term.data, sizes)) {
      if (!contains(all, name)) all.push_back(std::move(name));
    }
  }
  return all;
}

// Where a parameter of a term is: a plain one, or an element of a vector, whatever it is called.
expr::Place place_in(const Model& model, std::span<const std::string> names,
                     const linalg::Indices& sizes, const std::string& name) {
  index_t at = std::find(names.begin(), names.end(), name) - names.begin();
  for (std::size_t s = 0; s < sizes.size(); at -= sizes[s], ++s) {
    if (at >= sizes[s]) continue;
    const expr::Symbol& symbol = model.impl()->parameters[s];
    return {symbol.name, symbol.index_column < 0 ? -1 : at};
  }
  return {name, -1};
}

// The models of a fit without what is tied, and rows for what is known beforehand.
class RelatedTerms {
 public:
  RelatedTerms(std::span<const TermView> terms, const FitOptions& options,
               std::span<const std::string> known)
      : ties(read_ties(options, known)) {
    names.assign(known.begin(), known.end());
    names.insert(names.end(), ties.added.begin(), ties.added.end());
    for (const TermView& term : terms) views_.push_back(without_ties(term));
    data_terms_ = views_.size();
    for (const auto& [text, prior] : options.priors) add_prior(text, prior);
    for (const DerivedQuantity& wanted : options.derived) {
      Relation relation = parse_relation(wanted.expression, names, "derived", wanted.name);
      require_known(relation, names, "derived");
      derived.push_back({wanted, ties.resolve(relation)});
    }
  }

  std::span<const TermView> all() const { return views_; }
  std::span<const TermView> of_data() const { return std::span(views_).first(data_terms_); }

  Ties ties;
  std::vector<std::string> names;  // of the caller, then those that ties introduce
  std::vector<KnownQuantity> priors;
  std::vector<DerivedRelation> derived;

 private:
  TermView without_ties(const TermView& term) {
    linalg::Indices sizes;
    const std::vector<std::string> own = expanded_names(*term.model, *term.data, sizes);
    std::vector<expr::Replacement> replacements;
    for (const Tie& tie : ties.all) {
      if (contains(own, tie.name))
        replacements.push_back(
            {place_in(*term.model, own, sizes, tie.name), in_term(tie.relation, term, own, sizes)});
    }
    if (replacements.empty()) return term;
    TermView view = term;
    view.model = &models_.emplace_back(expr::substitute(*term.model->impl(), replacements));
    return view;
  }

  // The expression with elements of the term's vectors under their numbers.
  const expr::ModelImpl* in_term(const Relation& relation, const TermView& term,
                                 std::span<const std::string> own, const linalg::Indices& sizes) {
    auto copy = std::make_shared<expr::ModelImpl>(*relation.model);
    for (std::size_t i = 0; i < copy->parameters.size(); ++i) {
      std::string& name = copy->parameters[i].name;
      if (!contains(own, name)) continue;
      const expr::Place place = place_in(*term.model, own, sizes, name);
      if (place.element >= 0) name = fmt::format("{}[{}]", place.name, place.element);
      copy->parameter_names[i] = name;
    }
    return models_.emplace_back(std::move(copy)).impl().get();
  }

  void add_prior(const std::string& text, const Prior& prior) {
    if (!std::isfinite(prior.mean) || !(prior.sigma > 0.0) || !std::isfinite(prior.sigma)) {
      throw InputError("priors",
                       fmt::format("priors: '{}' = {} ± {}: the value must be finite, its "
                                   "standard deviation positive and finite",
                                   text, prior.mean, prior.sigma));
    }
    Relation relation = parse_relation(text, names, "priors", text);
    require_known(relation, names, "priors");
    relation = ties.resolve(relation);
    if (relation.names().empty()) {
      throw InputError("priors", fmt::format("priors: '{}' is a number, not a parameter", text));
    }
    means_.push_back({prior.mean});
    Dataset& data = datasets_.emplace_back();
    data.response(means_.back()).sigma(prior.sigma);
    views_.push_back({&models_.emplace_back(relation.model), &data, Loss::linear, 1.0});
    priors.push_back({std::move(relation), prior});
  }

  std::deque<Model> models_;
  std::deque<std::vector<double>> means_;
  std::deque<Dataset> datasets_;
  std::vector<TermView> views_;
  std::size_t data_terms_ = 0;
};

// Options of the fit of `inner` parameters from those that the caller gave for `outer` ones.
FitOptions inner_options(const FitOptions& options, const RelatedTerms& related,
                         std::span<const std::string> inner, index_t of_models) {
  FitOptions own(options);
  own.ties.clear();
  own.priors.clear();
  own.derived.clear();
  own.p0.clear();
  own.first_guess.clear();
  const std::vector<std::string>& outer = related.names;
  const auto given = static_cast<index_t>(options.p0.size());
  if (given != 0 && given != of_models && given != static_cast<index_t>(outer.size())) {
    throw InputError(
        "p0", fmt::format("p0: {} values were given for {} parameters", given, outer.size()));
  }
  for (index_t i = 0; i < given; ++i) {
    const bool is_guess = z(i) < options.first_guess.size() && options.first_guess[z(i)];
    if (!is_guess && contains(inner, outer[z(i)])) own.start.emplace(outer[z(i)], options.p0[z(i)]);
  }
  for (const Tie& tie : related.ties.all) {
    if (contains(inner, tie.name)) own.fixed[tie.name] = 0.0;  // an element that no row uses
  }
  return own;
}

// x_scale is given in the order of the parameters that move.
void arrange_scales(const FitOptions& options, const RelatedTerms& related,
                    std::span<const std::string> inner, FitOptions& own) {
  const auto moves = [&](const std::string& name) {
    const auto bounds = options.bounds.find(name);
    const bool pinned =
        bounds != options.bounds.end() && bounds->second.lower == bounds->second.upper;
    return !pinned && !options.fixed.contains(name) && related.ties.find(name) == nullptr;
  };
  std::vector<std::string> outer;
  std::copy_if(related.names.begin(), related.names.end(), std::back_inserter(outer), moves);
  if (options.x_scale.size() != outer.size()) return;
  own.x_scale.clear();
  for (const std::string& name : inner) {
    const auto at = std::find(outer.begin(), outer.end(), name);
    if (at != outer.end()) own.x_scale.push_back(options.x_scale[z(at - outer.begin())]);
  }
}

// A parameter that a prior is about begins at its mean, unless something else was said.
void start_at_means(const FitOptions& options, FitOptions& own) {
  for (const auto& [name, prior] : options.priors) {
    const auto bounds = own.bounds.find(name);
    const bool inside = bounds == own.bounds.end() ||
                        (prior.mean >= bounds->second.lower && prior.mean <= bounds->second.upper);
    if (inside && !options.fixed.contains(name)) own.start.emplace(name, prior.mean);
  }
}

// Where some start is unknown, the data alone are fitted first: a search knows one family of rows.
void start_from_data(const RelatedTerms& related, std::span<const std::string> inner,
                     const FitOptions& options, FitOptions& own, FitViews fit, FitResult& first) {
  const bool is_known = std::all_of(inner.begin(), inner.end(), [&](const std::string& name) {
    return own.start.contains(name) || own.fixed.contains(name);
  });
  if (is_known || related.of_data().size() != 1 || options.starts != Starts::search ||
      options.max_nfev) {
    return;
  }
  FitOptions quiet(own);
  quiet.callback = nullptr;
  quiet.judge = false;
  quiet.x_scale.clear();
  first = fit(related.of_data(), quiet);
  if (!first.success) return;
  for (std::size_t i = 0; i < first.names.size(); ++i) {
    if (!first.fixed[i]) own.start.emplace(first.names[i], first.popt[i]);
  }
}

}  // namespace

FitResult fit_related(std::span<const TermView> terms, const FitOptions& options, FitViews fit) {
  if (terms.empty()) return fit(terms, options);
  const std::vector<std::string> of_models = names_of_all(terms);
  const RelatedTerms related(terms, options, of_models);
  const std::vector<std::string> inner = names_of_all(related.all());
  FitOptions own = inner_options(options, related, inner, static_cast<index_t>(of_models.size()));
  arrange_scales(options, related, inner, own);
  FitResult first;
  if (!related.priors.empty()) {
    start_at_means(options, own);
    start_from_data(related, inner, options, own, fit, first);
  }
  FitResult result = fit(related.all(), own);
  if (!first.names.empty()) {
    result.start_source = first.start_source;
    result.nfev += first.nfev;
    result.njev += first.njev;
  }
  result.model = terms.front().model->formula();
  count_priors(related.priors, result);
  tell_ties(related.names, related.ties, options, result);
  tell_derived(related.derived, result);
  return result;
}

}  // namespace nlsq::fit_impl
