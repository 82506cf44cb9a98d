// SPDX-License-Identifier: MIT
// What passes over the rows found, in their order. Everything else in a fit is a function of that,
// so a run that was cut short comes to the same bits by going through it again, without the rows.
#pragma once

#include <span>
#include <vector>

namespace nlsq::reduce {

class PassLog {
 public:
  virtual ~PassLog() = default;
  /// The answer of the next pass if it is known. `question`: what is asked for, and where. Throws
  /// if the pass that is known was another one.
  virtual bool recall(std::span<const double> question, std::vector<double>& answer) = 0;
  /// Keeps the answer of a pass that was made.
  virtual void keep(std::span<const double> question, std::span<const double> answer) = 0;
};

}  // namespace nlsq::reduce
