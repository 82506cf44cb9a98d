// SPDX-License-Identifier: MIT
// Passes that are kept, and those that are known from an earlier run: the summary, and what the
// evaluator remembers from one pass to the next.
#include <algorithm>

#include "reduce/data_evaluator.hpp"
#include "reduce/term_state.hpp"

namespace nlsq::reduce {
namespace {

constexpr double kCost = 0.0, kSummary = 1.0;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

std::vector<double> question_of(double kind, double how, std::span<const double> p) {
  std::vector<double> question{kind, how};
  question.insert(question.end(), p.begin(), p.end());
  return question;
}

// Values one after the other, out and in again.
class Packed {
 public:
  explicit Packed(std::vector<double>& values) : values_(&values) {}
  template <class Values>
  void add_all(const Values& values) {
    values_->insert(values_->end(), values.begin(), values.end());
  }
  void add(double value) { values_->push_back(value); }
  double next() { return (*values_)[at_++]; }
  template <class Values>
  void next_all(Values& values, std::size_t count) {
    values.resize(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = next();
  }

 private:
  std::vector<double>* values_;
  std::size_t at_ = 0;
};

}  // namespace

double DataEvaluator::logged_cost(std::span<const double> p) {
  const std::vector<double> question = question_of(kCost, 0.0, p);
  std::vector<double> answer;
  if (options_.log->recall(question, answer)) {
    is_full_ = false;
    return answer.front();
  }
  answer = {find_cost(p)};
  options_.log->keep(question, answer);
  return answer.front();
}

void DataEvaluator::logged_summary(std::span<const double> p, solve::Grade grade,
                                   linalg::Summary& out) {
  const std::vector<double> question =
      question_of(kSummary, static_cast<double>(grade) + (is_low_ ? 16.0 : 0.0), p);
  std::vector<double> answer;
  Packed packed(answer);
  if (options_.log->recall(question, answer)) {
    const auto n = z(parameters());
    out.n = parameters();
    out.rows = static_cast<index_t>(packed.next());
    out.cost = packed.next();
    out.sum_f2 = packed.next();
    out.error = packed.next();
    out.kappa = packed.next();
    out.finite = packed.next() != 0.0;
    out.fold = static_cast<linalg::Fold>(packed.next());
    out.estimated = packed.next() != 0.0;
    packed.next_all(out.R, n * n);
    packed.next_all(out.qtf, n);
    packed.next_all(out.g, n);
    have_guess_ = packed.next() != 0.0;
    is_singular_ = packed.next() != 0.0;
    packed.next_all(P_, have_guess_ ? n * n : 0);
    is_full_ = false;  // the registers hold another point
    return;
  }
  find_summary(p, grade, out);
  for (const double value :
       {static_cast<double>(out.rows), out.cost, out.sum_f2, out.error, out.kappa,
        out.finite ? 1.0 : 0.0, static_cast<double>(out.fold), out.estimated ? 1.0 : 0.0})
    packed.add(value);
  packed.add_all(out.R);
  packed.add_all(out.qtf);
  packed.add_all(out.g);
  packed.add(have_guess_ ? 1.0 : 0.0);
  packed.add(is_singular_ ? 1.0 : 0.0);
  if (have_guess_) packed.add_all(P_);
  options_.log->keep(question, answer);
}

}  // namespace nlsq::reduce
