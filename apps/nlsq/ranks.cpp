// SPDX-License-Identifier: MIT
#include "ranks.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "load.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/remote_rows.hpp"
#include "nlsq/runtime.hpp"
#include "streamed.hpp"

namespace nlsq::command {
namespace {

constexpr const char* kLibrary = "nlsq_mpi.so";
// The first letter of a message.
constexpr char kPass = 'p', kEnd = 'e';        // of the first process
constexpr char kAnswer = 'a', kFault = 'x';    // of the others
constexpr char kLoaded = 'l', kNothing = 'n';  // of their reports

int number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? 0 : std::atoi(text);
}

// Processes that were started together, as the launchers of Open MPI, MPICH and Slurm tell.
int started() {
  const bool by_slurm = std::getenv("PMIX_RANK") != nullptr;
  return std::max({number_in("OMPI_COMM_WORLD_SIZE"), number_in("PMI_SIZE"),
                   by_slurm ? number_in("SLURM_STEP_NUM_TASKS") : 0});
}

struct Library {
  void* handle = nullptr;
  std::string why;
};

Library open_library() {
  std::error_code error;
  const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe", error);
  Library library;
  for (const std::filesystem::path& folder :
       {own.parent_path(), own.parent_path().parent_path() / "lib" / "nlsq"}) {
    const std::filesystem::path path = folder / kLibrary;
    if (!std::filesystem::exists(path, error)) continue;
    library.handle = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (library.handle != nullptr) return library;
    library.why = dlerror();
  }
  if (library.why.empty()) library.why = "build with libopenmpi-dev";
  return library;
}

// What a process has loaded, for comparison.
std::string described(const RowSource& rows) {
  std::string text = fmt::format("{} rows of", rows.rows());
  for (const SourceColumn& column : rows.columns())
    text += fmt::format(" {} ({})", column.name, column.float32 ? "float32" : "float64");
  return text;
}

RowRun run_of(const RowSource& rows, int rank, int size) {
  const index_t leaves = (rows.rows() + RowSource::kLeafRows - 1) / RowSource::kLeafRows;
  const index_t first = leaves * rank / size * RowSource::kLeafRows;
  const index_t end = std::min(leaves * (rank + 1) / size * RowSource::kLeafRows, rows.rows());
  return {first, first, end - first};
}

// The rows of a file, of which each process folds a part. Single rows the first one reads itself.
class RankRows final : public RemoteRows {
 public:
  RankRows(Ranks& ranks, SharedRows rows) : ranks_(&ranks), rows_(std::move(rows)) {
    std::vector<SourceColumn> columns;
    for (const SourceColumn& column : rows_->columns())
      columns.push_back({.name = column.name, .float32 = column.float32, .kind = column.kind});
    set(rows_->rows(), std::move(columns));
  }
  std::vector<std::string> ask(const std::string& request) const override {
    return ranks_->ask(*rows_, request);
  }
  void gather(std::span<const index_t> firsts, index_t width, std::span<const index_t> columns,
              std::span<void* const> to) const override {
    rows_->gather(firsts, width, columns, to);
  }
  std::unique_ptr<RowCursor> open(std::span<const index_t> columns, Walk walk) const override {
    return rows_->open(columns, walk);
  }
  index_t cursor_bytes(index_t columns) const override { return rows_->cursor_bytes(columns); }
  void check() const override { rows_->check(); }
  std::string place(index_t row) const override { return rows_->place(row); }

 private:
  Ranks* ranks_;
  SharedRows rows_;
};

}  // namespace

Ranks* Ranks::current() {
  if (started() < 2) return nullptr;
  static const std::unique_ptr<Ranks> ranks = [] {
    const Library library = open_library();
    RanksPlugin plugin{};
    auto* const fill =
        library.handle == nullptr
            ? nullptr
            : reinterpret_cast<bool (*)(RanksPlugin*)>(dlsym(library.handle, kRanksPlugin));
    if (fill == nullptr || !fill(&plugin)) {
      throw InputError("mpirun",
                       fmt::format("mpirun started {} processes, and this nlsq has no MPI "
                                   "({}): start it alone",
                                   started(), library.why));
    }
    return std::unique_ptr<Ranks>(new Ranks(plugin));
  }();
  return ranks->size_ > 1 ? ranks.get() : nullptr;
}

std::string Ranks::why_none() { return open_library().why; }

Ranks::Ranks(const RanksPlugin& plugin) : plugin_(plugin) {
  if (!plugin_.begin(&rank_, &size_)) throw IoError("MPI cannot begin");
  if (rank_ == 0) return;
  // One process speaks, and it says when to end.
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, stream);
  ::close(nowhere);
}

Ranks::~Ranks() {
  if (!is_first()) {
    report(std::string(1, kNothing));
    serve();
  } else {
    hear_reports();
    if (!ended_) broadcast(std::string(1, kEnd));
  }
  plugin_.end();
}

SharedRows Ranks::share(SharedRows rows, int threads) {
  const int neighbours = std::max(1, number_in("OMPI_COMM_WORLD_LOCAL_SIZE"));
  threads_ = threads > 0 ? threads : std::max(1, default_threads() / neighbours);
  if (is_first()) {
    hear_reports();
    check_reports(described(*rows));
    return std::make_shared<RankRows>(*this, std::move(rows));
  }
  report(kLoaded + described(*rows));
  serve(*rows);
  return rows;
}

int Ranks::follow(const FitArguments& arguments) {
  try {
    if (arguments.by.empty() && !why_streamed(arguments).empty()) load(arguments);
  } catch (const std::exception& error) {
    report(kFault + std::string(error.what()));
  }
  return Exit::converged;
}

void Ranks::report(const std::string& message) {
  if (std::exchange(reported_, true)) return;
  send(message);
}

void Ranks::hear_reports() {
  if (std::exchange(reported_, true)) return;
  for (int rank = 1; rank < size_; ++rank) reports_.push_back(receive(rank));
}

void Ranks::check_reports(const std::string& own) {
  for (std::size_t i = 0; i < reports_.size(); ++i) {
    const std::string& report = reports_[i];
    if (report[0] == kFault)
      throw IoError(fmt::format("process {} of {}: {}", i + 2, size_, report.substr(1)));
    if (report[0] == kLoaded && report.substr(1) == own) continue;
    throw InputError("data", fmt::format("process {} of {} sees {} where the first one sees {}: "
                                         "give all of them the same files",
                                         i + 2, size_,
                                         report[0] == kLoaded ? report.substr(1)
                                                              : "no file of a megabyte or more",
                                         own));
  }
}

// Until the first process ends; requests are not for one that has no rows.
void Ranks::serve() {
  while (!ended_) {
    const std::string message = broadcast({});
    ended_ = message.empty() || message[0] == kEnd;
    if (!ended_) send(kFault + std::string("it has no rows"));
  }
}

void Ranks::serve(const RowSource& rows) {
  while (!ended_) {
    const std::string message = broadcast({});
    ended_ = message.empty() || message[0] == kEnd;
    if (ended_) return;
    try {
      send(kAnswer + answer(rows, message.substr(1)));
    } catch (const std::exception& error) {
      send(kFault + std::string(error.what()));
    }
  }
}

std::string Ranks::answer(const RowSource& rows, const std::string& request) const {
  const RowRun run = run_of(rows, rank_, size_);
  return answer_pass(rows, {&run, 1}, request, threads_);
}

std::vector<std::string> Ranks::ask(const RowSource& rows, const std::string& request) {
  broadcast(kPass + request);
  std::vector<std::string> answers;
  std::string fault;
  try {
    answers.push_back(answer(rows, request));
  } catch (const std::exception& error) {
    fault = fmt::format("process 1 of {}: {}", size_, error.what());
  }
  std::int64_t received = 0;
  for (int rank = 1; rank < size_; ++rank) {
    const std::string message = receive(rank);
    received += static_cast<std::int64_t>(message.size());
    if (message[0] == kAnswer) {
      answers.push_back(message.substr(1));
    } else if (fault.empty()) {
      fault = fmt::format("process {} of {}: {}", rank + 1, size_, message.substr(1));
    }
  }
  if (!fault.empty()) throw IoError(fault);
  ++passes_;
  most_sent_ = std::max(most_sent_, static_cast<std::int64_t>(request.size()) * (size_ - 1));
  most_received_ = std::max(most_received_, received);
  return answers;
}

std::string Ranks::traffic() const {
  return fmt::format("{} processes, {} requests: at most {} bytes sent and {} received in one",
                     size_, passes_, most_sent_, most_received_);
}

std::string Ranks::broadcast(std::string message) {
  auto bytes = static_cast<std::int64_t>(message.size());
  plugin_.broadcast(&bytes, sizeof(bytes));
  message.resize(static_cast<std::size_t>(bytes));
  plugin_.broadcast(message.data(), bytes);
  return message;
}

void Ranks::send(const std::string& message) {
  const auto bytes = static_cast<std::int64_t>(message.size());
  plugin_.send(&bytes, sizeof(bytes));
  plugin_.send(message.data(), bytes);
}

std::string Ranks::receive(int rank) {
  std::int64_t bytes = 0;
  plugin_.receive(rank, &bytes, sizeof(bytes));
  std::string message(static_cast<std::size_t>(bytes), '\0');
  plugin_.receive(rank, message.data(), bytes);
  return message;
}

}  // namespace nlsq::command
