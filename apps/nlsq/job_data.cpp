// SPDX-License-Identifier: MIT
// The sections `data` and `validation` of a job. What a reader finds by looking (format, encoding,
// footers) need not be said.
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string>

#include "file_place.hpp"
#include "job.hpp"
#include "job_keys.hpp"

namespace nlsq::command {
namespace {

bool exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0;
}

// As NLSQ does from the folder of the process; where nothing is there, from that of the job.
std::string data_path(JobDraft& job, const std::string& file) {
  if (file.starts_with("/") || file == "-" || exists(file)) return file;
  const std::string folder = folder_of(job.path());
  const std::string beside = folder + "/" + file;
  if (folder == "." || !exists(beside)) return file;
  job.note(file + " is the one in the job's folder: " + beside);
  return beside;
}

// csv, ascii, npz, hdf5 or nothing: which of the sections is about the file.
std::string format_of(const JobDraft& job) {
  std::string format = job.text("data.format").value_or("auto");
  if (format != "auto") return format;
  std::string end = job.text("data.input_file").value_or("");
  end.erase(0, std::min(end.rfind('.'), end.size()));
  for (char& c : end) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (end == ".csv") return "csv";
  if (end == ".npz") return "npz";
  if (end == ".h5" || end == ".hdf5") return "hdf5";
  return end == ".txt" || end == ".dat" || end == ".asc" ? "ascii" : "";
}

void set_text_options(JobDraft& job, const std::string& section) {
  const auto key = [&](const char* name) { return "data." + section + "." + name; };
  if (const auto delimiter = job.text(key("delimiter")))
    job.set("--delimiter", *delimiter == "\t" ? "tab" : *delimiter, key("delimiter"));
  if (const auto comment = job.text(key("comment_char")); comment && *comment != "#")
    job.set("--comment", *comment, key("comment_char"));
  const index_t skip = job.count(key("skip_header")).value_or(0);
  if (skip > 0) job.set("--skip", std::to_string(skip), key("skip_header"));
  if (!job.flag(key("header"), true)) job.set("--header", "0", key("header"));
  const std::string known[] = {"", "NA", "N/A", "NaN", "nan", "null", "-"};
  for (const std::string& word : job.texts(key("missing_values"))) {
    if (std::find(std::begin(known), std::end(known), word) == std::end(known))
      job.set("--na", word, key("missing_values"));
  }
}

// The last lines are known by their number alone, so the file's are counted.
void leave_out_footer(JobDraft& job, const std::string& file) {
  const std::string key = "data.ascii.skip_footer";
  const index_t footer = job.count(key).value_or(0);
  if (footer == 0) return;
  std::ifstream lines(file, std::ios::binary);
  if (!lines.good()) return;  // the reader has more to say about that
  index_t count = 0;
  for (std::string line; std::getline(lines, line);) ++count;
  if (count <= footer) job.refuse(key, "leaves no line of the file");
  job.set("--lines", ":" + std::to_string(count - footer), key);
}

void set_columns(JobDraft& job) {
  // With z the columns x and y are coordinates, which the formula names (set_job_model).
  const bool is_surface = job_column(job, 'z').has_value();
  const char response = is_surface ? 'z' : 'y';
  const auto key = [](char which) { return std::string("data.columns.") + which; };
  if (const auto y = job_column(job, response)) job.set("--y", *y, key(response));
  if (const auto sigma = job_column(job, 's')) job.set("--sigma", *sigma, "data.columns.sigma");
}

}  // namespace

std::optional<std::string> job_column(const JobDraft& job, char which) {
  const std::string name = which == 's' ? "sigma" : std::string(1, which);
  const std::string format = format_of(job);
  const JobNode* node = nullptr;
  if (format == "npz") node = job.at("data.npz." + name + "_key");
  if (format == "hdf5") node = job.at("data.hdf5." + name + "_path");
  if (node == nullptr) node = job.at("data.columns." + name);
  if (node == nullptr || node->text.empty()) return std::nullopt;
  const bool is_number = !node->is_quoted && node->text.size() < 10 &&
                         node->text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? "$" + std::to_string(std::stoll(node->text) + 1) : node->text;
}

void set_job_data(JobDraft& job) {
  job.check_word("data.format", {"auto", "csv", "ascii", "npz", "hdf5", "xlsx", "json"});
  const auto named = job.text("data.input_file");
  if (!named) job.refuse("data", "has no input_file: write the file of the data there");
  const std::string file = data_path(job, *named);
  job.set_file(file, "data.input_file");
  const std::string format = format_of(job);
  if (format == "csv" || format == "ascii") set_text_options(job, format);
  if (format == "ascii") leave_out_footer(job, file);
  set_columns(job);
  for (const std::string section : {"data.validation", "validation"}) {
    const std::string finite = section + ".require_finite", points = section + ".min_points";
    if (job.at(finite) != nullptr && !job.flag(finite, true)) job.set("--missing", "omit", finite);
    if (const auto least = job.count(points); least && *least > 0)
      job.set("--min-rows", std::to_string(*least), points);
  }
}

}  // namespace nlsq::command
