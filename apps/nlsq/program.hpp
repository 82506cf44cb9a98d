// SPDX-License-Identifier: MIT
// The subcommands of `nlsq`, what is given behind each, and which of them runs.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "fit_arguments.hpp"
#include "run_batch.hpp"
#include "run_explain.hpp"
#include "run_init.hpp"

namespace nlsq::command {

class Program {
 public:
  Program();

  /// Throws InputError for words that make no sense.
  int run(int argc, char** argv);

 private:
  void add_fit();
  void add_jobs();
  void add_about();
  const CLI::App& shown() const;
  int run_parsed(int argc, char** argv);
  int run_fit_command(int argc, char** argv);
  int run_cache_command();
  int print_completion() const;

  CLI::App app_;
  CLI::App *fit_ = nullptr, *explain_ = nullptr, *batch_ = nullptr, *init_ = nullptr,
           *config_ = nullptr, *models_ = nullptr, *info_ = nullptr, *cache_ = nullptr,
           *cache_clear_ = nullptr, *completion_ = nullptr;
  FitArguments arguments_;
  ExplainArguments explain_arguments_;
  BatchArguments batch_arguments_;
  InitArguments init_arguments_;
  std::string config_path_, model_, topic_, shell_;
  bool models_as_json_ = false, cache_as_json_ = false;
};

}  // namespace nlsq::command
