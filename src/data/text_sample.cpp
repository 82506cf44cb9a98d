// SPDX-License-Identifier: MIT
#include "data/text_sample.hpp"

#include "data/field.hpp"
#include "data/form.hpp"

namespace nlsq::data {
namespace {

// Fields of a column whose form is looked at: text that goes on and on says the same thing.
constexpr index_t kJudgedFields = 64;

}  // namespace

void note_text(TextSample& sample, std::string_view text, index_t line) {
  if (!sample.found) {
    sample.found = true;
    sample.line = line;
    sample.text = shortened(text);
  }
  if (sample.count < kJudgedFields) sample.forms |= form_of(text);
  ++sample.count;
  sample.last_line = line;
}

void note_mark(TextSample& sample, std::string_view text, index_t line) {
  if (sample.found || sample.marks++ > 0) return;
  sample.mark = shortened(text);
  sample.mark_line = line;
}

void note_percent(TextSample& sample, std::string_view text, index_t line) {
  if (sample.percents++ > 0) return;
  sample.percent = shortened(text);
  sample.percent_line = line;
}

}  // namespace nlsq::data
