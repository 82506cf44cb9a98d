// SPDX-License-Identifier: MIT
#include "program.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "cache.hpp"
#include "command_syntax.hpp"
#include "fit_command.hpp"
#include "info.hpp"
#include "messages.hpp"
#include "models.hpp"
#include "nlsq/error.hpp"
#include "nlsq/version.hpp"
#include "option_values.hpp"
#include "run_config.hpp"
#include "run_fit.hpp"

namespace nlsq::command {
namespace {

void refuse_unknown_command(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining();
  if (extras.empty())
    throw InputError("arguments",
                     "give a command: nlsq fit FILE --model FORMULA, nlsq models or nlsq info");
  const std::string& name = extras.front();
  const bool is_option = name.starts_with("-") && name.size() > 1;
  std::vector<std::string> names{"--help", "--version"};
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  throw InputError("arguments",
                   fmt::format("there is no {} '{}'{}; see 'nlsq --help'",
                               is_option ? "option" : "command", name, did_you_mean(name, names)));
}

}  // namespace

Program::Program() : app_("nlsq: nonlinear least squares and curve fitting", "nlsq") {
  app_.set_version_flag("--version", fmt::format("nlsq {}", version()));
  app_.get_formatter()->column_width(28);
  app_.allow_extras();
  add_fit();
  add_jobs();
  add_about();
  app_.footer(
      "'nlsq fit --help' shows the options of a fit, with examples; 'nlsq init' writes a job.");
}

void Program::add_fit() {
  fit_ = app_.add_subcommand("fit", "fit a formula to a table of data, or run a job");
  add_fit_options(*fit_, arguments_);
  explain_ = app_.add_subcommand("explain", "what a fit would do with a formula, and why");
  add_explain_options(*explain_, explain_arguments_);
}

void Program::add_jobs() {
  init_ = app_.add_subcommand("init", "write a job, with a remark on each key");
  add_init_options(*init_, init_arguments_);
  batch_ = app_.add_subcommand("batch", "run several jobs, and write a table of their results");
  add_batch_options(*batch_, batch_arguments_);
  config_ = app_.add_subcommand("config", "what a job means as options; without one, what is set");
  config_->add_option("JOB", config_path_, "a job in YAML")->type_name("");
  config_->allow_extras();
}

void Program::add_about() {
  models_ = app_.add_subcommand("models", "the built-in models; 'models NAME': one of them");
  models_->add_option("NAME", model_, "a built-in model")->type_name("");
  models_->add_flag("--json", models_as_json_, "one JSON object instead of the table");
  models_->allow_extras();
  info_ = app_.add_subcommand("info", "about this build; 'info functions': the formula language");
  info_->add_option("TOPIC", topic_, "functions")->type_name("");
  info_->allow_extras();
  cache_ =
      app_.add_subcommand("cache", "what is kept of compiled models; 'cache info', 'cache clear'");
  // Subcommands of its own, since `info` is one of the program's.
  CLI::App* const about = cache_->add_subcommand("info", "settings of the cache (the default)");
  cache_clear_ = cache_->add_subcommand("clear", "forget what is kept");
  for (CLI::App* part : {cache_, about})
    part->add_flag("--json", cache_as_json_, "one JSON object");
  cache_->allow_extras();
  completion_ =
      app_.add_subcommand("completion", "print what makes bash, zsh or fish complete words");
  completion_->add_option("SHELL", shell_, "bash, zsh or fish; man: the manual page")
      ->type_name("");
  completion_->allow_extras();
}

const CLI::App& Program::shown() const {
  for (const CLI::App* part :
       {fit_, explain_, batch_, init_, config_, models_, info_, cache_, completion_}) {
    if (part->parsed()) return *part;
  }
  return app_;
}

int Program::run(int argc, char** argv) {
  refuse_empty_assignments(argc, argv);
  try {
    app_.parse(argc, argv);
    refuse_empty_values(app_);
  } catch (const CLI::CallForHelp&) {
    print_result(shown().help());
    return Exit::converged;
  } catch (const CLI::CallForVersion& call) {
    print_result(std::string(call.what()) + "\n");
    return Exit::converged;
  } catch (const CLI::ArgumentMismatch& error) {
    refuse_values(error.what());
  } catch (const CLI::ParseError& error) {
    throw InputError("arguments", error.what());
  }
  return run_parsed(argc, argv);
}

int Program::run_parsed(int argc, char** argv) {
  if (cache_->parsed()) return run_cache_command();
  const CLI::App& part = shown();
  if (&part == &app_) refuse_unknown_command(app_);
  refuse_extras(part);
  if (&part == explain_) return run_explain(explain_arguments_);
  if (&part == info_) return run_info(topic_);
  if (&part == models_) return run_models(model_, models_as_json_);
  if (&part == config_) return run_config(config_path_);
  if (&part == completion_) return print_completion();
  if (&part == init_) return run_init(init_arguments_);
  if (&part == batch_) return run_batch(batch_arguments_);
  return run_fit_command(argc, argv);
}

int Program::run_fit_command(int argc, char** argv) {
  if (arguments_.file.empty())
    throw InputError("FILE", "give the file of the data: nlsq fit FILE --model FORMULA");
  if (is_job_path(arguments_.file)) return run_job(arguments_.file, fit_);
  if (arguments_.model.empty()) {
    throw InputError("--model",
                     "give the formula: --model 'y = a*exp(-b*x) + c'; see 'nlsq fit --help'");
  }
  arguments_.words.assign(argv, argv + argc);
  arguments_.words.front() = "nlsq";
  return run_fit(arguments_);
}

int Program::print_completion() const {
  if (shell_.empty())
    throw InputError("SHELL", "give the shell: nlsq completion bash, zsh or fish; or man");
  print_result(completion_script(command_syntax(app_), shell_));
  return Exit::converged;
}

int Program::run_cache_command() {
  if (const auto extras = cache_->remaining(); !extras.empty()) refuse_cache_action(extras.front());
  return run_cache(cache_clear_->parsed(), cache_as_json_);
}

}  // namespace nlsq::command
