// SPDX-License-Identifier: MIT
// The sections `streaming`, `checkpointing`, `export` and `visualization` of a job.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "assignments.hpp"
#include "drawing.hpp"
#include "file_place.hpp"
#include "job.hpp"
#include "job_keys.hpp"

namespace nlsq::command {
namespace {

// The folder is made before the fit, as it is part of the job.
void set_file(JobDraft& job, const char* option, const std::string& file, std::string_view key) {
  job.set(option, file, key);
  const std::string folder = folder_of(file);
  if (file != "-" && folder != ".") job.need_folder(folder);
}

void set_memory(JobDraft& job) {
  if (const auto limit = job.text("streaming.memory_limit")) {
    job.set("--memory", *limit, "streaming.memory_limit");
    return;
  }
  for (const char* const key : {"streaming.memory_limit_gb", "memory_limit_gb"}) {
    const auto text = job.text(key);
    if (!text) continue;
    const double megabytes = as_number(*text).value_or(0.0) * 1024.0;
    if (!(megabytes >= 1.0 && megabytes < 1e9)) job.refuse(key, "is to be a positive number");
    job.set("--memory", fmt::format("{}M", static_cast<index_t>(megabytes)), key);
    return;
  }
}

// The name of the job without its ending.
std::string name_of(const JobDraft& job) {
  std::string name = job.path();
  name.erase(0, name.find_last_of('/') + 1);
  return name.substr(0, name.rfind('.'));
}

void set_checkpoint(JobDraft& job) {
  const auto file = job.text("checkpointing.file");
  if (!job.flag("checkpointing.enabled", file.has_value())) return;
  if (file) {
    set_file(job, "--checkpoint", *file, "checkpointing.file");
    return;
  }
  for (const char* const key : {"checkpointing.directory", "checkpointing.checkpoint_dir"}) {
    const auto folder = job.text(key);
    if (!folder) continue;
    set_file(job, "--checkpoint", *folder + "/" + name_of(job) + ".checkpoint", key);
    return;
  }
  job.refuse("checkpointing.enabled", "is true, but neither file nor directory is there");
}

void set_results(JobDraft& job) {
  const std::string key = "export.results_file";
  job.check_word("export.format", {"json", "csv", "npz"});
  const bool is_printed = job.flag("export.stdout", false);
  if (is_printed) job.set("--json", std::nullopt, "export.stdout");
  const auto file = job.text(key);
  if (file && !(is_printed && job.flag("export.skip_file_on_stdout", false))) {
    const auto format = job.text("export.format");
    if (format && !file->ends_with("." + *format))
      job.refuse(key, fmt::format("is '{}', but export.format is '{}'", *file, *format));
    set_file(job, "--out", *file, key);
  }
  if (const auto table = job.text("export.table_file"))
    set_file(job, "--table", *table, "export.table_file");
  if (const auto report = job.text("export.report_file"))
    set_file(job, "--report", *report, "export.report_file");
  if (job.flag("export.overwrite", false)) job.set("--force", std::nullopt, "export.overwrite");
}

void set_plot(JobDraft& job) {
  const std::string key = "visualization.";
  if (!job.flag(key + "enabled", false)) return;
  const std::string folder = job.text(key + "output_dir").value_or(".");
  const std::string prefix = job.text(key + "filename_prefix").value_or(name_of(job));
  const std::vector<std::string> formats = job.texts(key + "formats");
  std::string chosen = "svg";
  for (const std::string& format : formats) {
    if (format != "svg" && format != "png" && format != "pdf") continue;
    if (format != "svg" && !why_no_drawing().empty()) continue;
    chosen = format;
    break;
  }
  const std::string file = prefix + "_combined." + chosen;
  if (formats.size() > 1 || (formats.size() == 1 && formats.front() != chosen))
    job.note(fmt::format("{}: there is one plot: {}", job.path(), file));
  set_file(job, "--plot", folder + "/" + file, key + "enabled");
  if (const auto axes = job.text(key + "log")) job.set("--log", *axes, key + "log");
  const std::string level = key + "main_plot.confidence_band.level";
  if (const auto text = job.text(level)) job.set("--level", *text, level);
}

}  // namespace

void set_job_outputs(JobDraft& job) {
  set_memory(job);
  if (const auto scratch = job.text("streaming.scratch_dir"))
    job.set("--scratch", *scratch, "streaming.scratch_dir");
  set_checkpoint(job);
  set_results(job);
  set_plot(job);
}

}  // namespace nlsq::command
