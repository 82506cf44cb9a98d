// SPDX-License-Identifier: MIT
// The words behind `nlsq fit`: options and a file, or a job whose keys become options.
#pragma once

#include <string>
#include <vector>

#include "fit_arguments.hpp"
#include "job.hpp"

namespace nlsq::command {

/// What `options` in a job may name: all options of `nlsq fit` but --help.
std::vector<KnownOption> known_options(const CLI::App& fit);

/// The command that a job makes: "nlsq", "fit", the file, then each of its options. What `given`
/// was given beside the job goes before the job's own; nullptr: nothing was.
std::vector<std::string> words_of_job(const Job& job, const CLI::App* given);

/// The arguments that these words are. Throws InputError.
FitArguments fit_arguments_of(const std::vector<std::string>& words);

/// Reads the job, makes the folders of its outputs, prints its notes (unless --quiet) and runs
/// what it and the options beside it say. Returns the exit code.
int run_job(const std::string& path, const CLI::App* given);

/// Makes the folders of a job's outputs and runs the words it has become. An error about one of its
/// options names the line of the job.
int run_job_words(const Job& job, const std::vector<std::string>& words);

/// CLI11's complaints about the words of `fit`, in ours.
[[noreturn]] void refuse_values(const std::string& what);
void refuse_extras(const CLI::App& app);

}  // namespace nlsq::command
