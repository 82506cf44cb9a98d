// SPDX-License-Identifier: MIT
// What `nlsq batch` says of its jobs: a line each, a table, a total.
#pragma once

#include <string>
#include <vector>

#include "job_process.hpp"
#include "nlsq/types.hpp"

namespace nlsq::command {

struct BatchTimes {
  double began = 0.0, ended = 0.0;
};

/// Job, exit code and seconds, then the columns of a table of --by: n, each parameter with its
/// standard error (of all jobs, empty where a job has none of that name), rss, r2, status, message.
std::string summary_csv(const std::vector<JobOutcome>& outcomes);

/// The keys of NLSQ's summary: total, succeeded, failed, duration_seconds, start_time, end_time,
/// max_workers, failures, successes.
std::string summary_json(const std::vector<JobOutcome>& outcomes, const BatchTimes& times,
                         index_t workers);

/// One line on standard output, and its warnings and errors on standard error.
void tell(const JobOutcome& outcome, bool quiet);

/// "4 jobs: 3 converged, 1 failed: b.yaml", on standard error.
void tell_total(const std::vector<JobOutcome>& outcomes, index_t failed,
                const std::string& summary);

}  // namespace nlsq::command
