// SPDX-License-Identifier: MIT
#include "run_init.hpp"
#include "fit_arguments.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "file_place.hpp"
#include "file_writer.hpp"
#include "fit_arguments.hpp"
#include "job_file.hpp"
#include "mapped_table.hpp"
#include "messages.hpp"
#include "names.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

constexpr const char* kTemplate =
    R"(# A job for nlsq. 'nlsq fit {job}' runs it, 'nlsq config {job}' shows the command that it makes,
# 'nlsq batch *.yaml --summary results.csv' runs several. Options given beside a job go before its own.
# Keys that are left out have their defaults; a key that is misspelled is an error.

metadata:
  workflow_name: {name}  # words for people; any keys

data:
  input_file: {file}  # from the folder where nlsq runs; where it is not there, beside this job
  columns:  # names of columns, or numbers counted from 0
    x: {x}
    y: {y}
{sigma}
  # csv: {{delimiter: ";", header: true, skip_header: 0, missing_values: [OFF, -9999]}}
  # ascii: {{comment_char: "%", skip_header: 0, skip_footer: 0}}

model:
{model}
  # type: builtin  # a name of 'nlsq models', or degree: 3 with type: polynomial
  # name: gaussian

fitting:
  p0: auto  # or [1, 0.5, 0], or {{a: 1, b: 0.5}}
  # bounds: {{lower: [0, 0, null], upper: [null, 5, 1]}}  # or by name: {{a: [0, 10], b: [0, null]}}
  # fix: {{c: 0}}
  method: trf  # {methods}
  loss: linear  # {losses}
  # f_scale: 1
  ftol: 1e-8
  xtol: 1e-8
  gtol: 1e-8
  # max_nfev: 2000
  absolute_sigma: false  # true: sigma is known, errors are not scaled by the fit

# global_optimization: {{n_starts: 0}}  # 0: no search for starts
# streaming: {{memory_limit: 2G}}  # a larger file is read in pieces
# checkpointing: {{enabled: true, directory: checkpoints}}  # go on from there after a stop

export:
  results_file: {results}  # .json, or a row as .csv or .npz
  # table_file: fit.csv  # each row with its fit and residual
  # report_file: fit.html  # a page with plot, tables and warnings
  # stdout: true  # the JSON on standard output

visualization:
  enabled: false  # true: output_dir/filename_prefix_combined.svg
  output_dir: figures
  filename_prefix: {name}

# Any other option of 'nlsq fit', by its name:
# options:
#   where: ["{x_name} > 0"]
#   strict: true
)";

// A text as YAML takes it anywhere.
std::string in_yaml(const std::string& text) {
  const std::string words[] = {"null", "true", "false", "yes", "no", "on", "off"};
  const bool is_word = std::find(std::begin(words), std::end(words), text) != std::end(words);
  if (is_plain_name(text) && !is_word) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + "\"";
}

// The first two columns of numbers, and one that is named like an error.
struct Choice {
  std::string x = "x", y = "y", sigma, others;
};

Choice choose(const std::string& file) {
  Choice choice;
  const Table table = read_mapped_table(file, {});
  std::vector<std::string> numbers;
  for (index_t c = 0; c < static_cast<index_t>(table.names().size()); ++c) {
    const std::string& name = table.names()[static_cast<std::size_t>(c)];
    if (table.is_text(c)) continue;
    if (sounds_like_error(name) && choice.sigma.empty() && numbers.size() > 1)
      choice.sigma = name;
    else
      numbers.push_back(name);
  }
  if (numbers.size() < 2) {
    throw InputError("--data", fmt::format("--data: {} has fewer than two columns of numbers; its "
                                           "columns are {}",
                                           table.source(), quoted_list(table.names())));
  }
  choice.x = numbers[0];
  choice.y = numbers[1];
  for (std::size_t i = 2; i < numbers.size(); ++i)
    choice.others += (i == 2 ? "" : ", ") + printable(numbers[i]);
  return choice;
}

std::string job_text(const InitArguments& arguments) {
  Choice choice;
  if (!arguments.data.empty()) choice = choose(arguments.data);
  std::string name = arguments.path == "-" ? "job" : arguments.path;
  name.erase(0, name.find_last_of('/') + 1);
  const std::string job = name;
  name = name.substr(0, name.rfind('.'));
  std::string sigma = choice.sigma.empty() ? "    # sigma: dy  # standard deviations of y"
                                           : "    sigma: " + in_yaml(choice.sigma);
  if (!choice.others.empty()) sigma += "\n    # other columns of numbers: " + choice.others;
  const bool is_name = is_plain_name(arguments.model);
  const std::string model =
      is_name ? "  name: " + arguments.model
              : "  type: formula\n  formula: " +
                    in_yaml(arguments.model.empty() ? "a*exp(-b*x) + c" : arguments.model);
  return fmt::format(
      fmt::runtime(kTemplate), fmt::arg("job", job), fmt::arg("name", in_yaml(name)),
      fmt::arg("results", in_yaml(name + ".json")),
      fmt::arg("file", in_yaml(arguments.data.empty() ? "data.csv" : arguments.data)),
      fmt::arg("x", in_yaml(choice.x)), fmt::arg("y", in_yaml(choice.y)),
      fmt::arg("x_name", is_plain_name(choice.x) ? choice.x : "$1"), fmt::arg("sigma", sigma),
      fmt::arg("model", model), fmt::arg("methods", choices("method", "trf")),
      fmt::arg("losses", choices("loss", "linear")));
}

}  // namespace

void add_init_options(CLI::App& init, InitArguments& a) {
  init.add_option("JOB", a.path, "the file to write (job.yaml); - is standard output")
      ->type_name("");
  init.add_option("--data", a.data, "the file to fit: the job names its columns")
      ->type_name("FILE");
  init.add_option("--model", a.model, "a formula of x, or the name of a model")
      ->type_name("FORMULA");
  init.add_flag("--force", a.force, "replace a file that is there");
  init.allow_extras();
}

int run_init(const InitArguments& arguments) {
  const std::string& path = arguments.path;
  if (path != "-" && !is_job_path(path)) {
    throw InputError("JOB", fmt::format("'{}' does not end in .yaml or .yml{}", path,
                                        arguments.data.empty()
                                            ? "; for the columns of a file, write --data " + path
                                            : ""));
  }
  const Place place = find_place(path, "JOB");
  if (place.kind == Place::Kind::file && place.status.st_size > 0 && !arguments.force) {
    throw InputError("JOB", fmt::format("'{}' exists; it is replaced only with --force", path));
  }
  const std::string text = job_text(arguments);
  if (path == "-") {
    print_result(text);
    return Exit::converged;
  }
  write_to(place, path, text);
  print_note(fmt::format("{} is written; edit it, then: nlsq fit {}", path, path));
  return Exit::converged;
}

}  // namespace nlsq::command
