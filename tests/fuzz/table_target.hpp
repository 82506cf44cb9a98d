// SPDX-License-Identifier: MIT
// What the libFuzzer target and its deterministic twin run: any bytes are a table or an InputError,
// and each row of a table is a row of the file, as an independent reader finds. The first byte sets
// the options, the rest is the file. Every value and the padding behind it is read, so that a
// sanitizer sees what parsing wrote; the tiny chunks of the second reading must not change a thing.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "data/text_reader.hpp"
#include "fuzz/table_oracle.hpp"
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
      sum += sum_of_words(table, j) + static_cast<double>(table.text_kind(j));
      try {
        static_cast<void>(table.values(j));
      } catch (const DataError& error) {
        sum += static_cast<double>(std::string_view(error.what()).size());
      }
      continue;
    }
    const double* values = table.values(j).data();
    for (index_t i = 0; i < table.rows() + 16; ++i) sum += values[i];
    sum += static_cast<double>(table.line(table.rows() - 1));
  }
  return sum;
}

inline ReadOptions options_of(char first, int threads) {
  const auto flags = static_cast<unsigned char>(first);
  ReadOptions options;
  options.threads = threads;
  options.decimal = (flags & 1) != 0 ? ',' : (flags & 0x40) != 0 ? '.' : '\0';
  options.skip = (flags >> 1) & 1;
  constexpr index_t kBlocks[] = {0, 1, 2, ReadOptions::kAllBlocks};
  options.block = kBlocks[(flags >> 2) & 3];
  if ((flags & 0x10) != 0) options.keep_text = {"well", "c1"};
  if ((flags & 0x20) != 0) {
    options.comment = "*";
    options.missing_words = {"ERROR"};
  }
  if ((flags & 0x80) != 0) {
    options.thousands = options.decimal == ',' ? '.' : ',';
    options.skip_after_header = 1;
  }
  return options;
}

/// The rows read, or −1 if an InputError was thrown. Aborts if the rows are not those of the file.
inline index_t try_table(std::string_view input, index_t minimum_chunk, int threads) {
  if (input.empty()) return -1;
  const ReadOptions options = options_of(input[0], threads);
  try {
    const std::string_view bytes = input.substr(1);
    const Table table = minimum_chunk == 0 ? parse_table(bytes, "fuzz", options)
                                           : read_text(bytes, "fuzz", options, minimum_chunk);
    volatile double sum = sum_of(table);
    static_cast<void>(sum);
    const std::string fault = judged(table, bytes, options);
    if (fault.empty()) return table.rows();
    std::fprintf(stderr, "options %02x%s\n%s\n", static_cast<unsigned char>(input[0]),
                 fault.c_str(), std::string(bytes).c_str());
    std::abort();
  } catch (const InputError&) {
    return -1;
  }
}

}  // namespace nlsq::data
