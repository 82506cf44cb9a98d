// SPDX-License-Identifier: MIT
// One pass over rows that other processes hold, as bytes: what is asked for and what is answered.
// An order is complete in itself, so it may be sent to anybody, and again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/wire.hpp"
#include "engine/isa.hpp"
#include "linalg/vector.hpp"
#include "reduce/fold.hpp"

namespace nlsq::reduce {

struct PassOrder {
  enum class Task : std::uint8_t {
    fold,  ///< a fold of the rows of a term
    sigma  ///< a look at a column of uncertainties
  };
  Task task = Task::fold;
  std::string isa;
  index_t rows = 0;     ///< of all processes together
  index_t column = 0;   ///< of the source, for sigma
  std::string program;  ///< Stream::program
  FoldOrder::Kind fold = FoldOrder::Kind::none;
  index_t every = 1;  ///< Term::every
  std::vector<double> parameters;
  std::vector<linalg::Matrix> coordinates;
  index_t n = 0;
  bool looks = false;         ///< a LeafVisitor wants to know …
  std::vector<double> brief;  ///< … by its brief()

  void write(base::Packer& to) const;
  /// Throws IoError for an order of another version.
  static PassOrder read(base::Unpacker& from);
};

/// What one process found in its rows.
struct PassAnswer {
  // Where a value may not be what it is: the first row, and InputError's words.
  index_t fault_row = -1;
  std::string argument, message;

  index_t size = 0;               ///< doubles of a result
  std::vector<index_t> firsts;    ///< leaf (or group of leaves) with which each subtree begins
  std::vector<index_t> ends;      ///< behind its last one
  std::vector<double> results;    ///< of the subtrees
  std::vector<index_t> looked;    ///< leaves that were looked at
  std::vector<double> found;      ///< in each of them as many numbers
  index_t first_row = 0;          ///< of all rows that were read
  std::uint64_t fingerprint = 0;  ///< of them; 0: none

  void write(base::Packer& to) const;
  static PassAnswer read(base::Unpacker& from);
};

}  // namespace nlsq::reduce
