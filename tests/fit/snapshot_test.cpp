// SPDX-License-Identifier: MIT
// Fits that are stopped dead at a pass and go on in another process: 50 of them, of all methods,
// losses and precisions, with samples, second starts and searches, each cut at a pass that a fixed
// seed draws. They end with the bits of the fit that nobody stopped.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "nlsq/fit.hpp"
#include "support/decay.hpp"

namespace nlsq::test {
namespace {

struct Case {
  index_t rows;
  FitOptions options;
};

// Kinds in turn: a start that is given, a sample first, float32 on the way, no start (of a peak
// that 1 does not find), a start so far away that others follow, float32 by measurement.
Case case_of(int i) {
  constexpr Method kMethods[] = {Method::trf, Method::lm, Method::dogbox};
  constexpr Loss kLosses[] = {Loss::linear, Loss::soft_l1, Loss::huber, Loss::cauchy, Loss::arctan};
  const int kind = i % 6;
  Case c{kind == 1 ? 20'000 : kind == 2 || kind == 5 ? 5000 : 300, {}};
  c.options.method = kMethods[(i / 6 + i) % 3];
  c.options.loss = kLosses[(i / 6) % 5];
  c.options.f_scale = 0.1;
  c.options.threads = 1 + i % 2;
  if (kind != 3) c.options.p0 = {1.0, 1.0, 1.0};
  if (kind == 4) c.options.p0 = {1e-3, -40.0, 1e4};
  if (kind == 2 || kind == 5) {
    c.options.progressive = false;
    c.options.loss = Loss::linear;
    c.options.precision = kind == 2 ? Precision::mixed : Precision::measure;
  }
  return c;
}

FitResult fit_case(const Case& c, const std::string& checkpoint,
                   std::function<void()> before = {}) {
  static const Model decay = Model::parse("a*exp(-b*x)+c");
  static const Model peak = Model::parse("a*exp(-((x-m)/s)^2)+c");
  const bool searches = c.options.p0.empty();
  Decay d = make_decay(c.rows, 7);
  for (std::size_t i = 0; searches && i < d.x.size(); ++i)
    d.y[i] = 3.0 * std::exp(-100.0 * (d.x[i] - 3.2) * (d.x[i] - 3.2)) + 0.01 * d.y[i];
  Dataset data;
  data.column("x", d.x).response(d.y);
  FitOptions options = c.options;
  options.checkpoint = checkpoint;
  options.before_pass = std::move(before);
  return curve_fit(searches ? peak : decay, data, options);
}

std::string bits_of(const FitResult& r) {
  std::string bits;
  const auto add = [&](const std::vector<double>& values) {
    bits.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
  };
  add(r.popt), add(r.pcov), add({r.cost, r.rss, r.r_squared, r.optimality});
  return bits + std::to_string(r.nfev) + ' ' + std::to_string(r.nfev_subsample) + ' ' +
         std::to_string(r.nfev_float32) + ' ' + std::to_string(r.attempts) + r.message.str() +
         std::to_string(r.warnings.size());
}

// In a process of its own. False: the fit was cut.
bool fit_elsewhere(const Case& c, const std::string& checkpoint, index_t cut, std::string& bits) {
  const std::string answer = checkpoint + ".bits";
  const ::pid_t child = ::fork();
  if (child == 0) {
    index_t pass = 0;
    const FitResult r = fit_case(c, checkpoint, [&] {
      if (++pass == cut) ::_exit(7);
    });
    std::ofstream(answer, std::ios::binary) << bits_of(r);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  std::ifstream file(answer, std::ios::binary);
  bits.assign(std::istreambuf_iterator<char>(file), {});
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Snapshot, FiftyFitsGoOnInAnotherProcessWithTheSameBits) {
  std::string folder = (std::filesystem::temp_directory_path() / "nlsq-snapshot-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  Noise draw(11);
  int cut = 0, samples = 0, low = 0, attempts = 0, searches = 0;
  for (int i = 0; i < 50; ++i) {
    const Case c = case_of(i);
    const bool measured = c.options.precision == Precision::measure;
    const std::string path = folder + "/" + std::to_string(i);
    std::string bits, whole;
    index_t passes = 0;
    const FitResult alone = fit_case(c, measured ? path + ".whole" : "", [&] { ++passes; });
    whole = bits_of(alone);
    samples += alone.progressive, low += alone.nfev_float32 > 0, attempts += alone.attempts > 1;
    searches += alone.start_source == "search";
    const auto at = 1 + static_cast<index_t>(0.5 * (draw() + 1.0) * static_cast<double>(passes));
    cut += !fit_elsewhere(c, path, at, bits);
    ASSERT_TRUE(fit_elsewhere(c, path, -1, bits)) << i;
    // What is measured is so in each run that begins; the one that goes on keeps to it.
    if (measured) {
      const std::string first = bits;
      ASSERT_TRUE(fit_elsewhere(c, path, -1, bits)) << i;
      EXPECT_EQ(bits, first) << i;
    } else {
      EXPECT_EQ(bits, whole) << i << " cut at " << at << " of " << passes;
    }
  }
  EXPECT_GT(cut, 40);
  EXPECT_GT(samples, 5);
  EXPECT_GT(low, 5);
  EXPECT_GT(attempts, 5);
  EXPECT_GT(searches, 5);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace nlsq::test
