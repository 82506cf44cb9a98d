// SPDX-License-Identifier: MIT
#include "relations/relation_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::fit_impl {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// A name of the same length for one with brackets, so that a caret points at the right place.
std::string plain_name(const std::string& name, const std::string& text) {
  std::string plain = name;
  for (char& c : plain) {
    if (!is_word(c)) c = '_';
  }
  while (text.find(plain) != std::string::npos) {  // taken: count in the last letters
    std::size_t i = plain.size() - 1;
    while (i > 0 && plain[i] == 'z') plain[i--] = 'a';
    plain[i] = plain[i] == '_' ? 'a' : static_cast<char>(plain[i] + 1);
  }
  return plain;
}

}  // namespace

Relation parse_relation(const std::string& text, std::span<const std::string> known,
                        const char* argument, const std::string& owner) {
  std::string plain = text;
  std::map<std::string, std::string> names;  // by those in `plain`
  if (text.find('[') != std::string::npos) {
    for (const std::string& name : known) {
      if (name.find('[') == std::string::npos) continue;
      std::string own;
      for (std::size_t at = 0; (at = plain.find(name, at)) != std::string::npos;) {
        if (at > 0 && is_word(plain[at - 1])) {
          ++at;
          continue;
        }
        if (own.empty()) names[own = plain_name(name, plain)] = name;
        plain.replace(at, name.size(), own);
      }
    }
  }
  try {
    const Model parsed = Model::parse(plain, {});
    auto model = std::make_shared<expr::ModelImpl>(*parsed.impl());
    model->attachments = std::make_shared<expr::Attachments>();
    for (std::size_t i = 0; i < model->parameters.size(); ++i) {
      const auto at = names.find(model->parameter_names[i]);
      if (at == names.end()) continue;
      model->parameter_names[i] = model->parameters[i].name = at->second;
    }
    model->formula = text;
    return {text, model};
  } catch (const FormulaError& error) {
    std::string message = error.what();
    for (const auto& [own, name] : names) {
      for (std::size_t at = 0; (at = message.find(own, at)) != std::string::npos;)
        message.replace(at, own.size(), name);
    }
    throw InputError(argument, fmt::format("{}: {}: {}", argument, owner, message));
  }
}

Gradient gradient_of(const Relation& relation, const std::vector<double>& at) {
  const Model model(relation.model);
  const std::vector<double> one(1, 0.0);
  Dataset data;
  data.column("row", one);
  Gradient out;
  out.value = evaluate(model, data, at).front();
  if (!at.empty()) out.by = jacobian(model, data, at);
  return out;
}

}  // namespace nlsq::fit_impl
