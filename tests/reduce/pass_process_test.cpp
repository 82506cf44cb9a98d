// SPDX-License-Identifier: MIT
// Passes that a second process makes: requests go out through one pipe, sums come back through
// another, and no bit of the fit changes.
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "pass_support.hpp"
#include "reduce/pass_engine.hpp"

namespace nlsq::reduce {
namespace {

// Numbers through a pipe: how many, then themselves. False at its end.
void send(int to, std::span<const double> values) {
  const std::size_t count = values.size();
  ASSERT_EQ(::write(to, &count, sizeof(count)), static_cast<ssize_t>(sizeof(count)));
  ASSERT_EQ(::write(to, values.data(), values.size_bytes()),
            static_cast<ssize_t>(values.size_bytes()));
}
bool take(int from, void* to, std::size_t bytes) {
  for (auto* at = static_cast<char*>(to); bytes > 0;) {
    const ssize_t got = ::read(from, at, bytes);
    if (got <= 0) return false;
    at += got, bytes -= static_cast<std::size_t>(got);
  }
  return true;
}
bool take(int from, std::vector<double>& values) {
  std::size_t count = 0;
  if (!take(from, &count, sizeof(count))) return false;
  values.resize(count);
  return take(from, values.data(), count * sizeof(double));
}

// {kind, n, outputs}, parameters, a matrix an output.
void serve(int in, int out, const Term& term, base::ThreadPool& pool) {
  OwnPasses passes(term, pool);
  std::vector<double> head, parameters, matrix;
  while (take(in, head) && take(in, parameters)) {
    std::vector<linalg::Matrix> coordinates;
    for (double k = 0; k < head[2] && take(in, matrix); ++k)
      coordinates.emplace_back(std::span<const double>(matrix));
    send(out, passes.run({.kind = static_cast<PassRequest::Kind>(head[0]),
                          .parameters = parameters,
                          .coordinates = coordinates,
                          .n = static_cast<index_t>(head[1])}));
  }
}

class OtherProcess final : public PassEngine {
 public:
  OtherProcess(const Term& term, base::ThreadPool& pool) {
    if (::pipe(to_) != 0 || ::pipe(from_) != 0) throw std::runtime_error("no pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::close(to_[1]), ::close(from_[0]);
      serve(to_[0], from_[1], term, pool);
      ::_exit(0);
    }
    ::close(to_[0]), ::close(from_[1]);
  }
  ~OtherProcess() override {
    ::close(to_[1]), ::close(from_[0]);
    ::waitpid(child_, nullptr, 0);
  }
  std::span<const double> run(const PassRequest& request) override {
    ++answers;
    const double head[] = {static_cast<double>(request.kind), static_cast<double>(request.n),
                           static_cast<double>(request.coordinates.size())};
    send(to_[1], head);
    send(to_[1], request.parameters);
    for (const linalg::Matrix& m : request.coordinates) send(to_[1], {m.data(), m.size()});
    return take(from_[0], sums_) ? std::span<const double>(sums_) : std::span<const double>();
  }
  int answers = 0;

 private:
  int to_[2], from_[2];
  ::pid_t child_ = -1;
  std::vector<double> sums_;
};

TEST(PassEngine, ASecondProcessChangesNoBit) {
  for (const char* formula : {"a*exp(-b*x)+c", "a + b*x + c*x^2 + d*x^3 + e*x^4 + f*x^5"}) {
    PassFit fit(formula);
    OtherProcess other(fit.term, fit.pool);
    expect_same_bits(fit.run(&other), fit.run(nullptr));
    EXPECT_GT(other.answers, 2);
  }
}

}  // namespace
}  // namespace nlsq::reduce
