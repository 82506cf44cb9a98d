// SPDX-License-Identifier: MIT
// What the libFuzzer target and its deterministic twin run: any bytes are a table or an InputError.
// The first byte sets the options, the rest is the file. Every value and the padding behind it is
// read, so that a sanitizer sees what parsing wrote; the tiny chunks of the second reading must not
// change a thing.
#pragma once

#include <string>
#include <string_view>

#include "data/text_reader.hpp"
#include "nlsq/error.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {

// The lengths of all fields of a text column, if it is kept.
inline double sum_of_words(const Table& table, index_t j) {
  double sum = 0;
  try {
    const TextColumn text = table.text(j);
    for (index_t i = 0; i < table.rows(); ++i) sum += static_cast<double>(text[i].size());
  } catch (const InputError&) {}
  return sum;
}

inline double sum_of(const Table& table) {
  double sum = 0;
  for (index_t j = 0; j < static_cast<index_t>(table.names().size()); ++j) {
    if (table.is_text(j)) {
      sum += sum_of_words(table, j);
      continue;
    }
    const double* values = table.values(j).data();
    for (index_t i = 0; i < table.rows() + 16; ++i) sum += values[i];
    sum += static_cast<double>(table.line(table.rows() - 1));
  }
  return sum;
}

/// The rows read, or −1 if an InputError was thrown.
inline index_t try_table(std::string_view input, index_t minimum_chunk, int threads) {
  if (input.empty()) return -1;
  const auto flags = static_cast<unsigned char>(input[0]);
  ReadOptions options;
  options.threads = threads;
  options.decimal = (flags & 1) != 0 ? ',' : '.';
  options.skip = (flags >> 1) & 1;
  if ((flags & 0x10) != 0) options.keep_text = {"well", "c1"};
  try {
    const std::string_view bytes = input.substr(1);
    const Table table = minimum_chunk == 0 ? parse_table(bytes, "fuzz", options)
                                           : read_text(bytes, "fuzz", options, minimum_chunk);
    volatile double sum = sum_of(table);
    static_cast<void>(sum);
    return table.rows();
  } catch (const InputError&) {
    return -1;
  }
}

}  // namespace nlsq::data
