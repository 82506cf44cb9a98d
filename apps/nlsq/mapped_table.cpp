// SPDX-License-Identifier: MIT
// A page beyond the new end of a file raises SIGBUS in the thread that reads it. There is nothing
// to return to, so the handler writes a message that was put together before, and ends the process;
// nothing has been written by then.
#include "mapped_table.hpp"

#include <unistd.h>

#include <csignal>
#include <optional>

#include "database.hpp"
#include "json_records.hpp"
#include "messages.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

const std::string* message = nullptr;

void report_short_file(int) {
  // Nobody is left to tell when stderr fails.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, message->data(), message->size());
  _exit(Exit::failed);
}

class ShortFileWatch {
 public:
  explicit ShortFileWatch(const std::string& path)
      : text_("nlsq: error: " + printable(path) +
              ": the file was cut short while it was read; wait until the program that writes it "
              "is done\n") {
    message = &text_;
    struct sigaction action = {};
    action.sa_handler = report_short_file;
    sigaction(SIGBUS, &action, &before_);
  }
  ~ShortFileWatch() { sigaction(SIGBUS, &before_, nullptr); }
  ShortFileWatch(const ShortFileWatch&) = delete;
  ShortFileWatch& operator=(const ShortFileWatch&) = delete;

 private:
  std::string text_;
  struct sigaction before_ = {};
};

}  // namespace

Table read_mapped_table(const std::string& path, ReadOptions options) {
  if (const std::optional<Query> query = as_query(path)) return read_query(*query, options);
  if (is_json_path(path)) return read_json_records(path, options);
  // Nothing would tell a person that it is their turn.
  if (path == "-" && isatty(STDIN_FILENO) == 1)
    print_note("reading the table from the terminal; end it with Ctrl-D on a line of its own");
  const ShortFileWatch watch(path);
  options.mapped = true;
  return read_table(path, options);
}

}  // namespace nlsq::command
