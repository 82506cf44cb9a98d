// SPDX-License-Identifier: MIT
// Tables of functions and aliases. voigt(x, sigma, gamma) = Re w(z) / (sigma √(2π)), z = (x +
// iγ)/(σ√2) (DLMF 7.19.1 with our normalisation).
#include "expr/functions.hpp"

#include <algorithm>
#include <cmath>

#include "expr/expression.hpp"

namespace nlsq::expr {
namespace {

struct Alias {
  std::string_view alias;
  std::string_view name;
};

// Beside the names that operations have in NumPy (ops.def).
constexpr Alias kAliases[] = {
    {"ln", "log"},        {"fmin", "min"}, {"fmax", "max"},     {"psi", "digamma"},
    {"sigmoid", "expit"}, {"if", "where"}, {"select", "where"}, {"sgn", "sign"},
};

// Functions that are several operations, by their names in NumPy and SciPy.
constexpr Alias kNumpyComposites[] = {
    {"exp2", "exp2"}, {"square", "square"}, {"exp10", "exp10"},
    {"clip", "clip"}, {"psi", "digamma"},
};

using Builder = Expression (*)(std::span<const Expression>);

struct Composite {
  Function function;
  Builder build;
};

Expression number(const Expression& like, double value) {
  return {like.graph, like.graph->constant(value)};
}

Expression build_voigt(std::span<const Expression> a) {
  const Expression scale = number(a[0], 1.0 / std::sqrt(2.0)) / a[1];
  const Expression norm = number(a[0], 1.0 / std::sqrt(2.0 * M_PI)) / a[1];
  return norm * wofz_re(a[0] * scale, a[2] * scale);
}
Expression build_square(std::span<const Expression> a) { return a[0] * a[0]; }
Expression build_exp2(std::span<const Expression> a) {
  return exp(a[0] * number(a[0], std::log(2.0)));
}
Expression build_exp10(std::span<const Expression> a) { return pow(number(a[0], 10.0), a[0]); }
Expression build_clip(std::span<const Expression> a) { return min(max(a[0], a[1]), a[2]); }
Expression build_digamma(std::span<const Expression> a) { return polygamma(0, a[0]); }
Expression build_j1_over_x(std::span<const Expression> a) { return bessel_ratio(1, a[0]); }
Expression build_j2_over_x(std::span<const Expression> a) { return a[0] * bessel_ratio(2, a[0]); }

constexpr Composite kComposites[] = {
    {{"voigt", 3, "voigt(x, sigma, gamma)", "Voigt profile of unit area"}, build_voigt},
    {{"square", 1, "square(x)", "x^2"}, build_square},
    {{"exp2", 1, "exp2(x)", "2 to the power x"}, build_exp2},
    {{"exp10", 1, "exp10(x)", "10 to the power x"}, build_exp10},
    {{"clip", 3, "clip(x, low, high)", "x held between low and high"}, build_clip},
    {{"digamma", 1, "digamma(x)", "derivative of lgamma"}, build_digamma},
    {{"j1_over_x", 1, "j1_over_x(x)", "j1(x)/x, 1/2 at 0"}, build_j1_over_x},
    {{"j2_over_x", 1, "j2_over_x(x)", "j2(x)/x, 0 at 0"}, build_j2_over_x},
};

// Calls visit(name) for each of the names that an operation has in NumPy.
template <class Visit>
void for_each_numpy_name(const OpInfo& op, const Visit& visit) {
  std::string_view rest = op.numpy;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    visit(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

int op_arguments(const OpInfo& op) { return op.id == "polygamma" ? 2 : op.arity; }

std::vector<Function> make_functions() {
  std::vector<Function> all;
  for (const OpInfo& op : kOps) {
    if (!op.text.empty()) all.push_back({op.text, op_arguments(op), op.text, op.doc});
  }
  for (const Composite& composite : kComposites) all.push_back(composite.function);
  return all;
}

}  // namespace

std::span<const Function> functions() {
  static const std::vector<Function> all = make_functions();
  return all;
}

std::string_view canonical_function(std::string_view name) {
  for (const Alias& alias : kAliases) {
    if (alias.alias == name) return alias.name;
  }
  for (const Function& function : functions()) {
    if (function.name == name) return function.name;
  }
  return function_of_numpy(name);
}

std::string_view function_of_numpy(std::string_view name) {
  std::string_view found;
  for (const OpInfo& op : kOps) {
    for_each_numpy_name(op, [&](std::string_view known) {
      if (known == name) found = op.text;
    });
    if (!found.empty()) return found;
  }
  for (const Alias& composite : kNumpyComposites) {
    if (composite.alias == name) return composite.name;
  }
  return {};
}

int function_arity(std::string_view canonical) {
  for (const Function& function : functions()) {
    if (function.name == canonical) return function.arity;
  }
  return -1;
}

NodeId build_call(Graph& graph, std::string_view canonical, std::span<const NodeId> arguments) {
  for (const Composite& composite : kComposites) {
    if (composite.function.name != canonical) continue;
    std::vector<Expression> expressions;
    for (const NodeId id : arguments) expressions.push_back({&graph, id});
    return composite.build(expressions).id;
  }
  for (int i = 0; i < kOpCount; ++i) {
    if (kOps[i].text.empty() || kOps[i].text != canonical) continue;
    const Op op = static_cast<Op>(i);
    if (op == Op::polygamma) {
      if (!graph.is_constant(arguments[0])) return kNone;
      const double order = graph[arguments[0]].value;
      if (!(order >= 0 && order <= 60 && order == std::floor(order))) return kNone;
      return graph.make(op, arguments[1], kNone, kNone, static_cast<std::int32_t>(order));
    }
    return graph.make(op, arguments[0], arguments.size() > 1 ? arguments[1] : kNone,
                      arguments.size() > 2 ? arguments[2] : kNone);
  }
  return kNone;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const Function& function : functions()) names.emplace_back(function.name);
  for (const Alias& alias : kAliases) names.emplace_back(alias.alias);
  for (const OpInfo& op : kOps) {
    for_each_numpy_name(op, [&](std::string_view name) {
      if (name != op.text) names.emplace_back(name);
    });
  }
  return names;
}

}  // namespace nlsq::expr
