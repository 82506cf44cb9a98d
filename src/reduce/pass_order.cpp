// SPDX-License-Identifier: MIT
#include "reduce/pass_order.hpp"

#include <fmt/format.h>

namespace nlsq::reduce {
namespace {

// Of the form of these bytes: raised with it.
constexpr std::string_view kMagic = "nlsq pass 1\n";

}  // namespace

void PassOrder::write(base::Packer& to) const {
  to.append(kMagic);
  to.add(task);
  to.add_text(isa);
  to.add(rows);
  to.add(column);
  to.add_text(program);
  to.add(fold);
  to.add(every);
  to.add_all(parameters);
  to.add(static_cast<index_t>(coordinates.size()));
  for (const linalg::Matrix& m : coordinates) to.add_all(m);
  to.add(n);
  to.add(looks);
  to.add_all(brief);
}

PassOrder PassOrder::read(base::Unpacker& from) {
  const std::string_view magic = from.run_of(kMagic.size());
  if (magic != kMagic) {
    throw IoError(
        "the processes of a fit have different versions of nlsq: install the same one "
        "for all of them");
  }
  PassOrder order;
  order.task = from.next<Task>();
  order.isa = from.next_text();
  order.rows = from.next<index_t>();
  order.column = from.next<index_t>();
  order.program = from.next_text();
  order.fold = from.next<FoldOrder::Kind>();
  order.every = from.next<index_t>();
  order.parameters = from.next_all<double>();
  const index_t matrices = from.next_count(sizeof(index_t));
  for (index_t m = 0; m < matrices; ++m) {
    const std::vector<double> values = from.next_all<double>();
    order.coordinates.emplace_back(std::span<const double>(values));
  }
  order.n = from.next<index_t>();
  order.looks = from.next<std::uint8_t>() != 0;
  order.brief = from.next_all<double>();
  base::Unpacker::check(from.is_at_end() && order.rows >= 0 && order.every >= 1 && order.n >= 0);
  return order;
}

void PassAnswer::write(base::Packer& to) const {
  to.append(kMagic);
  to.add(fault_row);
  to.add_text(argument);
  to.add_text(message);
  to.add(size);
  to.add_all(firsts);
  to.add_all(ends);
  to.add_all(results);
  to.add_all(looked);
  to.add_all(found);
  to.add(first_row);
  to.add(fingerprint);
}

PassAnswer PassAnswer::read(base::Unpacker& from) {
  base::Unpacker::check(from.run_of(kMagic.size()) == kMagic);
  PassAnswer answer;
  answer.fault_row = from.next<index_t>();
  answer.argument = from.next_text();
  answer.message = from.next_text();
  answer.size = from.next<index_t>();
  answer.firsts = from.next_all<index_t>();
  answer.ends = from.next_all<index_t>();
  answer.results = from.next_all<double>();
  answer.looked = from.next_all<index_t>();
  answer.found = from.next_all<double>();
  answer.first_row = from.next<index_t>();
  answer.fingerprint = from.next<std::uint64_t>();
  base::Unpacker::check(from.is_at_end() && answer.firsts.size() == answer.ends.size() &&
                        answer.results.size() ==
                            answer.firsts.size() * static_cast<std::size_t>(answer.size));
  return answer;
}

}  // namespace nlsq::reduce
