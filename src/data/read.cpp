// SPDX-License-Identifier: MIT
// The entry points: which reader a file belongs to.
#include "data/encoding.hpp"
#include "data/formats.hpp"
#include "data/jcamp.hpp"
#include "data/layout.hpp"
#include "data/npy_reader.hpp"
#include "data/npz_reader.hpp"
#include "data/parallel.hpp"
#include "data/source.hpp"
#include "data/text_reader.hpp"
#include "data/workbook.hpp"
#include "data/xlsx_reader.hpp"
#include "nlsq/error.hpp"
#include "nlsq/table.hpp"

namespace nlsq {
namespace {

Table parse_text(std::string_view bytes, const std::string& name, const ReadOptions& options) {
  data::refuse_other_formats(bytes, name);
  if (data::is_jcamp(bytes)) return data::read_jcamp(bytes, name, options);
  return data::read_text(bytes, name, options);
}

}  // namespace

Table parse_table(std::string_view bytes, const std::string& source, const ReadOptions& options) {
  const std::string name = source == "-" ? "standard input" : source;
  if (bytes.empty()) throw DataError(name, 0, "the file is empty");
  if (data::is_workbook(bytes)) return data::read_workbook(bytes, name, options);
  if (!options.sheet.empty()) {
    throw InputError("sheet", "sheet: " + name + " is no workbook (.xlsx), so it has no sheet '" +
                                  options.sheet + "'");
  }
  if (data::is_npy(bytes)) return data::read_npy(bytes, name, options);
  if (data::is_npz(bytes)) return data::read_npz(bytes, name, options);
  if (const auto text = data::decoded(bytes)) {
    Table table = parse_text(text->text, name, options);
    if (!text->note.empty()) table.add_note(text->note);
    return table;
  }
  return parse_text(bytes, name, options);
}

Table read_table(const std::string& path, const ReadOptions& options) {
  data::check_options(options);
  const data::Source source(path, data::thread_count(options.threads), options.mapped);
  return parse_table(source.bytes(), source.name(), options);
}

}  // namespace nlsq
