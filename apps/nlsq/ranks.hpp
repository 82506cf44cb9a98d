// SPDX-License-Identifier: MIT
// The processes that mpirun started: each holds a run of the rows of a file that is read in pieces.
// The first one fits; the others answer its passes (nlsq/remote_rows.hpp). Each sends the first one
// message about what it has loaded, then follows until that one ends, whatever happens to either.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fit_arguments.hpp"
#include "nlsq/row_files.hpp"
#include "ranks_plugin.hpp"

namespace nlsq::command {

class Ranks {
 public:
  /// This process among several; null: it is alone. Throws InputError where several were started
  /// and MPI is not to be had.
  static Ranks* current();
  /// Why there is no MPI; empty: there is.
  static std::string why_none();

  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int size() const { return size_; }
  bool is_first() const { return rank_ == 0; }

  /// Of the first process: the rows as those of all. Throws InputError or IoError where another one
  /// has loaded something else. Of others: answers until the first one ends; the rows themselves.
  SharedRows share(SharedRows rows, int threads);
  /// Of others, in place of a fit: loads what the first one loads, and follows. The exit code.
  int follow(const FitArguments& arguments);

  /// Has all answer a request over the rows.
  std::vector<std::string> ask(const RowSource& rows, const std::string& request);
  /// What the passes sent and received.
  std::string traffic() const;

 private:
  explicit Ranks(const RanksPlugin& plugin);
  void report(const std::string& message);
  void hear_reports();
  void check_reports(const std::string& own);
  void serve();
  void serve(const RowSource& rows);
  std::string answer(const RowSource& rows, const std::string& request) const;
  std::string broadcast(std::string message);
  void send(const std::string& message);
  std::string receive(int rank);

  RanksPlugin plugin_;
  int rank_ = 0, size_ = 1, threads_ = 0;
  bool reported_ = false;  // of others: what was loaded; of the first one: it has heard it
  bool ended_ = false;
  std::vector<std::string> reports_;
  std::int64_t passes_ = 0, most_sent_ = 0, most_received_ = 0;
};

}  // namespace nlsq::command
