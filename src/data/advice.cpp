// SPDX-License-Identifier: MIT
// A search of depth three: what is wrong after one option has been added may be put right by
// another one.
#include "data/advice.hpp"

#include <map>
#include <optional>

#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

constexpr int kMostFlags = 3;

struct Trial {
  ReadOptions options;
  std::map<std::string, std::string> flags;
};

std::optional<Trial> solve(const TableFault& fault, const Trial& start, const Attempt& attempt,
                           int depth) {
  for (const Fix& fix : fault.fixes) {
    Trial trial = start;
    fix.apply(trial.options);
    trial.flags[fix.flag] = fix.value;
    try {
      attempt(trial.options);
      return trial;
    } catch (const TableFault& next) {
      if (depth == kMostFlags) continue;
      if (auto solved = solve(next, trial, attempt, depth + 1)) return solved;
    } catch (const InputError&) {}
  }
  return std::nullopt;
}

}  // namespace

std::string advised(const TableFault& fault, const ReadOptions& options, const Attempt& attempt) {
  const std::optional<Trial> solved = solve(fault, {options, {}}, attempt, 1);
  if (!solved) return fault.message + fault.otherwise;
  std::string flags;
  for (const auto& [flag, value] : solved->flags)
    flags += (flags.empty() ? "" : " ") + flag + " " + value;
  return fault.message + fault.lead + flags;
}

}  // namespace nlsq::data
