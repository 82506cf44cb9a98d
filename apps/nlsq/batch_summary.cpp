// SPDX-License-Identifier: MIT
#include "batch_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "messages.hpp"
#include "nlsq/runtime.hpp"
#include "result_table.hpp"

namespace nlsq::command {
namespace {

using Json = nlohmann::json;
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostShown = 6;  // parameters in a line

// The lines of JSON that a job printed: one of a fit, one for each group of --by.
std::vector<Json> results_of(const JobOutcome& outcome) {
  std::vector<Json> results;
  std::istringstream lines(outcome.output);
  for (std::string line; std::getline(lines, line);) {
    Json json = Json::parse(line, nullptr, false);
    if (json.is_object()) results.push_back(std::move(json));
  }
  return results;
}

double number_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>() : kNothing;
}

// The message of the first error, without what stands before each line.
std::string first_error(const JobOutcome& outcome) {
  const std::string mark = "nlsq: error: ";
  const std::size_t at = outcome.errors.find(mark);
  if (at == std::string::npos) return "";
  const std::size_t from = at + mark.size();
  return outcome.errors.substr(from, outcome.errors.find('\n', from) - from);
}

std::string message_of(const JobOutcome& outcome, const std::vector<Json>& results) {
  if (outcome.exit_code < 0) return "not run";
  if (results.size() == 1) return results.front().value("message", "");
  if (results.empty()) return first_error(outcome);
  const auto good = std::count_if(results.begin(), results.end(),
                                  [](const Json& json) { return json.value("success", false); });
  return fmt::format("{} groups, {} converged", results.size(), good);
}

class TextColumn {
 public:
  explicit TextColumn(std::string name) {
    column_.name = std::move(name);
    column_.kind = ResultColumn::Kind::text;
  }
  void add(const std::string& word) {
    column_.codes.push_back(static_cast<std::int32_t>(column_.words.size()));
    column_.words.push_back(word);
  }
  ResultColumn take() { return std::move(column_); }

 private:
  ResultColumn column_;
};

ResultColumn numbers(std::string name, std::vector<double> values) {
  ResultColumn column;
  column.name = std::move(name);
  column.numbers = std::move(values);
  return column;
}

std::vector<std::string> parameter_names(const std::vector<std::vector<Json>>& all) {
  std::vector<std::string> names;
  for (const std::vector<Json>& results : all) {
    if (results.size() != 1) continue;
    for (const Json& name : results.front().value("parameter_order", Json::array())) {
      const std::string text = name.get<std::string>();
      if (std::find(names.begin(), names.end(), text) == names.end()) names.push_back(text);
    }
  }
  return names;
}

std::string local_time(double seconds) {
  const auto whole = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string value_with_error(const std::string& name, const Json& parameter) {
  const double value = number_in(parameter, "value"), error = number_in(parameter, "stderr");
  return error > 0.0 ? fmt::format("{} = {:.6g} ± {:.2g}", printable(name), value, error)
                     : fmt::format("{} = {:.6g}", printable(name), value);
}

std::string shown_result(const JobOutcome& outcome) {
  const std::vector<Json> results = results_of(outcome);
  if (results.size() != 1) return message_of(outcome, results);
  const Json& json = results.front();
  std::string line;
  std::size_t shown = 0;
  for (const Json& name : json.value("parameter_order", Json::array())) {
    if (++shown > kMostShown) break;
    const std::string text = name.get<std::string>();
    line += (line.empty() ? "" : ", ") + value_with_error(text, json["parameters"][text]);
  }
  return line + (shown > kMostShown ? ", …" : "");
}

}  // namespace

std::string summary_csv(const std::vector<JobOutcome>& outcomes) {
  std::vector<std::vector<Json>> all;
  for (const JobOutcome& outcome : outcomes) all.push_back(results_of(outcome));
  TextColumn job("job"), message("message");
  std::vector<double> exit_code, seconds, n, rss, r2, status;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const bool is_one = all[i].size() == 1;
    const Json json = is_one ? all[i].front() : Json::object();
    job.add(outcomes[i].path);
    message.add(message_of(outcomes[i], all[i]));
    exit_code.push_back(outcomes[i].exit_code < 0 ? kNothing : outcomes[i].exit_code);
    seconds.push_back(std::round(outcomes[i].seconds * 1e4) / 1e4);
    n.push_back(number_in(json, "n"));
    rss.push_back(number_in(json, "rss"));
    r2.push_back(number_in(json, "r_squared"));
    status.push_back(number_in(json, "status"));
  }
  ResultTable table;
  table.rows = static_cast<index_t>(outcomes.size());
  table.columns.push_back(job.take());
  table.columns.push_back(numbers("exit_code", std::move(exit_code)));
  table.columns.push_back(numbers("seconds", std::move(seconds)));
  table.columns.push_back(numbers("n", std::move(n)));
  for (const std::string& name : parameter_names(all)) {
    std::vector<double> value(outcomes.size(), kNothing), error(outcomes.size(), kNothing);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].size() != 1 || !all[i].front()["parameters"].contains(name)) continue;
      value[i] = number_in(all[i].front()["parameters"][name], "value");
      error[i] = number_in(all[i].front()["parameters"][name], "stderr");
    }
    table.columns.push_back(numbers(name, std::move(value)));
    table.columns.push_back(numbers(name + "_stderr", std::move(error)));
  }
  table.columns.push_back(numbers("rss", std::move(rss)));
  table.columns.push_back(numbers("r2", std::move(r2)));
  table.columns.push_back(numbers("status", std::move(status)));
  table.columns.push_back(message.take());
  return to_csv(table, 1);
}

std::string summary_json(const std::vector<JobOutcome>& outcomes, const BatchTimes& times,
                         index_t workers) {
  nlohmann::ordered_json json;
  nlohmann::ordered_json failures = nlohmann::ordered_json::array(), successes = failures;
  for (const JobOutcome& outcome : outcomes) {
    nlohmann::ordered_json entry;
    entry["workflow_path"] = outcome.path;
    if (outcome.exit_code == Exit::converged) {
      successes.push_back(entry);
      continue;
    }
    const std::string message = message_of(outcome, results_of(outcome));
    entry["error"] = {{"type", outcome.exit_code == Exit::bad_input ? "InputError" : "FitError"},
                      {"message", message},
                      {"exit_code", outcome.exit_code}};
    failures.push_back(entry);
  }
  json["total"] = outcomes.size();
  json["succeeded"] = successes.size();
  json["failed"] = failures.size();
  json["duration_seconds"] = times.ended - times.began;
  json["start_time"] = local_time(times.began);
  json["end_time"] = local_time(times.ended);
  json["max_workers"] = workers;
  json["failures"] = std::move(failures);
  json["successes"] = std::move(successes);
  // Begins as results of this command do, by which they are known.
  return "{\"schema\": 1, " +
         json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).substr(1) +
         "\n";
}

void tell(const JobOutcome& outcome, bool quiet) {
  std::istringstream lines(outcome.errors);
  for (std::string line; std::getline(lines, line);) {
    const bool is_ours = line.starts_with("nlsq: ");
    const std::string text = printable(outcome.path) + ": " + (is_ours ? line.substr(6) : line);
    std::fprintf(stderr, "%s\n", text.c_str());
  }
  const bool is_good = outcome.exit_code == Exit::converged;
  if (outcome.output.empty() || (quiet && is_good)) return;
  const char* const state = is_good                              ? "converged"
                            : outcome.exit_code == Exit::stopped ? "stopped"
                                                                 : "not converged";
  print_result(fmt::format("{}  {}  {}\n", printable(outcome.path), state, shown_result(outcome)));
}

void tell_total(const std::vector<JobOutcome>& outcomes, index_t failed,
                const std::string& summary) {
  const auto total = static_cast<index_t>(outcomes.size());
  std::string text =
      fmt::format("{} job{}: {} converged", total, total == 1 ? "" : "s", total - failed);
  std::vector<std::string> names;
  for (const JobOutcome& outcome : outcomes) {
    if (outcome.exit_code != Exit::converged) names.push_back(outcome.path);
  }
  if (failed > 0) text += fmt::format(", {} failed: {}", failed, quoted_list(names, 8));
  if (!summary.empty() && summary != "-") text += "; summary in " + summary;
  if (failed > 0)
    print_warning(text);
  else
    print_note(text);
}

}  // namespace nlsq::command
