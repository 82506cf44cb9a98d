// SPDX-License-Identifier: MIT
// Looks models up by name, and puts a column in place of x.
#include <algorithm>
#include <cctype>

#include "models/compose.hpp"
#include "models/table.hpp"

namespace nlsq {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Lower case, '_' for '-', no blanks.
std::string normalized(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ') continue;
    out += c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

bool answers_to(const BuiltInModel& model, const std::string& name) {
  return model.name == name ||
         std::find(model.aliases.begin(), model.aliases.end(), name) != model.aliases.end();
}

// N of polynomial(N), poly(N), polynomial_N, poly_N, polynomialN, polyN; −1 if it is none of these.
int degree_of(std::string_view name) {
  for (const std::string_view head : {"polynomial", "poly"}) {
    if (!name.starts_with(head)) continue;
    name.remove_prefix(head.size());
    break;
  }
  const bool has_parentheses = name.size() > 2 && name.front() == '(' && name.back() == ')';
  if (has_parentheses) name = name.substr(1, name.size() - 2);
  if (!has_parentheses && name.starts_with('_')) name.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (name.empty() || name.size() > 2 || !std::all_of(name.begin(), name.end(), is_digit))
    return -1;
  const int degree = std::stoi(std::string(name));
  return degree <= kMostDegree ? degree : -1;
}

}  // namespace

const std::vector<BuiltInModel>& built_in_models() {
  static const std::vector<BuiltInModel> all = [] {
    std::vector<BuiltInModel> models;
    for (const models::Entry& entry : models::table()) models.push_back(entry.model);
    return models;
  }();
  return all;
}

const BuiltInModel* find_built_in_model(std::string_view name) {
  const std::string wanted = normalized(name);
  for (const std::vector<BuiltInModel>* list : {&built_in_models(), &models::polynomials()}) {
    for (const BuiltInModel& model : *list) {
      if (answers_to(model, wanted)) return &model;
    }
  }
  if (name.find('+') != std::string_view::npos) return models::find_sum(name);
  const int degree = wanted.starts_with("poly") ? degree_of(wanted) : -1;
  return degree < 0 ? nullptr : &models::polynomials()[static_cast<std::size_t>(degree)];
}

std::string formula_of(const BuiltInModel& model, std::string_view column) {
  const bool is_plain = !column.empty() && !std::isdigit(static_cast<unsigned char>(column[0])) &&
                        std::all_of(column.begin(), column.end(), is_word);
  const std::string name = is_plain ? std::string(column) : "`" + std::string(column) + "`";
  std::string out;
  for (std::size_t i = 0; i < model.formula.size();) {
    std::size_t end = i;
    while (end < model.formula.size() && is_word(model.formula[end])) ++end;
    const std::string_view word = std::string_view(model.formula).substr(i, end - i);
    out += word.empty() ? std::string(1, model.formula[i]) : word == "x" ? name : std::string(word);
    i = std::max(end, i + 1);
  }
  return out;
}

}  // namespace nlsq
