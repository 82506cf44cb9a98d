// SPDX-License-Identifier: MIT
// First and second derivatives of every operation against exact values, by expr::differentiate in
// both orders of accumulation. Budgets are in units of the machine epsilon relative to max(|exact|,
// scale).
#include <gtest/gtest.h>

#include "op_support.hpp"

namespace nlsq::engine {
namespace {

using test::OpCase;
using test::OpRow;
using test::OpTable;

// A product of two factors outside this range may leave that of a double.
constexpr long double kLow = 1e-150L, kHigh = 1e150L;

struct Budget {
  std::string_view op;
  double first, second;  // epsilons
  double scale = 0.0;    // at least this is what they are relative to
  std::string_view reason;
};

// All others: 4 and 16 epsilons of the exact value.
constexpr Budget kBudgets[] = {
    {"tanh", 2, 4, 1.0,
     "f′ is (1−f)(1+f), f″ −2f f′ by the product rule: cheap, absolute where f is near ±1 or 0"},
    {"expit", 4, 4, 0.25,
     "f′ is f(1−f): cheap, absolute where f is near 1, f″ where f is near 1/2"},
    {"logaddexp", 4, 4, 0.25, "f″ is that of expit"},
    {"asin", 4, 8, 1.0, "f″ is a difference of (1+x) and (1−x), which cancels near 0"},
    {"acos", 4, 8, 1.0, "as asin"},
    {"atanh", 4, 8, 1.0, "as asin"},
    {"erf", 180, 180, 0.0,
     "exp(−x²) is as exact as x² is: x²ε/2, up to 180 at the end of the tail"},
    {"erfc", 180, 180, 0.0, "as erf"},
    {"pow", 64, 64, 0.0, "xʸ⁻¹ is as exact as y − 1 is: |ln x|ε/2"},
    {"j0", 20, 20, 0.0, "the engine's j1"},
    {"j1", 20, 20, 0.0, "differences of j0 and j1"},
    {"bessel_ratio", 20, 20, 0.0, "the engine's j1 and a quotient"},
    {"j1_over_x", 20, 20, 0.0, "as bessel_ratio"},
    {"j2_over_x", 20, 20, 0.0, "as bessel_ratio"},
    {"polygamma", 16, 16, 0.0, "the engine's polygamma"},
    {"wofz_re", 100, 200, 0.0, "recurrence from a w that is good to 80 units"},
    {"wofz_im", 100, 200, 0.0, "as wofz_re"},
    {"voigt", 16, 16, 0.0, "as wofz_re"},
};

Budget budget_of(const std::string& name) {
  for (const Budget& budget : kBudgets) {
    if (budget.op == name) return budget;
  }
  return {name, 4, 16, 0.0, ""};
}

// An operand of zero is a point like any other; one near the ends of the range is not.
bool ordinary(const OpRow& row) {
  for (const double x : row.x) {
    if (!std::isfinite(x) || (x != 0.0 && (std::fabs(x) < kLow || std::fabs(x) > kHigh)))
      return false;
  }
  return true;
}

double error_in_epsilons(double got, long double exact, long double scale) {
  if (std::isinf(exact)) return static_cast<long double>(got) == exact ? 0.0 : INFINITY;
  if (std::fabs(exact) > kHigh) return std::isnan(got) ? INFINITY : 0.0;
  if (!std::isfinite(got)) return INFINITY;
  const long double unit = 0x1p-52L * std::max({std::fabs(exact), scale, kLow});
  return static_cast<double>(std::fabs(got - exact) / unit);
}

struct Derivatives {
  std::vector<expr::NodeId> first, second;
};

Derivatives differentiate_twice(expr::Graph& g, expr::NodeId root, int arity,
                                expr::Accumulation order) {
  std::vector<expr::Variable> variables;
  for (int i = 0; i < arity; ++i) variables.push_back({i, -1});
  const auto whole = [&](std::vector<expr::NodeId> ids) {
    for (expr::NodeId& id : ids) id = id == expr::kNone ? g.constant(0.0) : id;
    return ids;
  };
  Derivatives all{whole(differentiate(g, root, variables, order)), {}};
  for (std::size_t i = 0; i < all.first.size(); ++i) {
    const auto row = whole(differentiate(g, all.first[i], variables, order));
    all.second.insert(all.second.end(), row.begin() + static_cast<std::ptrdiff_t>(i), row.end());
  }
  return all;
}

struct Setting {
  bool simplify;
  expr::Accumulation order;
};

class OpDerivativeTest : public ::testing::TestWithParam<std::string> {
 protected:
  void check(const OpTable& table, const OpCase& c, const test::ErrorScale& scale, Isa isa,
             const Setting& setting) {
    expr::Graph parameters(setting.simplify), g(setting.simplify);
    const expr::NodeId root = test::build_op(parameters, table.name, table.arity, c.k);
    const Derivatives made = differentiate_twice(parameters, root, table.arity, setting.order);
    const auto map = test::with_columns(parameters, g);
    std::vector<expr::NodeId> roots;
    for (const auto* ids : {&made.first, &made.second}) {
      for (const expr::NodeId id : *ids) roots.push_back(map[id]);
    }
    const auto got = test::run_graph(g, roots, c.columns, {}, static_cast<index_t>(c.rows.size()),
                                     {.isa = isa, .fuse = setting.simplify});
    const Budget budget = budget_of(table.name);
    const std::size_t firsts = made.first.size();
    for (std::size_t d = 0; d < roots.size(); ++d) {
      const bool is_first = d < firsts;
      for (std::size_t i = 0; i < c.rows.size(); ++i) {
        const OpRow& row = *c.rows[i];
        const auto exact = is_first ? row.first[d] : row.second[d - firsts];
        if (!exact || !ordinary(row)) continue;
        const long double size =
            std::max<long double>(budget.scale, scale.of(row, is_first ? 1 : 2));
        const double error =
            error_in_epsilons(got[d][i], *exact, std::max(size, cancelled(table, row, is_first)));
        (is_first ? worst_first_ : worst_second_) =
            std::max(is_first ? worst_first_ : worst_second_, error);
        EXPECT_LE(error, is_first ? budget.first : budget.second)
            << table.name << "." << c.k << (is_first ? " first" : " second") << " derivative " << d
            << " on " << name(isa) << " at " << ::testing::PrintToString(row.x) << ": " << got[d][i]
            << ", exact " << static_cast<double>(*exact);
      }
    }
  }

  // What hypot″ = (1 − (x/f)²)/f subtracts.
  static long double cancelled(const OpTable& table, const OpRow& row, bool is_first) {
    return table.name == "hypot" && !is_first && row.f != 0.0L ? 1.0L / row.f : 0.0L;
  }

  double worst_first_ = 0.0, worst_second_ = 0.0;
};

TEST_P(OpDerivativeTest, AreExactWithinTheirBudgets) {
  const OpTable table = test::read_op_table(GetParam());
  const test::ErrorScale scale(table);
  using expr::Accumulation;
  for (const OpCase& c : cases_of(table)) {
    for (const Isa isa : available_isas())
      check(table, c, scale, isa, {true, Accumulation::forward});
    check(table, c, scale, available_isas().front(), {true, Accumulation::reverse});
    check(table, c, scale, available_isas().front(), {false, Accumulation::forward});
    check(table, c, scale, available_isas().front(), {false, Accumulation::reverse});
  }
  RecordProperty("worst_first", std::to_string(worst_first_));
  RecordProperty("worst_second", std::to_string(worst_second_));
}

std::vector<std::string> smooth_names() {
  std::vector<std::string> names{"voigt", "clip", "digamma", "j1_over_x", "j2_over_x"};
  for (const expr::OpInfo& op : expr::kOps) {
    if (op.arity > 0) names.emplace_back(op.id);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Tables, OpDerivativeTest, ::testing::ValuesIn(smooth_names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace nlsq::engine
