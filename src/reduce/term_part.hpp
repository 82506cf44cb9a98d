// SPDX-License-Identifier: MIT
// Some rows of a term as a term.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "reduce/term.hpp"

namespace nlsq::reduce {

/// Some rows of a source as a source.
class Window final : public RowSource {
 public:
  Window(const RowSource& all, index_t first, index_t rows) : all_(&all), first_(first) {
    set(rows, all.columns());
  }
  void read(index_t first, index_t rows, std::span<const index_t> columns,
            std::span<void* const> to) const override {
    all_->read(first_ + first, rows, columns, to);
  }
  std::unique_ptr<RowCursor> open(std::span<const index_t> columns, Walk walk) const override {
    return std::make_unique<Cursor>(all_->open(columns, walk), first_);
  }
  index_t cursor_bytes(index_t columns) const override { return all_->cursor_bytes(columns); }
  void check() const override { all_->check(); }
  std::string place(index_t row) const override { return all_->place(first_ + row); }
  bool may_change() const override { return all_->may_change(); }

 private:
  class Cursor final : public RowCursor {
   public:
    Cursor(std::unique_ptr<RowCursor> all, index_t first) : all_(std::move(all)), first_(first) {}
    void lease(index_t first, index_t rows, std::span<const void*> to) override {
      all_->lease(first_ + first, rows, to);
    }

   private:
    std::unique_ptr<RowCursor> all_;
    index_t first_;
  };

  const RowSource* all_;
  index_t first_;
};

/// `rows` rows of a term from `first` on; of one that is not in memory, without their values.
inline Term part_of(const Term& term, index_t first, index_t rows) {
  Term part(term);
  part.rows = rows;
  part.every = 1;
  part.visitor = nullptr;
  part.maker = nullptr;
  if (term.stream) return part;
  for (ColumnSource& column : part.columns) {
    if (column.float32) {
      column.data = static_cast<const float*>(column.data) + first;
    } else {
      column.data = static_cast<const double*>(column.data) + first;
    }
  }
  return part;
}

}  // namespace nlsq::reduce
