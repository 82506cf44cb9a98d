// SPDX-License-Identifier: MIT
// Sums of built-in models: "gaussian + gaussian + linear". The parameters of each component get a
// prefix, and of several constants one is left, since only their sum acts.
#include "models/compose.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace nlsq::models {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\n") - first + 1));
}

// The parameter that is a term of its own at the end of the formula; empty if there is none.
std::string level_of(const BuiltInModel& model) {
  const std::string& last = model.parameters.back();
  const bool is_alone = model.formula == last || model.formula.ends_with(" + " + last);
  return is_alone ? last : "";
}

std::string without_level(const BuiltInModel& model) {
  const std::size_t tail = model.parameters.back().size() + 3;  // " + "
  return model.formula.size() > tail ? model.formula.substr(0, model.formula.size() - tail) : "";
}

std::string with_prefix(const std::string& formula, const std::vector<std::string>& parameters,
                        const std::string& prefix) {
  std::string out;
  for (std::size_t i = 0; i < formula.size();) {
    std::size_t end = i;
    while (end < formula.size() && is_word(formula[end])) ++end;
    const std::string word = formula.substr(i, end - i);
    if (std::find(parameters.begin(), parameters.end(), word) != parameters.end()) out += prefix;
    out += word.empty() ? std::string(1, formula[i]) : word;
    i = std::max(end, i + 1);
  }
  return out;
}

BuiltInModel sum_of(const std::vector<const BuiltInModel*>& components) {
  BuiltInModel sum;
  std::size_t with_level = components.size();  // the last component that has one
  for (std::size_t i = 0; i < components.size(); ++i)
    if (!level_of(*components[i]).empty()) with_level = i;
  std::array<int, 256> used{};  // of each first letter
  std::string levels;
  for (std::size_t i = 0; i < components.size(); ++i) {
    const BuiltInModel& model = *components[i];
    sum.name += (i > 0 ? " + " : "") + model.name;
    const char letter = model.name.front();
    const std::string prefix =
        letter + std::to_string(++used[static_cast<unsigned char>(letter)]) + "_";
    const bool keeps_all = level_of(model).empty() || i == with_level;
    const std::string formula = keeps_all ? model.formula : without_level(model);
    if (!keeps_all) levels += (levels.empty() ? "" : ", ") + prefix + model.parameters.back();
    BuiltInModel::Component part{&model, prefix, sum.parameters.size(), {}};
    if (!formula.empty()) {
      part.formula = with_prefix(formula, model.parameters, prefix);
      sum.formula += (sum.formula.empty() ? "" : " + ") + part.formula;
      for (std::size_t j = 0; j + (keeps_all ? 0 : 1) < model.parameters.size(); ++j) {
        sum.parameters.push_back(prefix + model.parameters[j]);
        sum.bounds.push_back(model.bounds[j]);
      }
    }
    sum.components.push_back(std::move(part));
  }
  sum.doc = "Sum of " + std::to_string(components.size()) + " models";
  if (!levels.empty())
    sum.doc += "; without " + levels + ", as constants act only by their sum, which is " +
               sum.components[with_level].prefix + components[with_level]->parameters.back();
  sum.doc += ".";
  return sum;
}

}  // namespace

std::vector<std::string> terms_of(std::string_view text) {
  std::vector<std::string> terms;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != '+') continue;
    terms.push_back(trimmed(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  return terms;
}

const BuiltInModel* find_sum(std::string_view text) {
  std::vector<const BuiltInModel*> components;
  for (const std::string& term : terms_of(text)) {
    const BuiltInModel* const model = find_built_in_model(term);
    if (model == nullptr) return nullptr;
    components.push_back(model);
  }
  if (components.size() < 2 || components.size() > kMostComponents) return nullptr;
  std::string key;
  for (const BuiltInModel* model : components) key += model->name + "+";
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<const BuiltInModel>> made;  // kept: pointers are out
  const std::lock_guard lock(mutex);
  std::unique_ptr<const BuiltInModel>& sum = made[key];
  if (!sum) sum = std::make_unique<const BuiltInModel>(sum_of(components));
  return sum.get();
}

}  // namespace nlsq::models
