// SPDX-License-Identifier: MIT
// A source that counts the rows that passes take from it, for who watches a long fit.
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "nlsq/row_files.hpp"

namespace nlsq::command {

class CountedRows final : public RowSource {
 public:
  explicit CountedRows(SharedRows rows) : rows_(std::move(rows)) {
    std::vector<SourceColumn> columns;
    for (const SourceColumn& column : rows_->columns())
      columns.push_back({.name = column.name, .float32 = column.float32, .kind = column.kind});
    set(rows_->rows(), std::move(columns));
  }
  index_t taken() const { return taken_.load(std::memory_order_relaxed); }

  void read(index_t first, index_t rows, std::span<const index_t> columns,
            std::span<void* const> to) const override {
    rows_->read(first, rows, columns, to);
  }
  std::unique_ptr<RowCursor> open(std::span<const index_t> columns, Walk walk) const override {
    return std::make_unique<Cursor>(rows_->open(columns, walk), taken_);
  }
  index_t cursor_bytes(index_t columns) const override { return rows_->cursor_bytes(columns); }
  void gather(std::span<const index_t> firsts, index_t width, std::span<const index_t> columns,
              std::span<void* const> to) const override {
    rows_->gather(firsts, width, columns, to);
  }
  void check() const override { rows_->check(); }
  std::string place(index_t row) const override { return rows_->place(row); }
  bool may_change() const override { return rows_->may_change(); }
  const RemoteRows* remote() const override { return rows_->remote(); }

 private:
  class Cursor final : public RowCursor {
   public:
    Cursor(std::unique_ptr<RowCursor> cursor, std::atomic<index_t>& taken)
        : cursor_(std::move(cursor)), taken_(&taken) {}
    void lease(index_t first, index_t rows, std::span<const void*> to) override {
      cursor_->lease(first, rows, to);
      taken_->fetch_add(rows, std::memory_order_relaxed);
    }

   private:
    std::unique_ptr<RowCursor> cursor_;
    std::atomic<index_t>* taken_;
  };
  SharedRows rows_;
  mutable std::atomic<index_t> taken_ = 0;
};

}  // namespace nlsq::command
