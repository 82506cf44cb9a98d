// SPDX-License-Identifier: MIT
// Passes and whole fits of an exponential over rows that are on a device: passes a second, the part
// of the memory's bandwidth that they reach, bytes a pass over the bus, time of a fit from data
// that stay there and from data that have to be uploaded. The answer is checked first, against the
// CPU.
//
// usage: bench_resident_rows [DEVICE [ROWS... ]] [--peak GB/s]     default: first GPU, else
// opencl:0; 1e7 1e8
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "engine/device/devices.hpp"
#include "engine/isa.hpp"
#include "expr/model.hpp"
#include "nlsq/device.hpp"
#include "nlsq/fit.hpp"
#include "reduce/device_pass.hpp"

namespace {

using namespace nlsq;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

double median(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                   times.end());
  return times[times.size() / 2];
}

struct Data {
  std::vector<double> x, y;
};

// y = 2.5 exp(−1.3x) + 0.5 and noise by a generator of its own, cheap enough for 10⁸ rows.
Data make_data(index_t rows) {
  Data data;
  data.x.resize(static_cast<std::size_t>(rows));
  data.y.resize(data.x.size());
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const double noise = static_cast<double>(static_cast<std::int64_t>(state) >> 11) * 0x1p-52;
    data.x[i] = 4.0 * static_cast<double>(i) / static_cast<double>(rows);
    data.y[i] = 2.5 * std::exp(-1.3 * data.x[i]) + 0.5 + 0.05 * noise;
  }
  return data;
}

// Passes alone, without a solver around them.
void measure_passes(const std::string& id, const Data& data, double peak) {
  const Model model = Model::parse("a*exp(-b*x)+c", {"x"});
  program::ResidualSpec spec;
  for (index_t i = 0; i < 3; ++i) {
    spec.sizes.push_back(1);
    spec.free.push_back(i);
  }
  const auto program =
      std::make_shared<const program::ResidualProgram>(build_residual(*model.impl(), spec));
  reduce::Term term;
  term.program = program;
  term.rows = static_cast<index_t>(data.x.size());
  term.columns.push_back({data.x.data(), false});
  term.columns.push_back({data.y.data(), false});
  const Clock::time_point began = Clock::now();
  reduce::DeviceColumns columns(engine::device::open(id), nullptr);
  reduce::DevicePass pass(term, columns, engine::chosen_isa());
  const double setting_up = seconds_since(began);
  const std::vector<double> p = {2.4, 1.2, 0.6};
  std::vector<double> times;
  for (int i = 0; i < 41; ++i) {
    const Clock::time_point start = Clock::now();
    if (pass.run({.parameters = p}).empty()) {
      fmt::print("{}: {}\n", id, columns.failure);
      std::exit(1);
    }
    if (i > 0) times.push_back(seconds_since(start));
  }
  const double time = median(times);
  const double rate = static_cast<double>(term.rows) * 16.0 / time * 1e-9;
  fmt::print("{:>11} rows  pass {:9.3f} ms  {:8.1f} passes/s  {:7.1f} GB/s", term.rows, 1e3 * time,
             1.0 / time, rate);
  if (peak > 0.0) fmt::print(" ({:.0f} % of {:.0f})", 100.0 * rate / peak, peak);
  fmt::print("  {} B a pass  upload and compile {:.3f} s\n", columns.traffic.most_a_pass,
             setting_up);
}

void measure_fits(const std::string& id, const Data& data) {
  const Model model = Model::parse("a*exp(-b*x)+c", {"x"});
  Dataset rows;
  rows.column("x", data.x).response(data.y);
  FitOptions options;
  options.p0 = {2.0, 1.0, 0.4};
  const FitResult cpu = curve_fit(model, rows, options);
  options.device = id;
  const auto fit = [&](const char* what) {
    std::vector<double> times;
    FitResult result;
    for (int i = 0; i < 5; ++i) {
      const Clock::time_point start = Clock::now();
      result = curve_fit(model, rows, options);
      times.push_back(seconds_since(start));
    }
    for (std::size_t i = 0; i < 3; ++i) {
      const double off = std::fabs(result.popt[i] - cpu.popt[i]);
      if (!(off < 1e-2 * cpu.perr[i])) {
        fmt::print("WRONG: {} is off by {} standard errors\n", cpu.names[i], off / cpu.perr[i]);
        std::exit(1);
      }
    }
    fmt::print("{:>11} rows  whole fit, {:<9} {:9.3f} ms  {} passes  {}\n", data.x.size(), what,
               1e3 * median(times), result.device.passes, result.engine);
  };
  fmt::print("{:>11} rows  whole fit, CPU       {:9.3f} ms\n", data.x.size(), cpu.elapsed_ms);
  fit("uploaded");
  const std::vector<Values> arrays{data.x, data.y};
  const DeviceData resident(id, arrays);
  fit("resident");
}

}  // namespace

int main(int argc, char** argv) {
  std::string id;
  std::vector<index_t> sizes;
  double peak = 0.0;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--peak") == 0 && i + 1 < argc) {
      peak = std::strtod(argv[++i], nullptr);
    } else if (id.empty() && std::strtod(argv[i], nullptr) < 1.0) {
      id = argv[i];
    } else {
      sizes.push_back(static_cast<index_t>(std::strtod(argv[i], nullptr)));
    }
  }
  if (id.empty()) id = engine::device::first_gpu();
  if (id.empty()) id = "opencl:0";
  if (sizes.empty()) sizes = {10'000'000, 100'000'000};
  try {
    const auto about = engine::device::open(id).device->about();
    fmt::print("{}  {}  {}\n", id, about.name, about.driver);
    for (const index_t rows : sizes) {
      const Data data = make_data(rows);
      measure_passes(id, data, peak);
      measure_fits(id, data);
    }
  } catch (const std::exception& error) {
    fmt::print("{}\n", error.what());
    return 1;
  }
  return 0;
}
