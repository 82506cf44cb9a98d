// SPDX-License-Identifier: MIT
// The options of `nlsq fit` for CLI11. Values stay text here, so that every message about them is
// our own.
#include "fit_arguments.hpp"

#include <memory>
#include <span>
#include <string_view>

#include <CLI/CLI.hpp>

#include "nlsq/options.hpp"

namespace nlsq::command {
namespace {

// "Usage: nlsq fit FILE --model FORMULA [options]" instead of what CLI11 makes of the definitions.
class FitHelp : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: nlsq fit FILE --model FORMULA [options]\n       nlsq fit JOB.yaml [options]\n";
  }
};

// An option that may be repeated and takes one value each time.
void add_list(CLI::App& app, const char* name, std::vector<std::string>& target,
              const std::string& help, const char* group, const char* type) {
  app.add_option(name, target, help)
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false)
      ->group(group)
      ->type_name(type);
}

// Of a text, or of one that may be absent.
template <class Text>
void add_text(CLI::App& app, const char* name, Text& target, const std::string& help,
              const char* group, const char* type) {
  app.add_option(name, target, help)->group(group)->type_name(type);
}

void add_rows(CLI::App& fit, FitArguments& a) {
  const char* group = "";
#define NLSQ_GROUP(name) group = name;
#define NLSQ_TEXT(member, initial, flags, type, help) \
  add_text(fit, flags, a.member, help, group, type);
#define NLSQ_LIST(member, flags, type, help) add_list(fit, flags, a.member, help, group, type);
#define NLSQ_FLAG(member, flags, help) fit.add_flag(flags, a.member, help)->group(group);
#include "fit_arguments.def"
}

constexpr const char* kExamples = R"(Examples (from the project's folder):
  nlsq fit examples/data/misra1a.csv --model 'y = a*(1 - exp(-b*x))' --p0 a=250,b=5e-4
  nlsq fit examples/data/eckerle4.csv --model 'a/w*exp(-(x - x0)^2/(2*w^2))' --p0 a=1.5,w=5,x0=450
      --bounds w=0: --plot eckerle4.svg
  nlsq fit examples/data/WISH17701_calibration_panel103_tube3.txt --sigma E --where 'X < 60'
      --model 'Y = h/(1 + exp(-(X - x0)/w))' --p0 h=6000,x0=10,w=1
  nlsq fit examples/data/thurber.csv --p0 b1=1000,b2=1000,b3=400,b4=40,b5=0.7,b6=0.3,b7=0.03 --json
      --model 'y = (b1 + b2*x + b3*x^2 + b4*x^3)/(1 + b5*x + b6*x^2 + b7*x^3)'
  nlsq fit examples/data/misra1a.csv --model 'y ~ a*x/(1 + b*x)' --p0 a=0.1,b=1e-4 --loss huber --f-scale 0.1
  tail -n +4 examples/data/misra1a.csv | nlsq fit - --columns load,force --expr 'load2=load/100'
      --model 'force = slope*load2 + offset' --sigma 'sqrt(force)' --level 0.9
  nlsq fit examples/data/plate.csv --by well --model four_pl --missing omit

FILE is text (CSV, TSV, blanks), NPY, NPZ, XLSX, JSON or 'DATABASE?select …'; - is standard input.
'nlsq info functions': the formula language.
Exit code: 0 converged, 1 not converged (--strict: or a warning), 2 wrong input, 3 stopped, 4 I/O failure.
)";

}  // namespace

std::string choices(std::string_view option, std::string_view initial) {
  std::string text(initial);
  text += " (default)";
  const std::span<const OptionValue> values = option_values(option);
  std::size_t left = values.size() - 1;
  for (const OptionValue& value : values) {
    if (value.name == initial) continue;
    text.append(--left == 0 ? " or " : ", ").append(value.name);
  }
  return text;
}

FitArguments with_groups_of_range(FitArguments a) {
  const std::size_t dots = a.y.find("..");
  if (dots == std::string::npos || dots == 0 || dots + 2 >= a.y.size()) return a;
  a.melt_from = a.y.substr(0, dots);
  a.melt_to = a.y.substr(dots + 2);
  a.melt = true;
  a.y = "y";
  if (a.by.empty()) a.by = "column";
  return a;
}

void add_fit_options(CLI::App& fit, FitArguments& a) {
  fit.add_option("FILE", a.file, "the data, or a job in YAML; - is standard input")->type_name("");
  add_text(fit, "-m,--model", a.model,
           "the formula, such as 'y = a*exp(-b*x) + c', or a name: see 'nlsq models'", "Model",
           "FORMULA");
  add_rows(fit, a);
  const auto help = std::make_shared<FitHelp>();
  help->column_width(28);
  fit.formatter(help);
  fit.footer(kExamples);
  fit.allow_extras();
}

}  // namespace nlsq::command
