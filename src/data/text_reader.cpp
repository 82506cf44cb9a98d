// SPDX-License-Identifier: MIT
// A text is read as it stands; where that fails, the table in it is looked for. What neither reads
// is refused with options that do.
#include "data/text_reader.hpp"

#include <memory>
#include <optional>

#include "data/advice.hpp"
#include "data/fault.hpp"
#include "data/layout.hpp"
#include "data/reading.hpp"
#include "data/row_faults.hpp"
#include "data/table_impl.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

using Parsed = std::unique_ptr<Table::Impl>;

std::string_view without_mark(std::string_view bytes) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return bytes.starts_with(kMark) ? bytes.substr(kMark.size()) : bytes;
}

// The table that is found in the text. Nothing if none stands out.
std::optional<Parsed> located(std::string_view text, const std::string& source,
                              const ReadOptions& options, index_t minimum_chunk) {
  for (const bool whole : {false, true}) {
    Reading reading(text, source, options);
    if (!reading.locate(whole)) return std::nullopt;
    try {
      return reading.run(minimum_chunk);
    } catch (const TableFault&) {
      // What stands below a table that goes on behind the head may be another one.
      if (whole) throw;
    }
  }
  return std::nullopt;
}

// Options that say where names and rows are leave nothing to be found.
bool may_look(const ReadOptions& options) { return options.skip_after_header == 0; }

bool must_look(const ReadOptions& options) {
  return options.header_line >= 0 || options.first_row_line > 0;
}

Parsed as_it_stands(std::string_view text, const std::string& source, const ReadOptions& options,
                    index_t minimum_chunk) {
  Reading reading(text, source, options);
  reading.take_as_it_stands();
  return reading.run(minimum_chunk);
}

[[noreturn]] void refuse(const TableFault& fault, std::string_view text, const std::string& source,
                         const ReadOptions& options, index_t minimum_chunk) {
  const auto attempt = [&](const ReadOptions& other) {
    check_options(other);
    Reading reading(text, source, other);
    reading.take_as_it_stands();
    reading.require_numbers_in(*reading.run(minimum_chunk));
  };
  throw DataError(source, fault.line, advised(fault, options, attempt));
}

}  // namespace

Table read_text(std::string_view bytes, const std::string& source, const ReadOptions& options,
                index_t minimum_chunk) {
  constexpr std::size_t kHead = std::size_t{1} << 16;
  check_options(options);
  const std::string_view text = without_mark(bytes);
  refuse_nul(text.substr(0, kHead), source, 1);
  try {
    if (!must_look(options)) return Table(as_it_stands(text, source, options, minimum_chunk));
    if (auto found = located(text, source, options, minimum_chunk)) return Table(std::move(*found));
    throw DataError(source, 0, "no rows of numbers are found in it");
  } catch (const TableFault& fault) {
    if (may_look(options) && fault.may_look && !must_look(options)) {
      try {
        if (auto found = located(text, source, options, minimum_chunk))
          return Table(std::move(*found));
      } catch (const TableFault& other) {
        // Else what is wrong with the text as it stands is closer to what its reader sees.
        if (!other.may_look) refuse(other, text, source, options, minimum_chunk);
      }
    }
    refuse(fault, text, source, options, minimum_chunk);
  }
}

}  // namespace nlsq::data
