// SPDX-License-Identifier: MIT
// Sources made of sources: one after another, side by side, and of arrays in memory.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "nlsq/error.hpp"
#include "nlsq/row_files.hpp"
#include "rows/leaf_buffer.hpp"

namespace nlsq {
namespace {

using rows::LeafBuffer;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Copies of descriptions, for another source to take.
std::vector<SourceColumn> described(const RowSource& source) {
  std::vector<SourceColumn> columns;
  for (const SourceColumn& column : source.columns())
    columns.push_back({.name = column.name, .float32 = column.float32, .kind = column.kind});
  return columns;
}

class Joined final : public RowSource {
 public:
  explicit Joined(std::vector<SharedRows> parts) : parts_(std::move(parts)) {
    index_t rows = 0;
    for (const SharedRows& part : parts_) {
      starts_.push_back(rows);
      rows += part->rows();
    }
    set(rows, described(*parts_.front()));
  }

  void read(index_t first, index_t rows, std::span<const index_t> columns,
            std::span<void* const> to) const override {
    std::vector<void*> at(to.begin(), to.end());
    for (std::size_t p = part_of(first); rows > 0; ++p) {
      const index_t count = std::min(rows, end_of(p) - first);
      parts_[p]->read(first - starts_[p], count, columns, at);
      for (std::size_t c = 0; c < at.size(); ++c) {
        const SourceColumn& column = this->columns()[z(columns[c])];
        at[c] = static_cast<char*>(at[c]) + count * rows::width_of(column);
      }
      first += count;
      rows -= count;
    }
  }

  std::unique_ptr<RowCursor> open(std::span<const index_t> columns, Walk walk) const override {
    return std::make_unique<Way>(*this, columns, walk);
  }
  index_t cursor_bytes(index_t columns) const override {
    return LeafBuffer::bytes(columns) + parts_.front()->cursor_bytes(columns);
  }
  void check() const override {
    for (const SharedRows& part : parts_) part->check();
  }
  std::string place(index_t row) const override {
    const std::size_t part = part_of(row);
    return parts_[part]->place(row - starts_[part]);
  }
  bool may_change() const override { return parts_.front()->may_change(); }

 private:
  // A cursor of the part it is in, which serves leaves that lie in that part.
  class Way final : public RowCursor {
   public:
    Way(const Joined& joined, std::span<const index_t> columns, Walk walk)
        : joined_(&joined),
          columns_(columns.begin(), columns.end()),
          walk_(walk),
          buffer_(rows::widths_of(joined, columns)) {}

    void lease(index_t first, index_t rows, std::span<const void*> to) override {
      const std::size_t part = joined_->part_of(first);
      if (first + rows > joined_->end_of(part)) {
        joined_->read(first, rows, columns_, buffer_.columns());
        buffer_.pad(rows);
        std::copy(buffer_.columns().begin(), buffer_.columns().end(), to.begin());
        return;
      }
      if (cursor_ == nullptr || part != at_) {
        cursor_ = joined_->parts_[part]->open(columns_, walk_);
        at_ = part;
      }
      cursor_->lease(first - joined_->starts_[part], rows, to);
    }

   private:
    const Joined* joined_;
    std::vector<index_t> columns_;
    Walk walk_;
    LeafBuffer buffer_;
    std::unique_ptr<RowCursor> cursor_;
    std::size_t at_ = 0;
  };

  std::size_t part_of(index_t row) const {
    return z(std::upper_bound(starts_.begin(), starts_.end(), row) - starts_.begin()) - 1;
  }
  index_t end_of(std::size_t part) const { return starts_[part] + parts_[part]->rows(); }

  std::vector<SharedRows> parts_;
  std::vector<index_t> starts_;
};

class Beside final : public RowSource {
 public:
  explicit Beside(std::vector<SharedRows> parts) : parts_(std::move(parts)) {
    std::vector<SourceColumn> all;
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      const std::vector<SourceColumn> own = described(*parts_[p]);
      for (std::size_t c = 0; c < own.size(); ++c) of_.push_back({p, static_cast<index_t>(c)});
      all.insert(all.end(), own.begin(), own.end());
    }
    set(parts_.front()->rows(), std::move(all));
  }

  void read(index_t first, index_t rows, std::span<const index_t> columns,
            std::span<void* const> to) const override {
    for (const Share& share : shared(columns)) {
      std::vector<void*> own;
      for (const std::size_t place : share.places) own.push_back(to[place]);
      parts_[share.part]->read(first, rows, share.columns, own);
    }
  }
  std::unique_ptr<RowCursor> open(std::span<const index_t> columns, Walk walk) const override {
    return std::make_unique<Way>(*this, columns, walk);
  }
  index_t cursor_bytes(index_t columns) const override {
    index_t bytes = 0;
    for (const SharedRows& part : parts_) bytes += part->cursor_bytes(columns);
    return bytes;
  }
  void gather(std::span<const index_t> firsts, index_t width, std::span<const index_t> columns,
              std::span<void* const> to) const override {
    for (const Share& share : shared(columns)) {
      std::vector<void*> own;
      for (const std::size_t place : share.places) own.push_back(to[place]);
      parts_[share.part]->gather(firsts, width, share.columns, own);
    }
  }
  void check() const override {
    for (const SharedRows& part : parts_) part->check();
  }
  std::string place(index_t row) const override { return parts_.front()->place(row); }

 private:
  // The columns of one part, and their places among those that are asked for.
  struct Share {
    std::size_t part;
    std::vector<index_t> columns;
    std::vector<std::size_t> places;
  };
  class Way final : public RowCursor {
   public:
    Way(const Beside& beside, std::span<const index_t> columns, Walk walk)
        : shares_(beside.shared(columns)) {
      for (const Share& share : shares_)
        cursors_.push_back(beside.parts_[share.part]->open(share.columns, walk));
    }
    void lease(index_t first, index_t rows, std::span<const void*> to) override {
      for (std::size_t s = 0; s < shares_.size(); ++s) {
        leased_.resize(shares_[s].columns.size());
        cursors_[s]->lease(first, rows, leased_);
        for (std::size_t c = 0; c < leased_.size(); ++c) to[shares_[s].places[c]] = leased_[c];
      }
    }

   private:
    std::vector<Share> shares_;
    std::vector<std::unique_ptr<RowCursor>> cursors_;
    std::vector<const void*> leased_;
  };

  std::vector<Share> shared(std::span<const index_t> columns) const {
    std::vector<Share> shares;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto& [part, own] = of_[z(columns[c])];
      const auto known = std::find_if(shares.begin(), shares.end(),
                                      [p = part](const Share& share) { return share.part == p; });
      Share& share = known == shares.end() ? shares.emplace_back(Share{part, {}, {}}) : *known;
      share.columns.push_back(own);
      share.places.push_back(c);
    }
    return shares;
  }

  std::vector<SharedRows> parts_;
  std::vector<std::pair<std::size_t, index_t>>
      of_;  // of each column: the part, and its place there
};

class InMemory final : public RowSource {
 public:
  explicit InMemory(const std::vector<std::pair<std::string, Values>>& columns) {
    std::vector<SourceColumn> named;
    for (const auto& [name, values] : columns) {
      named.push_back({.name = name, .float32 = values.float32, .kind = "array"});
      data_.push_back(static_cast<const char*>(values.data));
    }
    set(columns.front().second.size, std::move(named));
  }
  void read(index_t first, index_t rows, std::span<const index_t> columns,
            std::span<void* const> to) const override {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const index_t width = rows::width_of(this->columns()[z(columns[c])]);
      std::memcpy(to[c], data_[z(columns[c])] + first * width, z(rows * width));
    }
  }

 private:
  std::vector<const char*> data_;
};

}  // namespace

SharedRows rows_joined(std::vector<SharedRows> parts) {
  if (parts.empty()) throw InputError("parts", "parts: there is no source to join");
  const std::vector<SourceColumn>& first = parts.front()->columns();
  for (std::size_t p = 1; p < parts.size(); ++p) {
    const std::vector<SourceColumn>& own = parts[p]->columns();
    const auto same = [](const SourceColumn& a, const SourceColumn& b) {
      return a.name == b.name && a.float32 == b.float32;
    };
    if (std::equal(first.begin(), first.end(), own.begin(), own.end(), same)) continue;
    throw InputError("parts",
                     fmt::format("parts: source {} has other columns than the first", p + 1));
  }
  if (parts.size() == 1) return parts.front();
  return std::make_shared<Joined>(std::move(parts));
}

SharedRows rows_beside(std::vector<SharedRows> parts) {
  if (parts.empty()) throw InputError("parts", "parts: there is no source to join");
  std::vector<std::string> names;
  for (const SharedRows& part : parts) {
    for (const SourceColumn& column : part->columns()) {
      if (std::find(names.begin(), names.end(), column.name) != names.end())
        throw InputError("data", fmt::format("data: the column '{}' is given twice", column.name));
      names.push_back(column.name);
      if (part->rows() != parts.front()->rows()) {
        throw InputError("data",
                         fmt::format("data: column '{}' has {} values, '{}' has {}", column.name,
                                     part->rows(), names.front(), parts.front()->rows()));
      }
    }
  }
  if (parts.size() == 1) return parts.front();
  return std::make_shared<Beside>(std::move(parts));
}

SharedRows rows_in_memory(std::vector<std::pair<std::string, Values>> columns) {
  if (columns.empty()) throw InputError("columns", "columns: there is none");
  std::vector<SharedRows> each;
  for (const auto& column : columns)
    each.push_back(std::make_shared<InMemory>(std::vector<std::pair<std::string, Values>>{column}));
  return rows_beside(std::move(each));
}

}  // namespace nlsq
