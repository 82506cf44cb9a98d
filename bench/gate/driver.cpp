// SPDX-License-Identifier: MIT
// Runs the cases of two builds in turn, in one process, and prints a line of JSON a case: median
// seconds of both and the median of the ratios pair by pair.
//
//   driver time BASE.so NEW.so [--pairs N] [--slow SHARE] [--only NAME]...
//   driver memory MODULE.so        peak memory in KiB of a process that runs the memory cases
//   driver run MODULE.so NAME N    one case N times, for counting instructions
//   driver unit                    seconds of a fixed chain of operations, by which stored figures
//                                  of other days are compared
#include <dlfcn.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bench/support/pairs.hpp"
#include "cases.hpp"

namespace {

using nlsq::bench::median;
using nlsq::bench::seconds;

const GateCase* load(const char* path) {
  void* const module = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  void* const symbol = module != nullptr ? dlsym(module, "nlsq_gate_cases") : nullptr;
  if (symbol == nullptr) {
    std::fprintf(stderr, "gate: %s\n", dlerror());
    std::exit(2);
  }
  return reinterpret_cast<const GateCase* (*)()>(symbol)();
}

const GateCase* find(const GateCase* cases, const char* name) {
  for (; cases->name != nullptr; ++cases) {
    if (std::strcmp(cases->name, name) == 0) return cases;
  }
  return nullptr;
}

struct Options {
  int pairs = 61;
  double slow = 0.0;  // of the new build, to try the gate itself
  double least = 0.003;
  std::vector<std::string> only;
};

void spin(double duration) {
  const auto began = std::chrono::steady_clock::now();
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count() <
         duration) {}
}

double sample(const GateCase& c, int repetitions, double slow) {
  return seconds([&] {
           const double taken = seconds([&] { c.run(repetitions); });
           if (slow > 0.0) spin(slow * taken);
         }) /
         repetitions;
}

void compare(const GateCase& base, const GateCase& now, const Options& options) {
  const double answers[] = {base.run(1), now.run(1)};
  const double apart = std::fabs(answers[0] - answers[1]);
  const bool same = apart <= 1e-6 * std::fabs(answers[0]);
  const int repetitions = nlsq::bench::repeats_for([&] { base.run(1); }, options.least);
  std::vector<double> a, b, ratios;
  for (int k = 0; k < options.pairs; ++k) {
    // Who is first changes from pair to pair.
    const bool base_first = k % 2 == 0;
    double of_base = 0.0, of_now = 0.0;
    if (base_first) of_base = sample(base, repetitions, 0.0);
    of_now = sample(now, repetitions, options.slow);
    if (!base_first) of_base = sample(base, repetitions, 0.0);
    a.push_back(of_base);
    b.push_back(of_now);
    ratios.push_back(of_now / of_base);
  }
  std::printf(
      "{\"name\": \"%s\", \"kind\": \"%s\", \"base\": %.9g, \"new\": %.9g, \"ratio\": %.6g, "
      "\"same_answer\": %s}\n",
      base.name, base.kind, median(a), median(b), median(ratios), same ? "true" : "false");
  std::fflush(stdout);
}

int time_cases(const char* base_path, const char* new_path, const Options& options) {
  const GateCase* const base = load(base_path);
  const GateCase* const now = load(new_path);
  for (const GateCase* c = now; c->name != nullptr; ++c) {
    bool wanted = options.only.empty() && std::strcmp(c->kind, "memory") != 0;
    for (const std::string& name : options.only) wanted |= name == c->name;
    const GateCase* const partner = find(base, c->name);
    if (wanted && partner != nullptr) compare(*partner, *c, options);
  }
  return 0;
}

int run_memory(const char* path) {
  for (const GateCase* c = load(path); c->name != nullptr; ++c) {
    if (std::strcmp(c->kind, "memory") == 0) c->run(3);
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%ld\n", usage.ru_maxrss);
  return 0;
}

int print_unit() {
  constexpr int kSteps = 200000, kSamples = 51;
  double x = 0.5;
  std::vector<double> samples;
  for (int k = 0; k < kSamples; ++k) {
    samples.push_back(seconds([&] {
      for (int i = 0; i < kSteps; ++i) x = x * 0.999999 + 1e-7;
    }));
  }
  std::printf("%.9g\n", x > 0.0 ? median(samples) : 0.0);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "unit" && argc == 2) return print_unit();
  if (what == "memory" && argc == 3) return run_memory(argv[2]);
  if (what == "run" && argc == 5) {
    const GateCase* const c = find(load(argv[2]), argv[3]);
    if (c == nullptr) return 2;
    std::printf("%.17g\n", c->run(std::atoi(argv[4])));
    return 0;
  }
  if (what != "time" || argc < 4) {
    std::fprintf(stderr,
                 "usage: driver time BASE.so NEW.so | memory M.so | run M.so NAME N | unit\n");
    return 2;
  }
  Options options;
  for (int i = 4; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--pairs") options.pairs = std::atoi(argv[i + 1]);
    if (option == "--slow") options.slow = std::atof(argv[i + 1]);
    if (option == "--only") options.only.emplace_back(argv[i + 1]);
  }
  return time_cases(argv[2], argv[3], options);
}
