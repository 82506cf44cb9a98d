// SPDX-License-Identifier: MIT
// The seam for rows that are nowhere: a source that makes its leaves when they are asked for, on
// whatever thread, gives fits the bits of the same rows in memory.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "nlsq/fit.hpp"
#include "nlsq/rows.hpp"

namespace nlsq::test {
namespace {

double x_of(index_t row) { return 1e-5 * static_cast<double>(row); }
double y_of(index_t row) {
  return 2.5 * std::exp(-1.3 * x_of(row)) + 0.5 + 0.05 * std::sin(static_cast<double>(row * row));
}

class Toy final : public RowSource {
 public:
  explicit Toy(index_t rows) { set(rows, {{.name = "x"}, {.name = "y"}}); }
  void read(index_t first, index_t rows, std::span<const index_t> columns,
            std::span<void* const> to) const override {
    made += rows;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      for (index_t i = 0; i < rows; ++i)
        static_cast<double*>(to[c])[i] = columns[c] == 0 ? x_of(first + i) : y_of(first + i);
    }
  }
  mutable std::atomic<index_t> made = 0;
};

TEST(MadeRows, AToyThatMakesItsLeavesChangesNoBit) {
  const Model model = Model::parse("a*exp(-b*x)+c");
  for (const index_t rows : {10, 4097, 300'001}) {
    const Toy toy(rows);
    std::vector<double> x, y;
    for (index_t i = 0; i < rows; ++i) x.push_back(x_of(i)), y.push_back(y_of(i));
    Dataset held, streamed;
    held.column("x", x).response(y);
    streamed.column("x", toy.column("x")).response(toy.column("y"));
    for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
      for (const int threads : {1, 3}) {
        FitOptions options;
        options.p0 = {1.0, 1.0, 1.0}, options.method = method, options.threads = threads;
        const FitResult a = curve_fit(model, held, options),
                        b = curve_fit(model, streamed, options);
        EXPECT_EQ(a.popt, b.popt) << rows;
        EXPECT_EQ(a.pcov, b.pcov) << rows;
        EXPECT_EQ(a.cost, b.cost) << rows;
        EXPECT_EQ(a.nfev, b.nfev) << rows;
      }
    }
    EXPECT_GE(toy.made, rows);
  }
}

}  // namespace
}  // namespace nlsq::test
