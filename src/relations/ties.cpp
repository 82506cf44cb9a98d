// SPDX-License-Identifier: MIT
#include "relations/ties.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.hpp"
#include "expr/substitute.hpp"
#include "nlsq/error.hpp"

namespace nlsq::fit_impl {
namespace {

bool contains(std::span<const std::string> names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Names that are tied, in place of their expressions.
Relation substituted(const Relation& relation, std::span<const Tie> ties) {
  std::vector<expr::Replacement> replacements;
  for (const Tie& tie : ties) {
    // In an expression an element is a plain name.
    if (contains(relation.names(), tie.name))
      replacements.push_back({{tie.name, -1}, tie.relation.model.get()});
  }
  if (replacements.empty()) return relation;
  return {relation.text, expr::substitute(*relation.model, replacements)};
}

void refuse_unknown(const std::string& name, std::span<const std::string> known) {
  if (contains(known, name)) return;
  const std::string begin = name + "[";
  const bool is_vector = std::any_of(known.begin(), known.end(), [&](const std::string& other) {
    return other.starts_with(begin);
  });
  if (is_vector) {
    throw InputError(
        "ties", fmt::format("ties: '{}' is a vector; tie its elements, as '{}[0]'", name, name));
  }
  throw InputError("ties",
                   fmt::format("ties: the model has no parameter '{}'{}; its parameters "
                               "are {}",
                               name, base::did_you_mean(name, known), base::quoted_list(known)));
}

// A tied parameter has no start, no bounds and no fixed value of its own.
void refuse_contradictions(const std::string& name, const std::string& text,
                           const FitOptions& options) {
  const char* const other = options.fixed.contains(name)    ? "fixed"
                            : options.bounds.contains(name) ? "bounded"
                            : options.start.contains(name)  ? "given a start"
                                                            : nullptr;
  if (other == nullptr) return;
  throw InputError("ties",
                   fmt::format("ties: '{}' is tied to '{}' and {} as well; it has no value of its "
                               "own: leave one of the two out",
                               name, text, other));
}

class Reader {
 public:
  Reader(const FitOptions& options, std::span<const std::string> known)
      : options_(options), known_(known) {}

  Ties run() {
    for (const auto& [name, text] : options_.ties) {
      refuse_unknown(name, known_);
      refuse_contradictions(name, text, options_);
      given_.emplace(name, parse_relation(text, known_, "ties", name));
    }
    for (const auto& [name, relation] : given_) {
      for (const std::string& used : relation.names()) add(used, relation);
    }
    for (const auto& [name, relation] : given_) visit(name);
    std::sort(done_.all.begin(), done_.all.end(),
              [](const Tie& a, const Tie& b) { return a.name < b.name; });
    return std::move(done_);
  }

 private:
  // A name that no model has is a new parameter if something is known of it.
  void add(const std::string& name, const Relation& relation) {
    if (contains(known_, name) || contains(done_.added, name)) return;
    if (!options_.start.contains(name) && !options_.fixed.contains(name)) {
      throw InputError("ties",
                       fmt::format("ties: '{}' in '{}' is no parameter of the model{}; to add it "
                                   "as a parameter of its own give it a start",
                                   name, relation.text, base::did_you_mean(name, known_)));
    }
    done_.added.push_back(name);
  }

  void visit(const std::string& name) {
    if (done_.find(name) != nullptr) return;
    const auto begin = std::find(path_.begin(), path_.end(), name);
    if (begin != path_.end()) {
      std::string circle;
      for (auto at = begin; at != path_.end(); ++at)
        circle += fmt::format("{}{} = {}", at == begin ? "" : ", ", *at, given_.at(*at).text);
      throw InputError(
          "ties",
          fmt::format("ties: {} {}: {}", base::quoted_list({begin, path_.end()}),
                      path_.end() - begin == 1 ? "is tied to itself" : "are tied to each other",
                      circle));
    }
    path_.push_back(name);
    const Relation& relation = given_.at(name);
    for (const std::string& used : relation.names()) {
      if (given_.contains(used)) visit(used);
    }
    path_.pop_back();
    done_.all.push_back({name, substituted(relation, done_.all)});
  }

  const FitOptions& options_;
  std::span<const std::string> known_;
  std::map<std::string, Relation> given_;
  std::vector<std::string> path_;
  Ties done_;
};

}  // namespace

const Tie* Ties::find(const std::string& name) const {
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const Tie& tie) { return tie.name == name; });
  return at == all.end() ? nullptr : &*at;
}

Relation Ties::resolve(const Relation& relation) const { return substituted(relation, all); }

Ties read_ties(const FitOptions& options, std::span<const std::string> known) {
  return Reader(options, known).run();
}

void require_known(const Relation& relation, std::span<const std::string> known,
                   const char* argument) {
  for (const std::string& name : relation.names()) {
    if (contains(known, name)) continue;
    throw InputError(
        argument,
        fmt::format("{}: '{}' in '{}' is no parameter{}; the parameters are {}", argument, name,
                    relation.text, base::did_you_mean(name, known), base::quoted_list(known)));
  }
}

}  // namespace nlsq::fit_impl
