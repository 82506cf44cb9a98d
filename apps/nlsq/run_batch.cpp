// SPDX-License-Identifier: MIT
#include "run_batch.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <utility>

#include "assignments.hpp"
#include "batch_summary.hpp"
#include "fit_command.hpp"
#include "guarded.hpp"
#include "job_process.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"
#include "option_values.hpp"
#include "output_file.hpp"
#include "stop_signal.hpp"

namespace nlsq::command {
namespace {

constexpr index_t kMostWorkers = 256;

// A job that is ready to run, or why it is not.
struct Planned {
  std::string path;
  std::optional<Job> job;
  std::string fault;
};

std::vector<Planned> plan(const std::vector<std::string>& paths) {
  FitArguments ignored;
  CLI::App fit("", "fit");
  add_fit_options(fit, ignored);
  const std::vector<KnownOption> options = known_options(fit);
  std::vector<Planned> planned;
  for (const std::string& path : paths) {
    Planned& each = planned.emplace_back();
    each.path = path;
    try {
      if (!is_job_path(path))
        throw InputError("JOBS", fmt::format("'{}' is no job: it does not end in .yaml or .yml "
                                             "(a table is fitted with nlsq fit)",
                                             path));
      Job job = read_job(path, options);
      static_cast<void>(fit_arguments_of(words_of_job(job, nullptr)));
      each.job = std::move(job);
    } catch (const InputError& error) {
      each.fault = error.what();
    }
  }
  return planned;
}

// Two jobs that run side by side would write over each other's results.
void refuse_shared_outputs(const std::vector<Planned>& planned) {
  std::vector<std::pair<std::string, std::string>> files;  // of which job
  for (const Planned& each : planned) {
    for (const Setting& setting : each.job ? each.job->settings : std::vector<Setting>{}) {
      const bool is_output = setting.option == "--out" || setting.option == "--plot" ||
                             setting.option == "--table" || setting.option == "--report" ||
                             setting.option == "--checkpoint";
      if (!is_output || *setting.value == "-") continue;
      for (const auto& [file, other] : files) {
        if (file != *setting.value && !same_file(file, *setting.value)) continue;
        throw InputError("JOBS", fmt::format("{}:{}: '{}' writes to '{}', as {} does", each.path,
                                             setting.line, setting.key, *setting.value, other));
      }
      files.emplace_back(*setting.value, each.path);
    }
  }
}

std::optional<OutputFile> summary_file(const BatchArguments& a,
                                       const std::vector<Planned>& planned) {
  if (a.summary.empty()) return std::nullopt;
  std::vector<InputFile> inputs;
  for (const Planned& each : planned) {
    inputs.push_back({"the job", each.path});
    if (each.job) inputs.push_back({"the data of " + each.path, each.job->file});
  }
  const bool is_json = a.summary.ends_with(".json");
  return OutputFile("--summary", a.summary, is_json ? Format::json : Format::csv, std::move(inputs),
                    a.force);
}

index_t count_workers(const BatchArguments& a, std::size_t jobs) {
  index_t workers = std::min<index_t>(4, default_threads());
  if (!a.workers.empty()) workers = parse_count(a.workers, "--workers", 1, kMostWorkers);
  return std::clamp<index_t>(workers, 1, static_cast<index_t>(jobs));
}

class Batch {
 public:
  Batch(const BatchArguments& arguments, std::vector<Planned> planned)
      : arguments_(&arguments),
        planned_(std::move(planned)),
        workers_(count_workers(arguments, planned_.size())),
        outcomes_(planned_.size()) {}

  void run() {
    const StopSignal watch;
    std::vector<Running> running;
    for (std::size_t next = 0; next < planned_.size() || !running.empty();) {
      if (StopSignal::received() && !is_stopped_) stop(running);
      const bool is_free = running.size() < static_cast<std::size_t>(workers_);
      if (next < planned_.size() && is_free && !is_stopped_ && !has_given_up_) {
        begin(next++, running);
      } else if (running.empty()) {
        break;
      } else {
        collect(running);
      }
    }
  }

  bool was_stopped() const { return is_stopped_; }
  index_t workers() const { return workers_; }
  const std::vector<JobOutcome>& outcomes() const { return outcomes_; }

 private:
  using Running = std::pair<std::size_t, JobProcess>;

  void begin(std::size_t at, std::vector<Running>& running) {
    const Planned& each = planned_[at];
    outcomes_[at].path = each.path;
    if (!each.job) {
      outcomes_[at].exit_code = Exit::bad_input;
      outcomes_[at].errors = "nlsq: error: " + each.fault + "\n";
      finish(outcomes_[at]);
      return;
    }
    std::vector<std::string> words = words_of_job(*each.job, nullptr);
    for (const char* const flag : {"--json", "--quiet"}) {
      if (std::find(words.begin(), words.end(), flag) == words.end()) words.emplace_back(flag);
    }
    const auto threads = std::max<index_t>(1, default_threads() / workers_);
    running.emplace_back(
        at, JobProcess([&] { return guarded([&] { return run_job_words(*each.job, words); }); },
                       static_cast<int>(threads)));
  }

  void collect(std::vector<Running>& running) {
    for (auto each = running.begin(); each != running.end(); ++each) {
      if (!each->second.has_ended()) continue;
      JobOutcome& outcome = outcomes_[each->first];
      each->second.take(outcome);
      finish(outcome);
      running.erase(each);
      return;
    }
    wait_a_little();
  }

  void finish(const JobOutcome& outcome) {
    if (outcome.exit_code != Exit::converged && !arguments_->continue_on_error)
      has_given_up_ = true;
    tell(outcome, arguments_->quiet);
  }

  void stop(std::vector<Running>& running) {
    is_stopped_ = true;
    for (Running& each : running) each.second.interrupt();
  }

  const BatchArguments* arguments_;
  std::vector<Planned> planned_;
  index_t workers_;
  std::vector<JobOutcome> outcomes_;
  bool is_stopped_ = false, has_given_up_ = false;
};

}  // namespace

void add_batch_options(CLI::App& batch, BatchArguments& a) {
  batch.add_option("JOBS", a.jobs, "jobs in YAML: *.yaml")->type_name("");
  batch
      .add_option("-s,--summary", a.summary, "write a row for each job, or NLSQ's summary as JSON")
      ->type_name("FILE.csv|.json");
  batch.add_option("-w,--workers", a.workers, "jobs at a time (default: up to 4)")->type_name("N");
  batch.add_flag("--continue-on-error,!--no-continue-on-error", a.continue_on_error,
                 "run the other jobs when one fails (the default)");
  batch.add_flag("--force", a.force, "the summary may replace a file that nlsq did not write");
  batch.add_flag("--quiet", a.quiet, "no line for each job that converged");
  batch.allow_extras();
}

int run_batch(const BatchArguments& arguments) {
  if (arguments.jobs.empty())
    throw InputError("JOBS", "give the jobs: nlsq batch *.yaml; 'nlsq init' writes one");
  std::vector<Planned> planned = plan(arguments.jobs);
  if (!arguments.continue_on_error) {
    for (const Planned& each : planned) {
      if (!each.job) throw InputError("JOBS", each.fault);
    }
  }
  refuse_shared_outputs(planned);
  const std::optional<OutputFile> summary = summary_file(arguments, planned);
  const double began = now_seconds();
  Batch batch(arguments, std::move(planned));
  batch.run();
  const BatchTimes times{began, now_seconds()};
  if (summary) {
    summary->write(summary->format() == Format::json
                       ? summary_json(batch.outcomes(), times, batch.workers())
                       : summary_csv(batch.outcomes()));
  }
  const auto failed =
      std::count_if(batch.outcomes().begin(), batch.outcomes().end(),
                    [](const JobOutcome& each) { return each.exit_code != Exit::converged; });
  tell_total(batch.outcomes(), failed, arguments.summary);
  if (batch.was_stopped()) return Exit::stopped;
  return failed == 0 ? Exit::converged : Exit::not_converged;
}

}  // namespace nlsq::command
