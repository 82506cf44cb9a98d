// SPDX-License-Identifier: MIT
// The events of yaml-cpp's parser become nodes; its own tree, which follows aliases, is not built.
#include "job_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>
#include <utility>

#include "nlsq/error.hpp"

#if NLSQ_HAS_YAML
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>
#endif

namespace nlsq::command {
namespace {

// The text of a file of moderate size.
std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.good()) refuse_job(path, 0, "there is no such job, or it cannot be read");
  std::string text(static_cast<std::size_t>(kMostJobBytes) + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (static_cast<index_t>(text.size()) > kMostJobBytes) {
    refuse_job(
        path, 0,
        fmt::format("a job has at most {} KiB; is this a table of data?", kMostJobBytes / 1024));
  }
  if (text.find('\0') != std::string::npos)
    refuse_job(path, 0, "this is no text, so it is no job in YAML");
  return text;
}

#if NLSQ_HAS_YAML

class Builder : public YAML::EventHandler {
 public:
  explicit Builder(const std::string& path) : path_(&path) {}

  JobNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(node(JobNode::Kind::nothing, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse_job(*path_, line_of(mark), "aliases (*name) are not read in jobs; write the value");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    JobNode added = node(JobNode::Kind::text, mark);
    added.text = value;
    added.is_quoted = tag == "!";
    const bool is_null =
        !added.is_quoted && (value == "~" || value == "null" || value == "Null" || value == "NULL");
    if (is_null && !expects_key()) added.kind = JobNode::Kind::nothing;
    add(std::move(added));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(JobNode::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(JobNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    JobNode node;
    std::string key;  // that waits for its value
    index_t key_line = 0;
    bool has_key = false;
  };

  static index_t line_of(const YAML::Mark& mark) { return mark.line + 1; }

  bool expects_key() const {
    return !levels_.empty() && levels_.back().node.kind == JobNode::Kind::map &&
           !levels_.back().has_key;
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != 0)
      refuse_job(*path_, line_of(mark), "anchors (&name) are not read in jobs; leave it out");
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag.empty() || tag == "?" || tag == "!") return;
    refuse_job(*path_, line_of(mark), "tags (!name) are not read in jobs; leave it out");
  }

  JobNode node(JobNode::Kind kind, const YAML::Mark& mark) {
    if (++count_ > kMostJobNodes)
      refuse_job(*path_, line_of(mark), fmt::format("a job has at most {} values", kMostJobNodes));
    JobNode made;
    made.kind = kind;
    made.line = line_of(mark);
    return made;
  }

  void open(JobNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (expects_key()) refuse_job(*path_, line_of(mark), "a key is a word, found a list or a map");
    if (levels_.size() >= kMostJobDepth) {
      refuse_job(*path_, line_of(mark),
                 fmt::format("a job is nested {} levels at most", kMostJobDepth));
    }
    levels_.push_back({node(kind, mark), "", 0, false});
  }

  void close() {
    JobNode done = std::move(levels_.back().node);
    levels_.pop_back();
    add(std::move(done));
  }

  void add(JobNode done) {
    if (levels_.empty()) {
      root_ = std::move(done);
      return;
    }
    Level& level = levels_.back();
    if (level.node.kind == JobNode::Kind::list) {
      level.node.items.push_back(std::move(done));
    } else if (!level.has_key) {
      take_key(level, done);
    } else {
      level.has_key = false;
      level.node.entries.push_back({std::move(level.key), level.key_line, std::move(done)});
    }
  }

  void take_key(Level& level, const JobNode& key) const {
    if (key.kind != JobNode::Kind::text) refuse_job(*path_, key.line, "a key is missing");
    for (const JobEntry& entry : level.node.entries) {
      if (entry.key != key.text) continue;
      refuse_job(
          *path_, key.line,
          fmt::format("the key '{}' is given twice, first in line {}", key.text, entry.line));
    }
    level.key = key.text;
    level.key_line = key.line;
    level.has_key = true;
  }

  const std::string* path_;
  std::vector<Level> levels_;
  JobNode root_;
  index_t count_ = 0;
};

JobNode parsed(const std::string& path, const std::string& text) {
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Builder builder(path);
    if (!parser.HandleNextDocument(builder)) return {};
    JobNode root = builder.take();
    Builder second(path);
    if (parser.HandleNextDocument(second))
      refuse_job(path, second.take().line, "a second document; one file is one job");
    return root;
  } catch (const YAML::Exception& error) {
    refuse_job(path, error.mark.is_null() ? 0 : error.mark.line + 1,
               fmt::format("this is no YAML: {}", error.msg));
  }
}

#else

JobNode parsed(const std::string& path, const std::string&) {
  refuse_job(path, 0,
             "jobs need the library yaml-cpp, which this nlsq was built without; install "
             "libyaml-cpp-dev and build again, or give the options to 'nlsq fit'");
}

#endif

}  // namespace

bool is_job_path(const std::string& path) {
  std::string end = path.substr(path.size() - std::min<std::size_t>(path.size(), 5));
  for (char& c : end) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return end.ends_with(".yaml") || end.ends_with(".yml");
}

bool reads_jobs() { return NLSQ_HAS_YAML != 0; }

JobNode read_job_file(const std::string& path) {
  JobNode root = parsed(path, text_of(path));
  if (root.kind == JobNode::Kind::nothing) refuse_job(path, 0, "the job is empty");
  if (root.kind != JobNode::Kind::map) {
    refuse_job(path, root.line,
               "a job is a map of sections, data:, model: and so on; 'nlsq init' writes one");
  }
  return root;
}

void refuse_job(const std::string& path, index_t line, const std::string& why) {
  throw DataError(path, line, why);
}

}  // namespace nlsq::command
