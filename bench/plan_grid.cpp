// SPDX-License-Identifier: MIT
// Whether the plan picks well: fits of many shapes (rows, parameters, loss, bounds, precision,
// limit of memory) with the plan's choice and with each choice forced that can be (method, fold,
// precision, threads, sample), in turn. A shape is several sets of data with starts of their own,
// since a single start favours one method or another by luck. Prints for each shape the time of the
// plan over that of the best choice, medians of alternating runs. A choice is not counted whose
// end costs more than the plan's, or whose fold squares where the plan's does not. Those above 1.10
// are measured again, the plan and that choice alone. At the end, for each choice, its time over
// the plan's on the shapes where it counts (the geometric mean): what it would be to take it
// always. Arguments: rounds, and a part of the names of the shapes wanted.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "nlsq/fit.hpp"

namespace nlsq::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Formula {
  const char* name;
  const char* text;
  std::vector<double> truth, start;
};

const Formula kLine{"line", "a+b*x", {1.0, 0.5}, {1.0, 1.0}};
const Formula kCubic{"cubic", "a+b*x+c*x^2+d*x^3", {1.0, 0.5, -0.4, 0.1}, {1.0, 1.0, 1.0, 1.0}};
const Formula kDecay{"decay", "a*exp(-b*x)+c", {2.5, 1.3, 0.5}, {1.0, 1.0, 1.0}};
const Formula kPeak{
    "peak", "a*exp(-(x-b)^2/(2*c^2))+d+g*x", {2.0, 1.5, 0.6, 0.3, 0.1}, {1.0, 1.2, 1.0, 0.0, 0.0}};
const Formula kPeaks{"three peaks",
                     "a*exp(-(x-b)^2/(2*c^2))+d*exp(-(x-g)^2/(2*h^2))+k*exp(-(x-l)^2/(2*m^2))+o",
                     {2.0, 0.8, 0.3, 1.0, 2.0, 0.3, 1.5, 3.2, 0.3, 0.3},
                     {1.5, 0.9, 0.4, 1.2, 1.9, 0.4, 1.2, 3.1, 0.4, 0.0}};

struct Shape {
  std::string name;
  const Formula* formula;
  index_t rows;
  std::function<void(FitOptions&)> set = [](FitOptions&) {};
};

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  const auto add = [&](const Formula& formula, std::initializer_list<index_t> sizes,
                       const char* what = "", std::function<void(FitOptions&)> set = {}) {
    for (const index_t rows : sizes) {
      all.push_back({fmt::format("{} {}{}", formula.name, rows, what), &formula, rows,
                     set ? set : [](FitOptions&) {}});
    }
  };
  add(kLine, {100, 5000, 1'000'000});
  add(kCubic, {12, 1000, 100'000});
  add(kDecay, {12, 100, 1000, 5000, 10'000, 20'000, 100'000, 1'000'000});
  add(kPeak, {20, 1000, 5000, 20'000, 200'000});
  add(kPeaks, {35, 1000, 5000, 10'000, 50'000, 300'000});
  add(kDecay, {100, 20'000, 300'000}, " soft_l1", [](auto& o) { o.loss = Loss::soft_l1; });
  add(kPeak, {1000, 50'000}, " cauchy", [](auto& o) { o.loss = Loss::cauchy, o.f_scale = 0.1; });
  add(kDecay, {100, 20'000, 300'000}, " bounds", [](auto& o) {
    o.bounds = {{"a", {0.0, 10.0}}, {"b", {0.0, 10.0}}, {"c", {0.0, 10.0}}};
  });
  add(kPeak, {1000, 50'000}, " at a bound", [](auto& o) { o.bounds = {{"c", {0.7, 5.0}}}; });
  add(kDecay, {5000, 100'000}, " double", [](auto& o) { o.precision = Precision::float64; });
  add(kPeak, {5000}, " no sample", [](auto& o) { o.progressive = false; });
  add(kDecay, {100'000}, " in 3 MB", [](auto& o) { o.memory_limit = 3'000'000; });
  add(kPeaks, {50'000}, " in 2 MB", [](auto& o) { o.memory_limit = 2'000'000; });
  return all;
}

struct Choice {
  std::string name;
  std::function<void(FitOptions&)> set;
  const char* fold = nullptr;
};

std::vector<Choice> choices(const FitOptions& given) {
  std::vector<Choice> all{{"plan", [](FitOptions&) {}}};
  all.push_back({"trf", [](auto& o) { o.method = Method::trf; }});
  if (given.bounds.empty()) all.push_back({"lm", [](auto& o) { o.method = Method::lm; }});
  all.push_back({"dogbox", [](auto& o) { o.method = Method::dogbox; }});
  for (const char* fold : {"gram", "pgram", "qr"})
    all.push_back({fmt::format("fold {}", fold), [](FitOptions&) {}, fold});
  all.push_back({"float64", [](auto& o) { o.precision = Precision::float64; }});
  if (given.precision == Precision::automatic) {
    all.push_back({"float32", [](auto& o) { o.precision = Precision::mixed; }});
    all.push_back({"float32, no sample",
                   [](auto& o) { o.precision = Precision::mixed, o.progressive = false; }});
  }
  all.push_back({"no sample", [](auto& o) { o.progressive = false; }});
  for (const int threads : {1, 2})
    all.push_back({fmt::format("{} threads", threads), [=](auto& o) { o.threads = threads; }});
  return all;
}

constexpr int kSets = 5;

struct Problem {
  Model model;
  std::vector<double> x;
  std::vector<double> y[kSets], start[kSets];
  FitOptions options;
};

Problem make(const Shape& shape) {
  Problem p{Model::parse(shape.formula->text, {"x"}), {}, {}, {}, {}};
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0.0, 0.05);
  std::uniform_real_distribution<double> near(-0.1, 0.1);
  for (index_t i = 0; i < shape.rows; ++i)
    p.x.push_back(4.0 * (static_cast<double>(i) + 0.5) / static_cast<double>(shape.rows));
  Dataset grid;
  grid.column("x", p.x);
  const std::vector<double> clean = evaluate(p.model, grid, shape.formula->truth);
  shape.set(p.options);
  for (int set = 0; set < kSets; ++set) {
    p.y[set] = clean;
    for (double& y : p.y[set]) y += noise(random);
    p.start[set] = shape.formula->start;
    for (double& v : p.start[set]) v += near(random) * std::max(1.0, std::abs(v));
    const auto& bounds = p.options.bounds;
    for (std::size_t i = 0; i < p.start[set].size(); ++i) {
      const auto own = bounds.find(p.model.parameters()[i]);
      if (own == bounds.end()) continue;
      p.start[set][i] = std::clamp(p.start[set][i], own->second.lower, own->second.upper);
    }
  }
  return p;
}

FitResult fit(const Problem& p, const Choice& choice, int set) {
  FitOptions options = p.options;
  choice.set(options);
  options.p0 = p.start[set];
  Dataset data;
  data.column("x", p.x).response(p.y[set]);
  return curve_fit(p.model, data, options);
}

// Seconds of a fit of all sets, of as many as take a millisecond.
double seconds(const Problem& p, const Choice& choice, int times) {
  if (choice.fold != nullptr) setenv("NLSQ_FOLD", choice.fold, 1);
  const auto began = Clock::now();
  for (int i = 0; i < times * kSets; ++i) fit(p, choice, i % kSets);
  const std::chrono::duration<double> took = Clock::now() - began;
  unsetenv("NLSQ_FOLD");
  return took.count() / times;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

// Medians of the choices, in turns.
std::vector<double> measure(const Problem& p, const std::vector<Choice>& all, int times,
                            int rounds) {
  std::vector<std::vector<double>> took(all.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < all.size(); ++i) took[i].push_back(seconds(p, all[i], times));
  }
  std::vector<double> medians;
  for (auto& values : took) medians.push_back(median(std::move(values)));
  return medians;
}

int digits_of(const std::string& fold) { return fold == "gram" ? 0 : fold == "pgram" ? 1 : 2; }

// Choices that end as well as the plan, on every set; the plan is the first.
std::vector<Choice> good_choices(const Problem& p) {
  std::vector<Choice> good;
  std::vector<FitResult> planned;
  for (Choice& choice : choices(p.options)) {
    bool is_good = true;
    for (int set = 0; set < kSets; ++set) {
      if (choice.fold != nullptr) setenv("NLSQ_FOLD", choice.fold, 1);
      const FitResult r = fit(p, choice, set);
      unsetenv("NLSQ_FOLD");
      if (good.empty()) {
        planned.push_back(r);
        continue;
      }
      const FitResult& own = planned[static_cast<std::size_t>(set)];
      is_good &= r.success && r.cost <= own.cost * (1.0 + 1e-9) &&
                 digits_of(r.fold) >= digits_of(own.fold);
    }
    if (is_good) good.push_back(std::move(choice));
  }
  return good;
}

struct Always {
  double logarithms = 0.0;
  int shapes = 0;
};

// The time of the plan over that of the best choice. `always`: by the names of choices.
double try_shape(const Shape& shape, int rounds, std::map<std::string, Always>& always) {
  const Problem p = make(shape);
  std::vector<Choice> all = good_choices(p);
  const double once = seconds(p, all.front(), 1);
  const int times = std::clamp(static_cast<int>(1e-3 / once), 1, 100);
  std::vector<double> took = measure(p, all, times, rounds);
  const auto best =
      static_cast<std::size_t>(std::min_element(took.begin(), took.end()) - took.begin());
  for (std::size_t i = 1; i < all.size(); ++i) {
    Always& own = always[all[i].name];
    own.logarithms += std::log(took[i] / took[0]);
    ++own.shapes;
  }
  double ratio = took[0] / took[best];
  const double first = ratio;
  if (ratio > 1.10) {
    took = measure(p, {all[0], all[best]}, times, 3 * rounds);
    ratio = took[0] / took[1];
  }
  fmt::print("{:<24} {:>9.1f} µs  {:5.2f}  {:<20}{}\n", shape.name, took[0] / kSets * 1e6, ratio,
             all[best].name, first > 1.10 ? fmt::format(" (at first {:.2f})", first) : "");
  std::fflush(stdout);
  return ratio;
}

}  // namespace
}  // namespace nlsq::bench

int main(int count, char** words) {
  using namespace nlsq::bench;
  const int rounds = count > 1 ? std::atoi(words[1]) : 9;
  const std::string part = count > 2 ? words[2] : "";
  fmt::print("{:<24} {:>12}  {:>5}  {}\n", "shape", "plan", "ratio", "best");
  int tried = 0, within = 0;
  std::map<std::string, Always> always;
  for (const Shape& shape : shapes()) {
    if (shape.name.find(part) == std::string::npos) continue;
    ++tried;
    if (try_shape(shape, rounds, always) <= 1.10) ++within;
  }
  fmt::print("{} of {} within 10 % of the best choice\n", within, tried);
  for (const auto& [name, own] : always) {
    fmt::print("always {:<20} {:5.2f} on {} shapes\n", name, std::exp(own.logarithms / own.shapes),
               own.shapes);
  }
  return 0;
}
