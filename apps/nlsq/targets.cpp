// SPDX-License-Identifier: MIT
#include "targets.hpp"

#include <cctype>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "database.hpp"
#include "drawing.hpp"
#include "fitted_table.hpp"
#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

std::vector<InputFile> inputs_of(const FitArguments& a) {
  std::vector<InputFile> inputs;
  for (const auto& [option, path] :
       {std::pair("the data", a.file), std::pair("--p0-from", a.p0_from),
        std::pair("--bounds-from", a.bounds_from)}) {
    const std::optional<Query> query = path.empty() ? std::nullopt : as_query(path);
    if (!path.empty()) inputs.push_back({option, query ? query->file : path});
  }
  if (!a.predict.empty() && !is_grid(a.predict)) inputs.push_back({"--predict", a.predict});
  return inputs;
}

bool has_ending(const std::string& path, std::string ending) {
  if (path.ends_with(ending)) return true;
  for (char& c : ending) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return path.ends_with(ending);
}

Format plot_format(const std::string& path) {
  if (has_ending(path, ".png")) return Format::png;
  return has_ending(path, ".pdf") ? Format::pdf : Format::svg;
}

Format table_format(const std::string& path) {
  return path.ends_with(".npz") || path.ends_with(".NPZ") ? Format::npz : Format::csv;
}

void refuse_second_on_stdout(const OutputFile& file, const char* option, bool json) {
  if (!json || !file.is_standard_output()) return;
  throw InputError(option, fmt::format("{0}: standard output has the JSON of --json already; give "
                                       "{0} a file",
                                       option));
}

// The report would be added to the measurement (`>> data.csv`).
void refuse_redirection_to(const InputFile& input) {
  struct stat status = {};
  const int fault =
      input.path == "-" ? fstat(STDIN_FILENO, &status) : stat(input.path.c_str(), &status);
  if (fault != 0 || !S_ISREG(status.st_mode)) return;
  for (const auto& [descriptor, name] :
       {std::pair(STDOUT_FILENO, "standard output"), std::pair(STDERR_FILENO, "standard error")}) {
    if (!is_descriptor_of(descriptor, status)) continue;
    throw InputError(input.option, fmt::format("'{}' is the file of {} and where {} is redirected",
                                               input.path, input.option, name));
  }
}

}  // namespace

void refuse_shared_files(const FitArguments& a) {
  const std::vector<InputFile> inputs = inputs_of(a);
  const InputFile* reader = nullptr;
  for (const InputFile& input : inputs) {
    if (input.path != "-") continue;
    if (reader != nullptr) {
      throw InputError(input.option,
                       fmt::format("{}: standard input is read by {} already; give it a file",
                                   input.option, reader->option));
    }
    reader = &input;
  }
  for (const InputFile& input : inputs) refuse_redirection_to(input);
  const std::pair<const char*, const std::string&> outputs[] = {
      {"--plot", a.plot}, {"--out", a.out}, {"--table", a.table}, {"--report", a.report}};
  for (std::size_t i = 0; i < std::size(outputs); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto& [first, one] = outputs[j];
      const auto& [second, other] = outputs[i];
      if (one.empty() || other.empty() || (one != other && !same_file(one, other))) continue;
      throw InputError(second, fmt::format("{}: '{}' and '{}' of {} are the same file", second,
                                           other, one, first));
    }
  }
}

std::optional<OutputFile> plot_file(const FitArguments& a) {
  if (a.plot.empty()) return std::nullopt;
  const Format format = plot_format(a.plot);
  OutputFile file("--plot", a.plot, format, inputs_of(a), a.force);
  if (const std::string why = format == Format::svg ? "" : why_no_drawing(); !why.empty()) {
    throw InputError("--plot", fmt::format("--plot: for '{}' {}; or write it as .svg, which needs "
                                           "nothing",
                                           a.plot, why));
  }
  refuse_second_on_stdout(file, "--plot", a.json);
  return file;
}

std::optional<OutputFile> table_file(const FitArguments& a) {
  if (a.out.empty()) return std::nullopt;
  const bool is_json = a.by.empty() && (a.out.ends_with(".json") || a.out.ends_with(".JSON"));
  OutputFile file("--out", a.out, is_json ? Format::json : table_format(a.out), inputs_of(a),
                  a.force);
  refuse_second_on_stdout(file, "--out", a.json);
  return file;
}

std::optional<OutputFile> report_file(const FitArguments& a) {
  if (a.report.empty()) return std::nullopt;
  OutputFile file("--report", a.report, Format::html, inputs_of(a), a.force);
  refuse_second_on_stdout(file, "--report", a.json);
  return file;
}

std::optional<OutputFile> curve_file(const FitArguments& a) {
  if (a.table.empty() && a.predict.empty()) return std::nullopt;
  const std::string place = a.table.empty() ? "-" : a.table;
  const char* const option = a.table.empty() ? "--predict" : "--table";
  OutputFile file(option, place, table_format(place), inputs_of(a), a.force);
  refuse_second_on_stdout(file, option, a.json);
  for (const auto& [other, path] : {std::pair("--plot", &a.plot), std::pair("--out", &a.out),
                                    std::pair("--report", &a.report)}) {
    if (!file.is_standard_output() || *path != "-") continue;
    throw InputError(option, fmt::format("{}: standard output has what {} writes already; give "
                                         "--table a file",
                                         option, other));
  }
  return file;
}

}  // namespace nlsq::command
