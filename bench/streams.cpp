// SPDX-License-Identifier: MIT
// A pass over rows in a file beside the same pass over arrays in memory and a loop that only reads.
// usage: bench_streams FILE.npy [ROWS]: the file (two columns, x and y) is made if it is not there,
// ROWS long. Times are medians of passes that alternate; the file is in the page cache, but for the
// cold passes, before which it is dropped from there.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "nlsq/nlsq.hpp"

namespace {

using namespace nlsq;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void make_file(const std::string& path, index_t rows) {
  std::string header =
      fmt::format("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}, 2), }}", rows);
  header.resize(117, ' ');
  header += '\n';
  std::ofstream file(path, std::ios::binary);
  file.write("\x93NUMPY\x01\x00\x76\x00", 10);
  file << header;
  std::vector<double> block(2 * 65536);
  for (index_t first = 0; first < rows; first += 65536) {
    const index_t count = std::min<index_t>(65536, rows - first);
    for (index_t i = 0; i < count; ++i) {
      const double x = 4.0 * static_cast<double>(first + i) / static_cast<double>(rows);
      auto bits = static_cast<std::uint64_t>(first + i) * 0x9E3779B97F4A7C15U;
      bits ^= bits >> 29;
      const double noise = static_cast<double>((bits * 0xBF58476D1CE4E5B9U) >> 11) * 0x1p-52 - 1.0;
      block[static_cast<std::size_t>(2 * i)] = x;
      block[static_cast<std::size_t>(2 * i + 1)] = 2.5 * std::exp(-1.3 * x) + 0.5 + 0.1 * noise;
    }
    file.write(reinterpret_cast<const char*>(block.data()), 16 * count);
  }
}

void drop(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY);
  ::fdatasync(file);
  ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  ::close(file);
}

// What reading alone takes.
double read_loop(const std::string& path) {
  const Clock::time_point start = Clock::now();
  const int file = ::open(path.c_str(), O_RDONLY);
  static std::vector<char> buffer(1 << 20);
  while (::read(file, buffer.data(), buffer.size()) > 0) {}
  ::close(file);
  return seconds_since(start);
}

// Seconds a pass: a fit without a sample of a given number of passes.
double pass(const Model& model, const Dataset& data, int threads) {
  FitOptions options;
  options.p0 = {2.4, 1.2, 0.4};
  options.progressive = false;
  options.threads = threads;
  options.polish = false;
  options.judge = false;
  const Clock::time_point start = Clock::now();
  const FitResult r = curve_fit(model, data, options);
  return seconds_since(start) / static_cast<double>(r.nfev);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::string path = argv[1];
  const index_t rows = argc > 2 ? std::atoll(argv[2]) : 10'000'000;
  if (::access(path.c_str(), R_OK) != 0) make_file(path, rows);
  RowFileOptions how;
  how.read.columns = {"x", "y"};
  const SharedRows source = open_rows({path}, how).rows;
  Dataset streamed;
  streamed.column("x", source->column("x")).response(source->column("y"));
  const Model model = Model::parse("a*exp(-b*x)+c");
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  Clock::time_point start = Clock::now();
  const FitResult of_stream = curve_fit(model, streamed, options);
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  fmt::print("{} rows, streamed fit {:.2f} s, {} passes, peak {:.1f} MB\n", source->rows(),
             seconds_since(start), of_stream.nfev, static_cast<double>(use.ru_maxrss) / 1024);
  const bool is_cold_too = argc > 3;
  if (is_cold_too) {
    std::vector<double> cold, reading;
    for (int i = 0; i < 3; ++i) {
      drop(path);
      reading.push_back(read_loop(path));
      drop(path);
      // One pass: the first of a fit that ends at once.
      FitOptions once;
      once.p0 = {2.5, 1.3, 0.5};
      once.progressive = false;
      once.max_nfev = 1;
      once.judge = false;
      start = Clock::now();
      curve_fit(model, streamed, once);
      cold.push_back(seconds_since(start));
    }
    fmt::print("cold: read loop {:.3f} s, a pass {:.3f} s, ratio {:.2f}\n", median(reading),
               median(cold), median(cold) / median(reading));
  }
  Table table = read_table(path, how.read);
  Dataset resident;
  resident.column("x", table.values(0)).response(table.values(1));
  start = Clock::now();
  const FitResult of_memory = curve_fit(model, resident, options);
  fmt::print("in memory {:.2f} s, {} passes; same bits: {}\n", seconds_since(start), of_memory.nfev,
             of_memory.popt == of_stream.popt && of_memory.pcov == of_stream.pcov &&
                 of_memory.cost == of_stream.cost);
  for (const int threads : {1, 2}) {
    std::vector<double> file, memory, reading;
    for (int i = 0; i < 5; ++i) {
      file.push_back(pass(model, streamed, threads));
      memory.push_back(pass(model, resident, threads));
      reading.push_back(read_loop(path));
    }
    fmt::print(
        "warm, {} thread(s): file {:.3f} s, memory {:.3f} s, ratio {:.2f}; read loop {:.3f} "
        "s\n",
        threads, median(file), median(memory), median(file) / median(memory), median(reading));
  }
  return 0;
}
