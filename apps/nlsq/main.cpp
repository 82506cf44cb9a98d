// SPDX-License-Identifier: MIT
// The command `nlsq`: subcommands, and the one place where exceptions become messages and exit
// codes.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>

#include "cache.hpp"
#include "fit_arguments.hpp"
#include "info.hpp"
#include "messages.hpp"
#include "models.hpp"
#include "nlsq/error.hpp"
#include "nlsq/version.hpp"
#include "option_values.hpp"
#include "run_fit.hpp"

namespace nlsq::command {
namespace {

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

void refuse_extras(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining();
  if (extras.empty()) return;
  const std::string& extra = extras.front();
  if (extra.size() < 2 || extra[0] != '-') {
    throw InputError(
        "arguments",
        fmt::format("'{}' is one argument too many (a formula with blanks needs quotes)", extra));
  }
  const std::string name = extra.substr(0, extra.find('='));
  throw InputError("arguments", fmt::format("there is no option {}{}; see 'nlsq {} --help'", name,
                                            did_you_mean(name, option_names(app)), app.get_name()));
}

void refuse_unknown_command(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining();
  if (extras.empty())
    throw InputError("arguments",
                     "give a command: nlsq fit FILE --model FORMULA, nlsq models or nlsq info");
  const std::string& name = extras.front();
  const bool is_option = name.starts_with("-") && name.size() > 1;
  throw InputError(
      "arguments",
      fmt::format("there is no {} '{}'{}; see 'nlsq --help'", is_option ? "option" : "command",
                  name, did_you_mean(name, {"fit", "models", "info", "--help", "--version"})));
}

// CLI11's sentences about the number of values, in our words.
std::string about_values(const CLI::ArgumentMismatch& error) {
  const std::string text = error.what();
  const std::string option = text.substr(0, text.find(':'));
  const bool is_repeated = text.find("received") != std::string::npos;
  return option + (is_repeated ? " is given more than once" : " needs a value behind it");
}

// The library's "p0: …" is about --p0 here.
std::string with_option_name(const InputError& error) {
  const std::string text = error.what();
  const std::vector<std::string> shared{
      "p0",        "bounds",        "fix",     "sigma",      "method",       "loss",
      "f_scale",   "level",         "ftol",    "x_scale",    "max_nfev",     "xtol",
      "precision", "jacobian_mode", "gtol",    "threads",    "starts",       "device",
      "ties",      "priors",        "derived", "checkpoint", "linear_solver"};
  const std::string& argument = error.argument();
  const bool is_shared = std::find(shared.begin(), shared.end(), argument) != shared.end();
  const std::string_view behind =
      std::string_view(text).substr(text.starts_with(argument) ? argument.size() : text.size());
  if (!is_shared || (!behind.starts_with(':') && !behind.starts_with(' '))) return text;
  const bool is_list = argument == "ties" || argument == "priors";
  std::string option = argument == "derived" ? "--derive" : "--" + argument;
  if (is_list) option.pop_back();  // each --tie is one
  std::replace(option.begin(), option.end(), '_', '-');
  return option + text.substr(argument.size());
}

int run(int argc, char** argv) {
  CLI::App app("nlsq: nonlinear least squares and curve fitting", "nlsq");
  app.set_version_flag("--version", fmt::format("nlsq {}", version()));
  app.get_formatter()->column_width(28);
  app.allow_extras();
  CLI::App* fit = app.add_subcommand("fit", "fit a formula to a table of data");
  FitArguments arguments;
  add_fit_options(*fit, arguments);
  CLI::App* models =
      app.add_subcommand("models", "the built-in models; 'models NAME': one of them");
  std::string name;
  bool models_as_json = false;
  models->add_option("NAME", name, "a built-in model")->type_name("");
  models->add_flag("--json", models_as_json, "one JSON object instead of the table");
  models->allow_extras();
  CLI::App* info =
      app.add_subcommand("info", "about this build; 'info functions': the formula language");
  std::string topic;
  info->add_option("TOPIC", topic, "functions")->type_name("");
  info->allow_extras();
  CLI::App* cache =
      app.add_subcommand("cache", "what is kept of compiled models; 'cache info', 'cache clear'");
  // Subcommands of its own, since `info` is one of the program's.
  CLI::App* cache_info = cache->add_subcommand("info", "settings of the cache (the default)");
  CLI::App* cache_clear = cache->add_subcommand("clear", "forget what is kept");
  bool cache_as_json = false;
  for (CLI::App* part : {cache, cache_info}) {
    part->add_flag("--json", cache_as_json, "one JSON object");
  }
  cache->allow_extras();
  app.footer("'nlsq fit --help' shows the options of a fit, with examples.");
  refuse_empty_assignments(argc, argv);
  try {
    app.parse(argc, argv);
    refuse_empty_values(app);
  } catch (const CLI::CallForHelp&) {
    const CLI::App& shown = fit->parsed()      ? *fit
                            : models->parsed() ? *models
                            : info->parsed()   ? *info
                            : cache->parsed()  ? *cache
                                               : app;
    print_result(shown.help());
    return Exit::converged;
  } catch (const CLI::CallForVersion& call) {
    print_result(std::string(call.what()) + "\n");
    return Exit::converged;
  } catch (const CLI::ArgumentMismatch& error) {
    throw InputError("arguments", about_values(error));
  } catch (const CLI::ParseError& error) {
    throw InputError("arguments", error.what());
  }
  if (info->parsed()) {
    refuse_extras(*info);
    return run_info(topic);
  }
  if (cache->parsed()) {
    if (const auto extras = cache->remaining(); !extras.empty())
      refuse_cache_action(extras.front());
    return run_cache(cache_clear->parsed(), cache_as_json);
  }
  if (models->parsed()) {
    refuse_extras(*models);
    return run_models(name, models_as_json);
  }
  if (!fit->parsed()) refuse_unknown_command(app);
  refuse_extras(*fit);
  if (arguments.file.empty())
    throw InputError("FILE", "give the file of the data: nlsq fit FILE --model FORMULA");
  if (arguments.model.empty()) {
    throw InputError("--model",
                     "give the formula: --model 'y = a*exp(-b*x) + c'; see 'nlsq fit --help'");
  }
  arguments.words.assign(argv, argv + argc);
  arguments.words.front() = "nlsq";
  return run_fit(arguments);
}

// A file opened while one of these is closed would become it, and what is printed would end there.
// In the wrong direction, so that using it stays an error.
void fill_closed_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    if (open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) != descriptor) return;
  }
}

}  // namespace
}  // namespace nlsq::command

int main(int argc, char** argv) {
  using namespace nlsq::command;
  // A closed pipe and a file too large are then errors of writing, told apart from a crash.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  fill_closed_streams();
  try {
    return run(argc, argv);
  } catch (const nlsq::InputError& error) {
    print_error(with_option_name(error));
    return Exit::bad_input;
  } catch (const nlsq::IoError& error) {
    print_error(error.what());
  } catch (const std::bad_alloc&) {
    print_error("out of memory");
  } catch (const std::exception& error) {
    print_error(fmt::format("internal failure: {}", error.what()));
  }
  return Exit::failed;
}
