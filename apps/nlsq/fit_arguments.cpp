// SPDX-License-Identifier: MIT
// The options of `nlsq fit` for CLI11. Values stay text here, so that every message about them is
// our own.
#include "fit_arguments.hpp"

#include <memory>

#include <CLI/CLI.hpp>

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
void add_list(CLI::App& app, const char* name, std::vector<std::string>& target, const char* help,
              const char* group, const char* type) {
  app.add_option(name, target, help)
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false)
      ->group(group)
      ->type_name(type);
}

void add_text(CLI::App& app, const char* name, std::string& target, const char* help,
              const char* group, const char* type) {
  app.add_option(name, target, help)->group(group)->type_name(type);
}

void add_data_options(CLI::App& fit, FitArguments& a) {
  const char* group = "Data";
  add_text(fit, "-x,--x", a.x, "the column that is x in the formula or the built-in model", group,
           "NAME");
  add_text(fit, "-y,--y", a.y,
           "the column that is fitted (left of '=', y, the one left over); A1..H12: each of them",
           group, "NAME");
  add_text(fit, "--sigma", a.sigma, "standard deviations: a column, a number or e.g. 'sqrt(y)'",
           group, "NAME");
  fit.add_flag("--absolute-sigma", a.absolute_sigma,
               "take sigma as given, do not scale errors by the fit")
      ->group(group);
  add_list(fit, "--where", a.where, "use only rows where this holds: 'x > 2 and x < 9'", group,
           "COND");
  add_list(fit, "--expr", a.expr, "a new column: 'ylog=log(y)'; may be repeated", group,
           "NAME=EXPR");
  add_text(fit, "--missing", a.missing,
           "raise: an incomplete row is an error; omit: leave it out (default: omit ERROR etc.)",
           group, "WHAT");
  add_text(fit, "--min-rows", a.min_rows, "an error if fewer rows than this are left to fit", group,
           "N");
  add_text(fit, "--columns", a.columns, "names for the columns of the file: x,y", group, "NAMES");
  add_text(fit, "--raw", a.raw, "the file holds records of raw numbers: x:<f8,y:<f4", group,
           "LIST");
  add_text(fit, "--delimiter", a.delimiter,
           "between fields: one character, tab or space (default: found)", group, "CHAR");
  add_text(fit, "--decimal", a.decimal, "the decimal mark: . or , (default: found)", group, "CHAR");
  add_text(fit, "--thousands", a.thousands,
           "the sign between thousands, as , in 1,500 (default: found where it is plain)", group,
           "CHAR");
  add_text(fit, "--header", a.header, "the line with the names; 0: none (default: found)", group,
           "LINE");
  add_text(fit, "--rows", a.rows, "the lines A to B are the rows: 19:120, 19: or :120", group,
           "A:B");
  add_text(fit, "--skip", a.skip, "lines to skip at the top of the file", group, "N");
  add_text(fit, "--skip-after-header", a.skip_after_header,
           "lines to skip below the names: a row of units is 1", group, "N");
  add_text(fit, "--lines", a.lines,
           "read the lines A to B of the file only: 7:120, :120 or 7:", group, "A:B");
  add_text(fit, "--comment", a.comment, "lines that start with this are comments, as with #", group,
           "TEXT");
  add_text(fit, "--block", a.block,
           "of blocks of rows, set apart by blank lines or text: 1, 2, … or all, joined", group,
           "K|all");
  add_text(fit, "--sheet", a.sheet,
           "of a workbook (.xlsx) this sheet (default: the first with cells)", group, "NAME|N");
  add_text(fit, "--time-unit", a.time_unit,
           "what dates and times are read as: s, min, h or d (default: s, d for over 30 days)",
           group, "UNIT");
  fit.add_flag("--melt", a.melt,
               "make a row of each value of a wide table or plate: first column, column, y")
      ->group(group);
  add_list(fit, "--na", a.na, "words or numbers that stand for a missing value: OFF,-9999", group,
           "WORDS");
}

void add_parameter_options(CLI::App& fit, FitArguments& a) {
  const char* group = "Parameters";
  add_list(fit, "--p0", a.p0,
           "start values, a=1,b=2 (others: 1, or searched for; built-in models: from the data)",
           group, "LIST");
  add_text(fit, "--p0-from", a.p0_from,
           "start values from an earlier --out or --json (with --by: a row a group)", group,
           "FILE");
  add_text(fit, "--starts", a.starts,
           "parameters without one: search (default) where 1 does not end well, or ones", group,
           "HOW");
  add_list(fit, "--bounds", a.bounds, "a=0:10,b=:5,c=1:", group, "LIST");
  add_list(fit, "--fix", a.fix, "keep at its start, or at a value: c or c=0", group, "LIST");
  add_list(fit, "--share", a.share,
           "with --by: one fit of all groups that have these parameters in common", group, "NAMES");
  add_list(fit, "--tie", a.tie, "a parameter that follows from others: 'b=2*a'; may be repeated",
           group, "NAME=EXPR");
  add_list(fit, "--prior", a.prior, "what is known beforehand: 'k=1.2+-0.1'; may be repeated",
           group, "NAME=VALUE+-SIGMA");
  add_list(fit, "--derive", a.derive,
           "report this too, with its error: 'fwhm=2.3548*s'; may be repeated", group, "NAME=EXPR");
}

void add_method_options(CLI::App& fit, FitArguments& a) {
  const char* group = "Method";
  add_text(fit, "--method", a.method, "trf (default), lm, dogbox or auto", group, "NAME");
  add_text(fit, "--loss", a.loss, "linear (default), soft_l1, huber, cauchy or arctan", group,
           "NAME");
  add_text(fit, "--f-scale", a.f_scale,
           "residuals beyond this are outliers to the loss (default 1)", group, "NUM");
  add_text(fit, "--x-scale", a.x_scale, "scales of the parameters: jac (default), 1 or a=1,b=100",
           group, "LIST");
  add_text(fit, "--ftol", a.ftol, "stop when the cost falls by less than this part (1e-8)", group,
           "NUM");
  add_text(fit, "--xtol", a.xtol, "stop when the step is less than this part of p (1e-8)", group,
           "NUM");
  add_text(fit, "--gtol", a.gtol, "stop when no column of J is nearer to the residual (1e-8)",
           group, "NUM");
  add_text(fit, "--max-nfev", a.max_nfev, "limit of passes over the data", group, "N");
  fit.add_flag("--no-polish", a.no_polish, "no Gauss-Newton steps after convergence")->group(group);
  fit.add_flag("--no-progressive", a.no_progressive, "do not begin on a sample of many rows")
      ->group(group);
  fit.add_option("--jacobian-mode", a.jacobian_mode,
                 "auto, fwd or rev (default: NLSQ_JACOBIAN_MODE, settings file, auto)")
      ->group(group)
      ->type_name("MODE");
  add_text(fit, "--linear-solver", a.linear_solver,
           "auto (default), dense, or sparse for models whose rows touch few of many parameters",
           group, "NAME");
  add_text(fit, "--precision", a.precision, "auto (default), double, measure or mixed", group,
           "NAME");
  add_text(fit, "--threads", a.threads, "threads (default: all of this machine's processors)",
           group, "N");
  add_text(fit, "--memory", a.memory,
           "most memory for columns and fit, 256M or 2G; a larger file is read in pieces", group,
           "SIZE");
  add_text(fit, "--checkpoint", a.checkpoint,
           "keep what each pass finds; the same command goes on from there", group, "FILE");
  add_text(fit, "--scratch", a.scratch,
           "folder for what a text read in pieces is parsed to (TMPDIR, /var/tmp)", group, "DIR");
  add_text(fit, "--device", a.device, "cpu (default), auto, opencl:0, cuda:0: see 'nlsq info'",
           group, "NAME");
}

void add_output_options(CLI::App& fit, FitArguments& a) {
  const char* group = "Output";
  fit.add_flag("--json", a.json, "one JSON object instead of the table; with --by one a line")
      ->group(group);
  add_text(fit, "--plot", a.plot, "write a plot of the fit and its residuals; - is standard output",
           group, "FILE.svg");
  add_text(fit, "--report", a.report,
           "write a page with plot, tables, warnings and the command, for any browser", group,
           "FILE.html");
  add_text(fit, "-o,--out", a.out,
           "write the result: JSON, or a table of one row (with --by: a row a group)", group,
           "FILE.json|.csv|.npz");
  add_text(fit, "--table", a.table,
           "write each row with its fit, residual, standard error and confidence interval", group,
           "FILE.csv|.npz");
  add_text(fit, "--predict", a.predict,
           "values elsewhere, to --table or standard output: 0:10:0.1, or a table", group,
           "PLACES");
  add_text(fit, "--log", a.log,
           "axes of the plot that are logarithmic: x, y, xy or none (default: by the data)", group,
           "AXES");
  fit.add_flag("--force", a.force,
               "outputs may replace files that nlsq did not write (never one that is read)")
      ->group(group);
  add_text(fit, "--level", a.level, "confidence of the intervals (default 0.95)", group, "P");
  fit.add_flag("-v,--verbose", a.verbose,
               "show each step (all of them on all rows), the engine and timings on stderr")
      ->group(group);
  fit.add_flag("--strict", a.strict, "exit code 1 if there is any warning (docs/issues.md)")
      ->group(group);
  fit.add_flag("-q,--quiet", a.quiet, "no notes on stderr (warnings and errors remain)")
      ->group(group);
}

void add_group_options(CLI::App& fit, FitArguments& a) {
  const char* group = "Many fits";
  add_text(fit, "--by", a.by,
           "one fit for each value of a column, or of several: well or plate,well", group,
           "COLUMNS");
  add_text(fit, "--bounds-from", a.bounds_from,
           "bounds of each group: a table with columns a_min, a_max, …", group, "FILE");
  add_text(fit, "--max-failed", a.max_failed,
           "groups that may fail before the exit code is 1: 3 or 1% (default 0)", group, "N");
  add_text(fit, "--time-limit", a.time_limit, "begin no fit after so many seconds", group,
           "SECONDS");
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
  add_data_options(fit, a);
  add_parameter_options(fit, a);
  add_method_options(fit, a);
  add_output_options(fit, a);
  add_group_options(fit, a);
  const auto help = std::make_shared<FitHelp>();
  help->column_width(28);
  fit.formatter(help);
  fit.footer(kExamples);
  fit.allow_extras();
}

}  // namespace nlsq::command
