// SPDX-License-Identifier: MIT
// What the fields of each column turned out to be, once all are read.
#pragma once

#include <string>
#include <vector>

#include "data/names_above.hpp"
#include "data/table_impl.hpp"
#include "data/times.hpp"

namespace nlsq::data {

/// Columns of marks alone, or of numbers with and without a sign of percent, are text; of those
/// whose numbers all have one a note says so.
void judge_columns(Table::Impl& table);

/// Drops columns at the left that are empty, or that hold settings beside the first rows alone;
/// returns how many. `numeric` marks columns of numbers; `names` are those of the file, `first_row`
/// the fields of a row.
std::size_t drop_side_columns(const std::vector<std::uint8_t>& numeric,
                              const std::vector<std::string>& names,
                              const std::vector<std::string>& first_row, index_t columns,
                              Table::Impl& table);

/// Rows at equal distances: the first column, or one more, for which there must be room.
void finish_axis(NamesAbove::Axis axis, double start, double step, Table::Impl& table);

/// Units as the file has them, without brackets.
void set_units(const std::vector<std::string>& units, Table::Impl& table);

/// Times become seconds or days since the first of their column, with a note. A column of dates
/// right before one of times of day is part of it; without one, a time that falls by half a day and
/// more is on the next day.
void finish_times(const std::vector<TimeColumn>& times, const ReadOptions& options,
                  Table::Impl& table);

/// Values that ReadOptions::missing_words names as numbers (-9999) are missing.
void mark_words(const ReadOptions& options, Table::Impl& table);

}  // namespace nlsq::data
