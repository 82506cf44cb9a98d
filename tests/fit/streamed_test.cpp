// SPDX-License-Identifier: MIT
// Fits of rows that are made when they are read: the bits of the same arrays in memory, for every
// method, loss, sigma, fold, and number of threads; and the messages.
#include <cstdlib>
#include <limits>

#include "fit/streamed_support.hpp"
#include "nlsq/error.hpp"

namespace nlsq::test {
namespace {

using namespace decay_rows;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
const MadeRows& decays(index_t rows) {
  static const MadeRows many(kRows, {{"x", x_of}, {"y", decay}, {"s", sigma_of}});
  static const MadeRows few(1000, {{"x", x_of}, {"y", decay}, {"s", sigma_of}});
  return rows == kRows ? many : few;
}

class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }

 private:
  const char* name_;
};

// A formula fitted to a source and to the same values in memory.
struct Both {
  explicit Both(const RowSource& rows, const std::vector<std::string>& columns = {"x"},
                const std::string& sigma = "") {
    const auto& made = static_cast<const MadeRows&>(rows);
    for (const std::string& name : columns) {
      streamed.column(name, made.column(name));
      resident.column(name, hold(made.values(name)));
    }
    streamed.response(made.column("y"));
    resident.response(hold(made.values("y")));
    if (sigma.empty()) return;
    streamed.sigma(made.column(sigma));
    resident.sigma(hold(made.values(sigma)));
  }
  void expect_same(const Model& model, const FitOptions& options, const std::string& what) const {
    expect_same_bits(curve_fit(model, streamed, options), curve_fit(model, resident, options),
                     what);
  }
  const std::vector<double>& hold(std::vector<double> values) {
    return *memory.emplace_back(std::make_unique<std::vector<double>>(std::move(values)));
  }
  std::vector<std::unique_ptr<std::vector<double>>> memory;
  Dataset streamed, resident;
};

const Model& exponential() {
  static const Model model = Model::parse("a*exp(-b*x)+c");
  return model;
}

TEST(Streamed, HasTheBitsOfMemoryWithEveryMethodLossAndFold) {
  for (const std::string sigma : {"", "s"}) {
    const Both both(decays(kRows), {"x"}, sigma);
    for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
      for (const Loss loss :
           {Loss::linear, Loss::soft_l1, Loss::huber, Loss::cauchy, Loss::arctan}) {
        FitOptions options;
        options.p0 = {1.0, 1.0, 1.0};
        options.method = method;
        options.loss = loss;
        options.f_scale = 0.3;
        options.threads = loss == Loss::linear ? 2 : 1;
        if (method != Method::lm) options.bounds["b"] = {0.1, 5.0};
        both.expect_same(exponential(), options,
                         "method " + std::to_string(static_cast<int>(method)) + ", loss " +
                             std::to_string(static_cast<int>(loss)) + ", sigma " + sigma);
      }
    }
    for (const char* fold : {"gram", "pgram", "qr"}) {
      const Environment forced("NLSQ_FOLD", fold);
      FitOptions options;
      options.p0 = {1.0, 1.0, 1.0};
      both.expect_same(exponential(), options, std::string("fold ") + fold);
    }
  }
}

TEST(Streamed, HasTheSameBitsOnAnyThreadsAndBlocks) {
  const Both both(decays(kRows), {"x"}, "s");
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  const FitResult memory = curve_fit(exponential(), both.resident, options);
  EXPECT_TRUE(memory.success);
  EXPECT_TRUE(memory.progressive);
  for (const int threads : {1, 2, 3, 7}) {
    for (const char* block : {"16", "256", "4096"}) {
      const Environment rows("NLSQ_BLOCK_ROWS", block);
      options.threads = threads;
      expect_same_bits(curve_fit(exponential(), both.streamed, options), memory,
                       std::to_string(threads) + " threads, blocks of " + block);
    }
  }
}

TEST(Streamed, WorksWithoutASampleAndWithoutStarts) {
  const Both both(decays(kRows));
  FitOptions options;
  both.expect_same(exponential(), options, "no start");
  options.progressive = false;
  both.expect_same(exponential(), options, "no sample");
  // Ones lead nowhere, so starts are searched for among the rows of the source.
  const MadeRows wave(kRows, {{"x", x_of}, {"y", [](index_t row) {
                                              return 3.0 * std::sin(47.0 * x_of(row) + 0.4) +
                                                     0.1 * noise(row);
                                            }}});
  const Both waves(wave);
  const Model sine = Model::parse("a*sin(w*x+p)");
  waves.expect_same(sine, {}, "a wave");
  EXPECT_EQ(curve_fit(sine, waves.streamed, {}).start_source, "search");
}

TEST(Streamed, TakesAStepOnAPartOfVeryManyRows) {
  constexpr index_t kMany = 1'300'000;
  const MadeRows many(kMany, {{"x", x_of}, {"y", decay}});
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  Both(many).expect_same(exponential(), options, "a part");
}

TEST(Streamed, CopiesFewRowsIntoMemory) {
  const Both both(decays(1000), {"x"}, "s");
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  both.expect_same(exponential(), options, "few rows");
}

TEST(Streamed, KnowsTheElementsOfIndexedParameters) {
  const auto group = [](index_t row) { return static_cast<double>(row % 3); };
  const MadeRows rows(kRows, {{"x", x_of}, {"g", group}, {"y", decay}});
  const Both both(rows, {"x", "g"});
  const Model model = Model::parse("a[g]*exp(-b*x)+c", {"x", "g"});
  both.expect_same(model, {}, "a[g]");
  EXPECT_EQ(curve_fit(model, both.streamed, {}).popt.size(), 5u);
}

TEST(Streamed, SharesParametersBetweenTerms) {
  const Both one(decays(kRows)), other(decays(1000));
  const Model model = Model::parse("a*exp(-b*x)+c");
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  const auto both = [&](const Dataset& first, const Dataset& second) {
    return fit({{model, first, {}, {}}, {model, second, Loss::huber, 0.1}}, options);
  };
  expect_same_bits(both(one.streamed, other.streamed), both(one.resident, other.resident), "terms");
  expect_same_bits(both(one.streamed, other.resident), both(one.resident, other.resident), "mixed");
}

std::string message_of(const Dataset& data, FitOptions options = {}) {
  options.p0 = {2.0, 1.0, 0.3};
  try {
    curve_fit(exponential(), data, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "fitted";
}

TEST(Streamed, NamesTheRowThatIsWrong) {
  const auto bad_at = [](index_t at, double bad, auto of_row) {
    return [=](index_t row) { return row == at ? bad : of_row(row); };
  };
  const MadeRows x(kRows, {{"x", bad_at(150'000, kNaN, x_of)}, {"y", decay}});
  const MadeRows y(kRows, {{"x", x_of}, {"y", bad_at(160'000, kInf, decay)}});
  const MadeRows s(kRows, {{"x", x_of}, {"y", decay}, {"s", bad_at(170'000, 0.0, sigma_of)}});
  EXPECT_EQ(message_of(Both(x).streamed), "data: column 'x' is nan in row 150001");
  EXPECT_EQ(message_of(Both(y).streamed), "data: the response is inf in row 160001");
  EXPECT_EQ(message_of(Both(s, {"x"}, "s").streamed),
            "sigma: the value in row 170001 is zero (0); it must be positive (infinite leaves the "
            "row out)");
}

TEST(Streamed, RefusesWhatNeedsAllRowsInMemory) {
  const MadeRows rows(300'000,
                      {{"x", [](index_t i) { return 1e-5 * static_cast<double>(i); }},
                       {"y", [](index_t i) { return 2.0 + 1e-5 * static_cast<double>(i % 7); }}});
  Dataset data;
  data.column("x", rows.column("x")).response(rows.column("y"));
  const Model model = Model::parse("a + b*x");
  const auto refused = [&](auto&& set) {
    FitOptions options;
    set(options);
    try {
      curve_fit(model, data, options);
    } catch (const InputError& error) {
      return error.argument();
    }
    return std::string("nothing");
  };
  EXPECT_EQ(refused([](FitOptions& o) { o.ties["a"] = "2*b"; }), "ties");
  EXPECT_EQ(refused([](FitOptions& o) { o.priors["b"] = {1.0, 0.1}; }), "priors");
  EXPECT_EQ(refused([](FitOptions& o) { o.derived.push_back({"q", "a*b"}); }), "derived");
  EXPECT_EQ(refused([](FitOptions& o) { o.linear_solver = LinearSolver::sparse; }),
            "linear_solver");
  EXPECT_EQ(refused([](FitOptions& o) { o.device = "opencl:0"; }), "device");
  EXPECT_EQ(refused([](FitOptions& o) { o.device = "auto"; }), "nothing");
}

TEST(Streamed, RefusesColumnsOfSeveralSources) {
  const MadeRows x(kRows, {{"x", x_of}}), y(kRows, {{"y", decay}});
  Dataset data;
  data.column("x", x.column("x")).response(y.column("y"));
  EXPECT_NE(message_of(data).find("comes from elsewhere"), std::string::npos);
  EXPECT_THROW(x.column("z"), InputError);
  EXPECT_THROW(evaluate(exponential(), Both(decays(kRows)).streamed, {1, 1, 1}), InputError);
}

TEST(Streamed, StaysWithinALimitOfMemoryThatTheRowsAreBeyond) {
  const Both both(decays(kRows));
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  options.memory_limit = 2 << 20;  // a column takes 1.6 MB
  EXPECT_THROW(curve_fit(exponential(), both.resident, options), InputError);
  const FitResult r = curve_fit(exponential(), both.streamed, options);
  EXPECT_TRUE(r.success);
  EXPECT_NEAR(r.popt[1], 1.3, 0.01);
}

}  // namespace
}  // namespace nlsq::test
