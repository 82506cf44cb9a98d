// SPDX-License-Identifier: MIT
// Lines above the rows that are no names of columns: remarks, titles, units; and tables whose first
// line labels the columns of a matrix. Reading them as if they were names or rows would fit the
// wrong numbers, so they are refused, with the options that help.
#pragma once

#include <string>

#include "data/sample.hpp"

namespace nlsq::data {

inline constexpr const char* kBehindQuote =
    "text stands between a closing quote (\") and the next delimiter; a quote inside a quoted "
    "field "
    "is written twice";

/// Whether the first record, a row by its kinds of fields, counts the columns: whole numbers at
/// equal distances behind a word, as those below are not.
bool counts_columns(const Sample& sample);

/// Throws TableFault if the first record, no row, is no header of the rows either.
void check_header(const Sample& sample, const std::string& source);

/// Whether the first record is an empty corner and numbers, above rows with labels.
bool is_matrix(const Sample& sample);

/// Throws TableFault if the first record, taken as a row, is the labels of a matrix's columns.
void check_first_row(const Sample& sample);

[[noreturn]] void refuse_skip_behind_row(const Record& row, const std::string& source);

}  // namespace nlsq::data
