// SPDX-License-Identifier: MIT
// The manual page: what --help says, in roff's macros for manuals (man(7)).
#include <fmt/format.h>

#include <string>
#include <vector>

#include "command_syntax.hpp"
#include "nlsq/version.hpp"

namespace nlsq::command {
namespace {

// \[u2026] for a character of several bytes, whose last one `at` then is.
std::string in_roff_number(const std::string& text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  unsigned point = lead >= 0xF0U ? lead & 0x07U : lead >= 0xE0U ? lead & 0x0FU : lead & 0x1FU;
  while (at + 1 < text.size() && (byte(at + 1) & 0xC0U) == 0x80U)
    point = point << 6U | (byte(++at) & 0x3FU);
  return fmt::format("\\[u{:04X}]", point);
}

// Signs that roff would take for commands.
std::string in_roff(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) >= 0x80) {
      out += in_roff_number(text, at);
    } else if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\'')
      out += "\\(aq";
    else if (c == '.' && out.empty())
      out += "\\&.";
    else
      out += c;
  }
  return out;
}

std::string option_entry(const OptionSyntax& option) {
  std::string names;
  if (option.letter != 0) names += fmt::format("\\fB\\-{}\\fR, ", option.letter);
  names += "\\fB" + in_roff(option.name) + "\\fR";
  if (!option.is_flag()) names += " \\fI" + in_roff(option.type) + "\\fR";
  return ".TP\n" + names + "\n" + in_roff(option.doc) + "\n";
}

std::string section_of(const CommandSyntax& command) {
  std::string out = fmt::format(".SH NLSQ {}\n{}.\n", command.name, in_roff(command.doc));
  std::string group;
  for (const OptionSyntax& option : command.options) {
    if (option.name.empty()) {
      out += ".TP\n\\fI" + in_roff(option.type) + "\\fR\n" + in_roff(option.doc) + "\n";
      continue;
    }
    if (option.group != group && option.group != "Options") out += ".SS " + option.group + "\n";
    group = option.group;
    out += option_entry(option);
  }
  return out;
}

constexpr const char* kBegin = R"(.SH NAME
nlsq \- nonlinear least squares and curve fitting
.SH SYNOPSIS
.B nlsq fit
.I FILE
.B \-\-model
.I FORMULA
[options]
.br
.B nlsq fit
.I JOB.yaml
[options]
.br
.B nlsq
.I COMMAND
[options]
.SH DESCRIPTION
.B nlsq fit
reads a table (CSV and other text, NPY, NPZ, workbooks, JSON, a query of a database), fits a formula or a built\-in model to it
and prints the parameters with their standard errors. Names in the formula that are columns of the table are data, all others are
parameters. The table is found by looking: preamble, units and footers are left out with a note.
)";

constexpr const char* kEnd = R"(.SH EXIT STATUS
.TP
0
converged
.TP
1
not converged; with \fB\-\-strict\fR also any warning
.TP
2
the input is wrong, one message says what and where
.TP
3
stopped by a signal; the best so far is printed
.TP
4
reading or writing failed
.SH ENVIRONMENT
.B NLSQ_NUM_THREADS, NLSQ_JACOBIAN_MODE, NLSQ_ISA, NLSQ_DEVICE
are settings that options go before.
.B NO_COLOR
switches colours off.
.SH FILES
.I ~/.nlsq/config.json
settings of all fits; it is never created.
.SH EXAMPLES
.nf
nlsq fit data.csv \-\-model \(aqy = a*exp(\-b*x) + c\(aq \-\-plot fit.svg
nlsq fit data.xlsx \-\-sheet 2 \-\-model gaussian
nlsq fit plate.csv \-\-by well \-\-model four_pl \-\-out results.csv
nlsq init job.yaml \-\-data data.csv; nlsq fit job.yaml
.fi
)";

}  // namespace

std::string manual_page(const std::vector<CommandSyntax>& commands) {
  std::string out = fmt::format(".TH NLSQ 1 \"\" \"nlsq {}\" \"User Commands\"\n", version());
  out += kBegin;
  out += ".SH COMMANDS\n";
  for (const CommandSyntax& command : commands)
    out += ".TP\n\\fBnlsq " + command.name + "\\fR\n" + in_roff(command.doc) + "\n";
  for (const CommandSyntax& command : commands) {
    if (command.options.size() > 1) out += section_of(command);
  }
  return out + kEnd;
}

}  // namespace nlsq::command
