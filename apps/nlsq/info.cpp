// SPDX-License-Identifier: MIT
// Prints about the build and the formula language.
#include "info.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "database.hpp"
#include "drawing.hpp"
#include "job_file.hpp"
#include "messages.hpp"
#include "nlsq/device.hpp"
#include "nlsq/error.hpp"
#include "nlsq/model.hpp"
#include "nlsq/row_files.hpp"
#include "nlsq/runtime.hpp"
#include "nlsq/version.hpp"
#include "ranks.hpp"

namespace nlsq::command {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

// One a line, below each other; where there is none of a kind, why.
std::string about_devices() {
  constexpr std::string_view kIndent = "\n                    ";
  const DeviceList list = list_devices();
  std::string out = "cpu   (NLSQ_DEVICE, --device)";
  for (const DeviceInfo& device : list.devices) {
    out += fmt::format("{}{}   {} ({:.1f} GB; {})", kIndent, device.id, printable(device.name),
                       static_cast<double>(device.memory) * 1e-9, printable(device.driver));
    if (!device.why.empty()) out += fmt::format("{}  not usable: {}", kIndent, device.why);
  }
  if (!list.no_opencl.empty())
    out += fmt::format("{}no OpenCL: {}", kIndent, printable(list.no_opencl));
  if (!list.no_cuda.empty()) out += fmt::format("{}no CUDA: {}", kIndent, printable(list.no_cuda));
  return out;
}

std::string about_the_build() {
  return fmt::format(
      "nlsq {}\n"
      "  instruction sets  {}\n"
      "  in use            {}   (NLSQ_ISA)\n"
      "  threads           {}   (NLSQ_NUM_THREADS, --threads)\n"
      "  engines           interpreter, callback\n"
      "  file formats      text (CSV, TSV, blanks), NPY, NPZ, XLSX{}, JSON\n"
      "  read in pieces    text, NPY, raw numbers; compressed: gzip {}, zstd {}\n"
      "  plots             SVG; PNG, PDF {}\n"
      "  jobs              YAML {}\n"
      "  databases         SQLite {}\n"
      "  optional parts    hdf5 no\n"
      "  several processes MPI {}\n"
      "  devices           {}\n"
      "\n"
      "'nlsq info functions' lists what a formula may contain.\n",
      version(), joined(available_isas()), chosen_isa(), default_threads(),
      reads_compressed("deflate") ? "" : " without compression (build with zlib)",
      reads_compressed("gzip") ? "yes" : "no (build with zlib)",
      reads_compressed("zstd") ? "yes" : "no (build with libzstd)",
      why_no_drawing().empty() ? "yes" : "no (" + why_no_drawing() + ")",
      reads_jobs() ? "yes" : "no (build with libyaml-cpp-dev)",
      reads_databases() ? "yes" : "no (build with libsqlite3-dev)",
      Ranks::why_none().empty() ? "yes   (mpirun)" : "no (" + Ranks::why_none() + ")",
      about_devices());
}

std::string about_functions() {
  std::string out =
      "Operators, tightest first: ^ or **, unary -, * / %, + -, < <= > >= == !=, not, and, or.\n"
      "-x^2 is -(x^2), 2^3^2 is 2^(3^2). Constants: pi, e. Names in backquotes: `time (s)`.\n"
      "Names that are no columns are parameters; a[group] picks an element by an index column.\n\n";
  std::size_t longest = 0;
  const std::vector<FunctionInfo> functions = formula_functions();
  for (const FunctionInfo& f : functions) longest = std::max(longest, display_width(f.signature));
  for (const FunctionInfo& f : functions) {
    out += "  " + f.signature + std::string(longest + 2 - display_width(f.signature), ' ') + f.doc +
           "\n";
  }
  return out;
}

}  // namespace

int run_info(const std::string& topic) {
  if (topic.empty()) {
    print_result(about_the_build());
  } else if (topic == "functions") {
    print_result(about_functions());
  } else {
    throw InputError("info", fmt::format("info: there is no topic '{}'{}; there is 'functions'",
                                         topic, did_you_mean(topic, {"functions"})));
  }
  return Exit::converged;
}

}  // namespace nlsq::command
