// SPDX-License-Identifier: MIT
// Names become columns, constants or parameters; calls are checked for their arguments.
#include "expr/bind.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "base/nearest.hpp"
#include "expr/functions.hpp"
#include "nlsq/error.hpp"

namespace nlsq::expr {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

class Binder {
 public:
  Binder(const Formula& formula, const std::vector<std::string>& columns, ModelImpl& model,
         const std::vector<std::string>& own)
      : formula_(formula), columns_(columns), own_(own), model_(model) {
    for (const Symbol& known : model_.parameters)
      parameters_.emplace(known.name, parameters_.size());
  }

  // Nodes are in order of completion: operands come before their users, names in order of
  // appearance.
  void run() {
    std::vector<NodeId> built(formula_.nodes.size(), kNone);
    std::vector<bool> is_index_column(formula_.nodes.size(), false);
    for (const Syntax& s : formula_.nodes) {
      if (s.kind == Syntax::Kind::name) names_.insert(s.text);
      if (s.kind == Syntax::Kind::index)
        is_index_column[static_cast<std::size_t>(s.operands[0])] = true;
    }
    for (std::size_t i = 0; i < formula_.nodes.size(); ++i) {
      // The response on the left is the first node; it is no part of the value.
      const bool is_response = i == 0 && !formula_.response.empty();
      if (!is_index_column[i] && !is_response) built[i] = build(formula_.nodes[i], built);
    }
    model_.outputs.push_back(built[static_cast<std::size_t>(formula_.root)]);
  }

 private:
  [[noreturn]] void fail(const Syntax& syntax, const std::string& message) const {
    throw FormulaError(formula_.text, syntax.position, message);
  }

  NodeId build(const Syntax& s, const std::vector<NodeId>& built) {
    Graph& g = model_.graph;
    const auto operand = [&](std::size_t i) {
      return built[static_cast<std::size_t>(s.operands[i])];
    };
    switch (s.kind) {
      case Syntax::Kind::number: return g.constant(s.value);
      case Syntax::Kind::name: return build_name(s);
      case Syntax::Kind::index: return build_gathered(s);
      case Syntax::Kind::call: return build_function(s, built);
      case Syntax::Kind::unary: return g.make(s.op, operand(0));
      case Syntax::Kind::binary:
        return s.swapped ? g.make(s.op, operand(1), operand(0))
                         : g.make(s.op, operand(0), operand(1));
    }
    return kNone;
  }

  index_t find_column(const std::string& name) {
    const auto exact = std::find(columns_.begin(), columns_.end(), name);
    if (exact != columns_.end()) return exact - columns_.begin();
    index_t found = -1;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!equal_ignoring_case(columns_[i], name)) continue;
      if (found >= 0) return -1;
      found = static_cast<index_t>(i);
    }
    return found < 0 || is_told_apart(name, columns_[static_cast<std::size_t>(found)]) ? -1 : found;
  }

  // Whether a name is another thing than the column that differs from it in case alone.
  bool is_told_apart(const std::string& name, const std::string& column) const {
    const auto is_owned = [&](const std::string& other) {
      return equal_ignoring_case(other, name);
    };
    if (std::any_of(own_.begin(), own_.end(), is_owned) || formula_.response == column) return true;
    return names_.contains(column);
  }

  void note(const std::string& text) {
    if (std::find(model_.notes.begin(), model_.notes.end(), text) == model_.notes.end()) {
      model_.notes.push_back(text);
    }
  }

  // The model's own number of a column of the data.
  index_t use_column(index_t position) {
    const std::string& name = columns_[static_cast<std::size_t>(position)];
    const auto known = std::find(model_.columns.begin(), model_.columns.end(), name);
    if (known != model_.columns.end()) return known - model_.columns.begin();
    model_.columns.push_back(name);
    return static_cast<index_t>(model_.columns.size()) - 1;
  }

  bool is_below(int node, const Syntax& s) const {
    const Syntax& top = formula_.nodes[static_cast<std::size_t>(node)];
    return &top == &s || std::any_of(top.operands.begin(), top.operands.end(),
                                     [&](int operand) { return is_below(operand, s); });
  }

  // Whether a name is neither beside a number, as in 2*pi, nor in the argument of a function, as in
  // sin(pi*x): there the constant is meant.
  bool stands_alone(const Syntax& s) const {
    constexpr std::size_t kMostNodes = 1000;
    if (formula_.nodes.size() > kMostNodes) return false;
    for (const Syntax& other : formula_.nodes) {
      const bool is_call = other.kind == Syntax::Kind::call;
      bool holds = false;
      bool has_number = false;
      for (const int i : other.operands) {
        const Syntax& operand = formula_.nodes[static_cast<std::size_t>(i)];
        holds |= is_call ? is_below(i, s) : &operand == &s;
        has_number |= operand.kind == Syntax::Kind::number;
      }
      if (holds && (is_call || has_number)) return false;
    }
    return true;
  }

  NodeId build_name(const Syntax& s) {
    const bool is_constant = s.text == "pi" || s.text == "e";
    const index_t column = find_column(s.text);
    const bool exact = column >= 0 && columns_[static_cast<std::size_t>(column)] == s.text;
    if (is_constant && !exact) {
      if (s.text == "e")
        note("'e' is Euler's number, 2.718…, no parameter; give a parameter another name");
      else if (stands_alone(s))
        note("'pi' is the number π, 3.141…, no parameter; give a parameter another name");
      return model_.graph.constant(s.text == "pi" ? M_PI : M_E);
    }
    if (column >= 0) {
      if (is_constant) note("'" + s.text + "' is the column of that name, not the constant");
      if (!exact) {
        note("'" + s.text + "' is read as the column '" +
             columns_[static_cast<std::size_t>(column)] + "'");
      }
      return model_.graph.column(use_column(column));
    }
    if (!canonical_function(s.text).empty() && s.text != "e") {
      fail(s, "'" + s.text + "' is a function: write " + s.text + "(…)");
    }
    return model_.graph.parameter(use_parameter(s, -1));
  }

  NodeId build_gathered(const Syntax& s) {
    const Syntax& index = formula_.nodes[static_cast<std::size_t>(s.operands[0])];
    const index_t column = find_column(index.text);
    if (column < 0) {
      fail(index,
           "no column named '" + index.text + "'" + base::did_you_mean(index.text, columns_));
    }
    if (find_column(s.text) >= 0)
      fail(s, "'" + s.text + "' is a column; only a parameter can be indexed");
    const index_t own = use_column(column);
    return model_.graph.gathered(use_parameter(s, own), model_.graph.column(own));
  }

  index_t use_parameter(const Syntax& s, index_t index_column) {
    const auto [known, is_new] = parameters_.emplace(s.text, model_.parameters.size());
    const std::size_t position = known->second;
    if (is_new) {
      model_.parameters.push_back({s.text, index_column});
      model_.parameter_names.push_back(s.text);
    } else if (model_.parameters[position].index_column != index_column) {
      fail(s, "'" + s.text + "' is used in two ways: as one number and indexed, or by two columns");
    }
    return static_cast<index_t>(position);
  }

  NodeId build_function(const Syntax& s, const std::vector<NodeId>& built) {
    const std::string_view name = canonical_function(s.text);
    if (name.empty()) {
      const bool known_name = find_column(s.text) >= 0;
      if (known_name)
        fail(s, "'" + s.text + "' is a column, not a function (a product is written with '*')");
      fail(s, "unknown function '" + s.text + "'" + base::did_you_mean(s.text, function_names()));
    }
    const int wanted = function_arity(name);
    const int given = static_cast<int>(s.operands.size());
    if (given != wanted) {
      fail(s, "'" + s.text + "' takes " + std::to_string(wanted) +
                  (wanted == 1 ? " argument" : " arguments") + ", not " + std::to_string(given));
    }
    std::vector<NodeId> arguments;
    for (const int i : s.operands) arguments.push_back(built[static_cast<std::size_t>(i)]);
    const NodeId id = build_call(model_.graph, name, arguments);
    if (id == kNone) fail(s, "the order of polygamma must be a whole number from 0 to 60");
    return id;
  }

  const Formula& formula_;
  const std::vector<std::string>& columns_;
  const std::vector<std::string>& own_;
  ModelImpl& model_;
  std::unordered_set<std::string> names_;                    // all that the formula holds
  std::unordered_map<std::string, std::size_t> parameters_;  // positions in model_.parameters
};

}  // namespace

void bind_formula(const Formula& formula, const std::vector<std::string>& columns, ModelImpl& model,
                  const std::vector<std::string>& own) {
  Binder(formula, columns, model, own).run();
}

}  // namespace nlsq::expr
