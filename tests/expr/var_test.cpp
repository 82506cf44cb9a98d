// SPDX-License-Identifier: MIT
// Models recorded from C++ functions.
#include "expr/functions.hpp"
#include "formula_support.hpp"

namespace nlsq::expr {
namespace {

using Names = std::vector<std::string>;
using Function1 = std::function<Var(const Var&)>;
using Function2 = std::function<Var(const Var&, const Var&)>;
using Function3 = std::function<Var(const Var&, const Var&, const Var&)>;

std::string graph_of(const Model& model) {
  return test::show(model.impl()->graph, model.impl()->outputs[0]);
}

TEST(Trace, RecordsWhatTheFunctionDoes) {
  const Model model = Model::trace(
      {"a", "b"}, [](const Columns& c, const Params& p) { return p["a"] * exp(-p["b"] * c["x"]); });
  EXPECT_EQ(graph_of(model), expr::graph_of("a*exp(-b*x)"));
  EXPECT_EQ(model.parameters(), (Names{"a", "b"}));
  EXPECT_EQ(model.columns(), (Names{"x"}));
  EXPECT_EQ(model.formula(), "");
}

TEST(Trace, ParametersAreFoundByNameAndByPosition) {
  const Model model = Model::trace({"a", "b"}, [](const Columns&, const Params& p) {
    EXPECT_EQ(p.size(), 2);
    return p[0] - p[1] + (p["a"] - p["b"]);
  });
  EXPECT_EQ(graph_of(model), expr::graph_of("a - b + (a - b)"));
}

TEST(Trace, NumbersMixFreely) {
  const Model model = Model::trace({"a"}, [](const Columns& c, const Params& p) {
    Var sum = 0.0;
    for (int k = 1; k <= 3; ++k) sum += p["a"] * k * c["x"];
    sum -= 1;
    sum /= 2;
    sum *= Var(3) + 1;
    return sum;
  });
  const test::Inputs<double> in{{{2.0}}, {5.0}};
  EXPECT_DOUBLE_EQ(test::reference_value(model.impl()->graph, model.impl()->outputs[0], in), 118.0);
}

TEST(Trace, FunctionsOfNumbersAloneJoinAnyTrace) {
  // Neither is folded to a number: rare functions are left to the engine.
  const Var outside = j0(Var(0.5));
  const Model model = Model::trace({"a"}, [&](const Columns& c, const Params& p) {
    return p["a"] * outside +
           voigt(Var(0.1), Var(1.0), Var(2.0)) * min(Var(1.0), j1(Var(2.0))) * c["x"];
  });
  EXPECT_EQ(graph_of(model), expr::graph_of("a*j0(0.5) + voigt(0.1, 1, 2)*min(1, j1(2))*x"));
  const Model number = Model::trace({"a"}, [&](const Columns&, const Params&) { return outside; });
  EXPECT_EQ(graph_of(number), "j0(0.5)");
  const Model again =
      Model::trace({"b"}, [&](const Columns&, const Params& p) { return outside * p["b"]; });
  EXPECT_EQ(graph_of(again), "mul(j0(0.5), p0)");
}

TEST(Trace, APlainNumberIsAModel) {
  const Model model = Model::trace({"a"}, [](const Columns&, const Params&) { return Var(3.5); });
  EXPECT_EQ(graph_of(model), "3.5");
  EXPECT_EQ(model.unused_parameters(), (Names{"a"}));
}

TEST(Trace, SeveralOutputs) {
  const Model model = Model::trace_outputs({"a"}, [](const Columns& c, const Params& p) {
    return std::vector<Var>{p["a"], c["x"], Var(1.0)};
  });
  EXPECT_EQ(model.outputs(), 3);
  EXPECT_THROW(
      Model::trace_outputs({"a"}, [](const Columns&, const Params&) { return std::vector<Var>{}; }),
      InputError);
}

TEST(Trace, GatherPicksByAColumn) {
  const Model model = Model::trace({"a", "b"}, [](const Columns& c, const Params& p) {
    return p.gather("a", c["g"]) * c["x"] + p["b"] + p.gather("a", c["g"]);
  });
  EXPECT_EQ(graph_of(model), expr::graph_of("a[g]*x + b + a[g]", {"x", "g"}));
  EXPECT_EQ(model.impl()->parameters[0].index_column, 0);
}

// An InputError whose text holds `words`.
void expect_refusal(const std::function<Var(const Columns&, const Params&)>& function,
                    const std::string& words) {
  try {
    Model::trace({"amplitude", "b"}, function);
    ADD_FAILURE() << "accepted, should say: " << words;
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
  }
}

TEST(TraceErrors, UnknownNamesAndPositions) {
  expect_refusal([](const Columns&, const Params& p) { return p["amplitud"]; },
                 "did you mean 'amplitude'?");
  expect_refusal([](const Columns&, const Params& p) { return p[2]; },
                 "no parameter at position 2; there are 2");
  expect_refusal([](const Columns&, const Params& p) { return p[-1]; },
                 "no parameter at position -1");
  expect_refusal([](const Columns& c, const Params& p) { return p.gather("q", c["g"]); },
                 "no parameter 'q'");
  EXPECT_THROW(Model::trace({"a", "a"}, [](const Columns&, const Params& p) { return p[0]; }),
               InputError);
}

TEST(TraceErrors, GatheringIsOneWayOfUse) {
  expect_refusal(
      [](const Columns& c, const Params& p) {
        const Var picked = p.gather("b", c["g"]);
        return picked + p["b"];
      },
      "'b' is gathered and cannot be used as one number");
  expect_refusal(
      [](const Columns& c, const Params& p) {
        const Var number = p["b"];
        return number + p.gather("b", c["g"]);
      },
      "'b' is used as one number and gathered");
  expect_refusal([](const Columns& c,
                    const Params& p) { return p.gather("b", c["g"]) + p.gather("b", c["h"]); },
                 "gathered by two columns");
  expect_refusal([](const Columns& c, const Params& p) { return p.gather("b", c["g"] + 1.0); },
                 "gather() needs a column");
  expect_refusal([](const Columns&, const Params& p) { return p.gather("b", Var(1.0)); },
                 "gather() needs a column");
}

TEST(TraceErrors, ValuesDoNotOutliveTheirTrace) {
  Var kept = 0.0;
  std::unique_ptr<Columns> columns;
  std::unique_ptr<Params> params;
  Model::trace({"a"}, [&](const Columns& c, const Params& p) {
    columns = std::make_unique<Columns>(c);
    params = std::make_unique<Params>(p);
    return kept = p["a"];
  });
  EXPECT_THROW(kept + 1.0, InputError);
  EXPECT_THROW(exp(kept), InputError);
  EXPECT_THROW((*columns)["x"], InputError);
  EXPECT_THROW((*params)["a"], InputError);
  EXPECT_THROW((*params)[0], InputError);
  expect_refusal([&](const Columns&, const Params&) { return kept; }, "another model's trace");
  expect_refusal([&](const Columns&, const Params& p) { return p["b"] * kept; },
                 "kept after its trace");
}

TEST(TraceErrors, TwoTracesDoNotMix) {
  expect_refusal(
      [](const Columns&, const Params& outer) {
        Model::trace({"c"},
                     [&](const Columns&, const Params& inner) { return inner["c"] * outer["b"]; });
        return outer["b"];
      },
      "values of two traces");
}

TEST(TraceErrors, ExceptionsOfTheFunctionPassThrough) {
  struct Mine {};
  EXPECT_THROW(Model::trace({"a"}, [](const Columns&, const Params&) -> Var { throw Mine(); }),
               Mine);
}

// Every function of nlsq/model.hpp is the function of that name in formulas.
TEST(TraceFunctions, AreThoseOfTheFormulas) {
  const std::pair<const char*, Function1> unary[] = {
#define NLSQ_F(name)                                  \
  {                                                   \
#name, [](const Var& x) { return nlsq::name(x); } \
  }
      NLSQ_F(sqrt),  NLSQ_F(cbrt),      NLSQ_F(exp),      NLSQ_F(expm1), NLSQ_F(log),
      NLSQ_F(log1p), NLSQ_F(log2),      NLSQ_F(log10),    NLSQ_F(sin),   NLSQ_F(cos),
      NLSQ_F(tan),   NLSQ_F(asin),      NLSQ_F(acos),     NLSQ_F(atan),  NLSQ_F(sinh),
      NLSQ_F(cosh),  NLSQ_F(tanh),      NLSQ_F(asinh),    NLSQ_F(acosh), NLSQ_F(atanh),
      NLSQ_F(abs),   NLSQ_F(sign),      NLSQ_F(floor),    NLSQ_F(ceil),  NLSQ_F(erf),
      NLSQ_F(erfc),  NLSQ_F(lgamma),    NLSQ_F(digamma),  NLSQ_F(expit), NLSQ_F(j0),
      NLSQ_F(j1),    NLSQ_F(j1_over_x), NLSQ_F(j2_over_x)
#undef NLSQ_F
  };
  for (const auto& [name, function] : unary) {
    const auto& f = function;
    const Model model =
        Model::trace({"a"}, [&](const Columns& c, const Params&) { return f(c["x"]); });
    EXPECT_EQ(graph_of(model), expr::graph_of(std::string(name) + "(x)"));
  }
  const std::pair<const char*, Function2> binary[] = {
#define NLSQ_F(name)                                                   \
  {                                                                    \
#name, [](const Var& x, const Var& y) { return nlsq::name(x, y); } \
  }
      NLSQ_F(pow),   NLSQ_F(atan2),     NLSQ_F(min),     NLSQ_F(max),    NLSQ_F(mod),
      NLSQ_F(hypot), NLSQ_F(logaddexp), NLSQ_F(wofz_re), NLSQ_F(wofz_im)
#undef NLSQ_F
  };
  for (const auto& [name, function] : binary) {
    const auto& f = function;
    const Model model =
        Model::trace({"a"}, [&](const Columns& c, const Params& p) { return f(c["x"], p["a"]); });
    EXPECT_EQ(graph_of(model), expr::graph_of(std::string(name) + "(x, a)"));
  }
  const std::pair<const char*, Function3> ternary[] = {
      {"voigt", voigt}, {"clip", clip}, {"where", where}};
  for (const auto& [name, function] : ternary) {
    const auto& f = function;
    const Model model = Model::trace(
        {"a", "b"}, [&](const Columns& c, const Params& p) { return f(c["x"], p["a"], p["b"]); });
    EXPECT_EQ(graph_of(model), expr::graph_of(std::string(name) + "(x, a, b)"));
  }
  const Model model =
      Model::trace({"a"}, [&](const Columns& c, const Params&) { return polygamma(2, c["x"]); });
  EXPECT_EQ(graph_of(model), expr::graph_of("polygamma(2, x)"));
  EXPECT_EQ(std::size(unary) + std::size(binary) + std::size(ternary) + 1 + 3, functions().size())
      << "square, exp2 and exp10 are in formulas alone";
  EXPECT_THROW(polygamma(-1, Var(1.0)), InputError);
}

TEST(TraceFunctions, OperatorsAreThoseOfTheFormulas) {
  const std::pair<const char*, Function2> operators[] = {
#define NLSQ_O(text, op)                                    \
  {                                                         \
    text, [](const Var& x, const Var& y) { return x op y; } \
  }
      NLSQ_O("+", +),    NLSQ_O("-", -),  NLSQ_O("*", *),   NLSQ_O("/", /),   NLSQ_O("<", <),
      NLSQ_O("<=", <=),  NLSQ_O(">", >),  NLSQ_O(">=", >=), NLSQ_O("==", ==), NLSQ_O("!=", !=),
      NLSQ_O("and", &&), NLSQ_O("or", ||)
#undef NLSQ_O
  };
  for (const auto& [text, function] : operators) {
    const auto& f = function;
    const Model model =
        Model::trace({"a"}, [&](const Columns& c, const Params& p) { return f(c["x"], p["a"]); });
    EXPECT_EQ(graph_of(model), expr::graph_of("x " + std::string(text) + " a"));
  }
  const Model signs =
      Model::trace({"a"}, [&](const Columns& c, const Params&) { return -exp(c["x"]) + !c["x"]; });
  EXPECT_EQ(graph_of(signs), expr::graph_of("-exp(x) + (not x)"));
}

}  // namespace
}  // namespace nlsq::expr
