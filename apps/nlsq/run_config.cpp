// SPDX-License-Identifier: MIT
#include "run_config.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "fit_command.hpp"
#include "html_report.hpp"
#include "job.hpp"
#include "messages.hpp"
#include "nlsq/config.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

std::string about_settings() {
  const std::string path = config_path();
  std::string out = fmt::format(
      "settings file  {}\n",
      path.empty() ? "none (HOME is not set)"
                   : printable(path) + (access(path.c_str(), F_OK) == 0 ? "" : " (not there)"));
  for (const char* const name : {"NLSQ_NUM_THREADS", "NLSQ_JACOBIAN_MODE", "NLSQ_ISA",
                                 "NLSQ_DEVICE", "XDG_CACHE_HOME", "TMPDIR"}) {
    const char* const value = std::getenv(name);
    out += fmt::format("{:<20} {}\n", name, value == nullptr ? "not set" : printable(value));
  }
  out += fmt::format("threads of a fit     {}\ninstruction set      {}\n", default_threads(),
                     chosen_isa());
  return out +
         "\nOptions of a fit go before them. 'nlsq config JOB' shows what a job means, 'nlsq "
         "init' writes one.\n";
}

// One key a line: where it stands, and the option that it becomes.
std::string about_job(const Job& job) {
  std::size_t width = std::string("data.input_file").size();
  for (const Setting& setting : job.settings) width = std::max(width, setting.key.size());
  const auto row = [&](const std::string& key, index_t line, const std::string& option) {
    return fmt::format("  {:<{}}  line {:>3}  {}\n", key, width, line, printable(option));
  };
  std::string out = printable(job.path) + " means\n\n";
  out += row("data.input_file", job.file_line, job.file);
  for (const Setting& setting : job.settings) {
    out += row(setting.key, setting.line,
               setting.value ? shell_line({setting.option, *setting.value}) : setting.option);
  }
  return out + "\n" + printable_lines(shell_line(words_of_job(job, nullptr))) + "\n";
}

}  // namespace

int run_config(const std::string& path) {
  if (path.empty()) {
    print_result(about_settings());
    return Exit::converged;
  }
  FitArguments ignored;
  CLI::App fit("", "fit");
  add_fit_options(fit, ignored);
  const Job job = read_job(path, known_options(fit));
  // What the options themselves say against it, but for their values.
  static_cast<void>(fit_arguments_of(words_of_job(job, nullptr)));
  for (const std::string& note : job.notes) print_note(note);
  print_result(about_job(job));
  return Exit::converged;
}

}  // namespace nlsq::command
