// SPDX-License-Identifier: MIT
// Fits of rows that others hold, in parts cut anywhere: the bits of the same arrays in memory, for
// every method, loss, sigma and fold; what travels; and the messages.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>

#include "fit/streamed_support.hpp"
#include "nlsq/error.hpp"
#include "nlsq/remote_rows.hpp"

namespace nlsq::test {
namespace {

using namespace decay_rows;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr index_t kLeaf = RowSource::kLeafRows;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

/// Columns in memory, held by parts that begin at some rows. Leaves that parts share are held by
/// one more.
class Parts final : public RemoteRows {
 public:
  using Column = std::pair<std::string, std::vector<double>>;
  Parts(std::vector<Column> columns, std::vector<index_t> cuts) : columns_(std::move(columns)) {
    const auto rows = static_cast<index_t>(columns_.front().second.size());
    cuts.push_back(rows);
    index_t first = 0, whole = 0;
    for (const index_t end : cuts) {
      const index_t begin = (first + kLeaf - 1) / kLeaf * kLeaf;
      const index_t behind = end == rows ? end : end / kLeaf * kLeaf;
      if (begin < behind) {
        if (whole < begin) shared_.push_back({whole, whole, begin - whole});
        runs_.push_back({begin, begin, behind - begin});
        whole = behind;
      }
      first = end;
    }
    if (whole < rows) shared_.push_back({whole, whole, rows - whole});
    std::vector<SourceColumn> named;
    for (const Column& column : columns_) named.push_back({.name = column.first});
    set(rows, std::move(named));
  }

  std::vector<std::string> ask(const std::string& request) const override {
    std::vector<Values> values;
    for (const Column& column : columns_) values.emplace_back(column.second);
    std::vector<std::string> answers;
    // The last one answers first: the order of answers counts for nothing.
    for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
      const int threads = 1 + static_cast<int>(asked_ % 2);
      answers.push_back(read_ ? answer_pass(*read_, {&*run, 1}, request, threads)
                              : answer_pass(values, {&*run, 1}, request, threads));
    }
    answers.push_back(answer_pass(values, shared_, request));
    ++asked_;
    last_request_ = request;
    for (const std::string& answer : answers) received_ = std::max(received_, answer.size());
    if (drop_ && asked_ > 1) answers.pop_back();
    return answers;
  }
  void gather(std::span<const index_t> firsts, index_t width, std::span<const index_t> columns,
              std::span<void* const> to) const override {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      auto* next = static_cast<double*>(to[c]);
      const std::vector<double>& values = columns_[z(columns[c])].second;
      for (const index_t first : firsts) next = std::copy_n(values.begin() + first, width, next);
    }
  }
  std::vector<double>& values(std::size_t column) { return columns_[column].second; }
  index_t asked() const { return asked_; }
  const std::string& last_request() const { return last_request_; }
  std::size_t most_received() const { return received_; }
  void drop_an_answer() { drop_ = true; }
  /// Parts read their rows from a source, and hold none.
  void read_rows() {
    std::vector<std::pair<std::string, MadeRows::Function>> made;
    for (const Column& column : columns_) {
      made.emplace_back(column.first, [&column](index_t row) { return column.second[z(row)]; });
    }
    read_ = std::make_unique<MadeRows>(rows(), std::move(made));
  }

 private:
  std::vector<Column> columns_;
  std::vector<RowRun> runs_, shared_;
  mutable index_t asked_ = 0;
  mutable std::string last_request_;
  mutable std::size_t received_ = 0;
  bool drop_ = false;
  std::unique_ptr<MadeRows> read_;
};

class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }

 private:
  const char* name_;
};

std::vector<double> made(double (*of_row)(index_t), index_t rows = kRows) {
  std::vector<double> values(z(rows));
  for (index_t i = 0; i < rows; ++i) values[z(i)] = of_row(i);
  return values;
}

// A formula fitted to parts and to the same values in memory.
struct Both {
  explicit Both(std::vector<index_t> cuts, bool weighted = false, index_t rows = kRows)
      : x(made(x_of, rows)),
        y(made(decay, rows)),
        s(made(sigma_of, rows)),
        parts({{"x", x}, {"y", y}, {"s", s}}, std::move(cuts)) {
    remote.column("x", parts.column("x")).response(parts.column("y"));
    resident.column("x", x).response(y);
    if (!weighted) return;
    remote.sigma(parts.column("s"));
    resident.sigma(s);
  }
  void expect_same(const Model& model, const FitOptions& options, const std::string& what) const {
    expect_same_bits(curve_fit(model, remote, options), curve_fit(model, resident, options), what);
  }
  std::vector<double> x, y, s;
  Parts parts;
  Dataset remote, resident;
};

const Model& exponential() {
  static const Model model = Model::parse("a*exp(-b*x)+c");
  return model;
}

TEST(Remote, HasTheBitsOfMemoryWithEveryMethodLossAndFold) {
  for (const bool weighted : {false, true}) {
    const Both both({50'000, 50'001, 120'000, 130'000}, weighted);
    for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
      for (const Loss loss :
           {Loss::linear, Loss::soft_l1, Loss::huber, Loss::cauchy, Loss::arctan}) {
        FitOptions options;
        options.p0 = {1.0, 1.0, 1.0};
        options.method = method;
        options.loss = loss;
        options.f_scale = 0.3;
        if (method != Method::lm) options.bounds["b"] = {0.1, 5.0};
        both.expect_same(exponential(), options,
                         "method " + std::to_string(static_cast<int>(method)) + ", loss " +
                             std::to_string(static_cast<int>(loss)) + ", weighted " +
                             std::to_string(weighted));
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

TEST(Remote, HasTheSameBitsForAnyParts) {
  std::vector<index_t> tiny;
  for (index_t cut = 1000; cut < kRows; cut += 1000) tiny.push_back(cut);
  const std::vector<std::vector<index_t>> all{
      {}, {kLeaf}, {1}, {kRows - 1}, {4095, 4097, 8192}, {100'000}, {65'536, 131'072}, tiny};
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  for (std::size_t i = 0; i < all.size(); ++i)
    Both(all[i], i % 2 == 0).expect_same(exponential(), options, "cuts " + std::to_string(i));
}

TEST(Remote, TakesRowsThatPartsReadFromASource) {
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  for (const bool weighted : {false, true}) {
    Both both({50'000, 131'072}, weighted);
    both.parts.read_rows();
    both.expect_same(exponential(), options, "read");
    options.loss = Loss::huber;
    both.expect_same(exponential(), options, "read, with a loss");
    both.parts.values(0)[z(150'000)] = kNaN;
    EXPECT_THROW(curve_fit(exponential(), both.remote, options), InputError);
    both.parts.values(0)[z(150'000)] = x_of(150'000);
    options.loss = Loss::linear;
    int passes = 0;
    options.progressive = false;
    options.before_pass = [&] {
      if (++passes == 4) both.parts.values(1)[100'000] += 1e-9;
    };
    options.ftol = options.xtol = options.gtol = 0.0;
    EXPECT_THROW(curve_fit(exponential(), both.remote, options), IoError);
    options = FitOptions();
    options.p0 = {1.0, 1.0, 1.0};
  }
}

TEST(Remote, WorksWithoutASampleAndWithoutStarts) {
  const Both both({70'000});
  FitOptions options;
  both.expect_same(exponential(), options, "no start");
  options.progressive = false;
  both.expect_same(exponential(), options, "no sample");
  Both waves({70'000});
  for (index_t i = 0; i < kRows; ++i)
    waves.parts.values(1)[z(i)] = waves.y[z(i)] = 3.0 * std::sin(47.0 * x_of(i) + 0.4);
  waves.expect_same(Model::parse("a*sin(w*x+p)"), {}, "a wave");
}

TEST(Remote, FoldsBadlyConditionedProblemsAlike) {
  const Both both({30'000, 99'999});
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0, 1.0};
  both.expect_same(Model::parse("a + b*(x+1000) + c*(x+1000)^2 + d*(x+1000)^3"), options, "cubic");
  options.p0 = {1.0, 0.5, 0.5};  // b and d act alike: Householder, at last
  const Model redundant = Model::parse("a*exp(-b*x-d*x)");
  const FitResult remote = curve_fit(redundant, both.remote, options);
  const FitResult resident = curve_fit(redundant, both.resident, options);
  EXPECT_EQ(remote.fold, "qr");
  EXPECT_EQ(remote.popt, resident.popt);
  EXPECT_EQ(remote.cost, resident.cost);
  EXPECT_EQ(remote.nfev, resident.nfev);
}

TEST(Remote, TakesAStepOnAPartOfVeryManyRows) {
  const Both both({333'333, 777'777, 1'000'003}, false, 1'300'000);
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  both.expect_same(exponential(), options, "a part");
}

TEST(Remote, ReceivesAFewResultsAPass) {
  const Both both({}, false, 1'300'000);  // 318 leaves
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  options.progressive = false;
  options.check_finite = false;
  curve_fit(exponential(), both.remote, options);
  // The first pass has 40 bytes a leaf beside: moments of the response.
  EXPECT_LT(both.parts.most_received(), 318u * 40 + 2 * 9 * 200);
  EXPECT_GT(both.parts.asked(), 2);
}

std::string message_of(const Dataset& data) {
  FitOptions options;
  options.p0 = {2.0, 1.0, 0.3};
  try {
    curve_fit(exponential(), data, options);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "fitted";
}

TEST(Remote, NamesTheRowThatIsWrong) {
  Both both({50'000, 160'000}, true);
  const auto with = [&](std::size_t column, index_t row, double value) {
    double& place = both.parts.values(column)[z(row)];
    const double before = place;
    place = value;
    std::string message = message_of(both.remote);
    place = before;
    return message;
  };
  EXPECT_EQ(with(0, 150'000, kNaN), "data: column 'x' is nan in row 150001");
  EXPECT_EQ(with(1, 160'001, kInf), "data: the response is inf in row 160002");
  EXPECT_EQ(with(2, 170'000, 0.0),
            "sigma: the value in row 170001 is zero (0); it must be positive (infinite leaves the "
            "row out)");
  EXPECT_EQ(message_of(both.remote), "fitted");
}

TEST(Remote, NoticesAnswersThatAreMissing) {
  Both both({50'000});
  both.parts.drop_an_answer();
  EXPECT_NE(message_of(both.remote).find("do not hold each row once"), std::string::npos);
}

TEST(Remote, NoticesRowsThatChangeUnderWay) {
  Both both({50'000});
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  int passes = 0;
  options.before_pass = [&] {
    if (++passes == 4) both.parts.values(1)[123'456] += 1e-9;
  };
  options.progressive = false;
  options.ftol = options.xtol = options.gtol = 0.0;
  EXPECT_THROW(curve_fit(exponential(), both.remote, options), IoError);
}

TEST(Remote, RefusesRequestsThatAreDamaged) {
  const std::vector<double> x(8192, 1.0);
  const std::vector<Values> columns{x, x};
  const RowRun run{0, 0, 8192};
  EXPECT_THROW(answer_pass(columns, {&run, 1}, "nonsense"), IoError);
  EXPECT_THROW(answer_pass(columns, {&run, 1}, "nlsq pass 0\n and more"), IoError);
  EXPECT_THROW(answer_pass(columns, {&run, 1}, "nlsq pass 1\n"), IoError);
  const Both both({50'000});
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  curve_fit(exponential(), both.remote, options);
  const std::string request = both.parts.last_request();
  const std::vector<Values> three{x, x, x};
  for (std::size_t bytes = 0; bytes < request.size(); ++bytes)
    EXPECT_THROW(answer_pass(three, {}, request.substr(0, bytes)), IoError) << bytes;
}

}  // namespace
}  // namespace nlsq::test
