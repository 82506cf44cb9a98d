// SPDX-License-Identifier: MIT
#include "rows/strided_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "nlsq/error.hpp"
#include "rows/leaf_buffer.hpp"

namespace nlsq::rows {
namespace {

constexpr index_t kPiece = 128 * 1024;  // bytes read at once, which stay in the second-level cache
constexpr index_t kAhead = 4 << 20;     // bytes that are asked for before they are read
constexpr index_t kAsked = 1 << 20;     // at once
constexpr index_t kGathered = 1024;     // places that are asked for at once

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Two and three doubles side by side, as pairs (x, y) and triples lie, with loads of whole vectors.
template <int kColumns>
void split(const char* from, index_t rows, double* const* to) {
  const auto* values = reinterpret_cast<const double*>(from);
  for (index_t i = 0; i < rows; ++i) {
    for (int c = 0; c < kColumns; ++c) to[c][i] = values[kColumns * i + c];
  }
}

}  // namespace

// Reads runs of rows of some columns, through a buffer where values must be moved or converted.
class StridedRows::Reader {
 public:
  Reader(const StridedRows& source, std::span<const index_t> columns) : source_(&source) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::size_t panel = source.strided_[z(columns[c])].panel;
      const auto known = std::find_if(parts_.begin(), parts_.end(),
                                      [&](const Part& part) { return part.panel == panel; });
      Part& part = known == parts_.end() ? parts_.emplace_back(Part{panel, {}, false}) : *known;
      part.columns.push_back({&source.strided_[z(columns[c])], c});
    }
    for (Part& part : parts_) {
      const Panel& panel = source.panels_[part.panel];
      part.is_direct =
          panel.record == 8 && part.columns.size() == 1 && part.columns.front().column->is_double;
      if (!part.is_direct) room_ = std::max(room_, std::max(kPiece, panel.record));
    }
    buffer_.resize(z(room_));
  }

  void read(index_t first, index_t rows, std::span<void* const> to) {
    for (const Part& part : parts_) {
      const Panel& panel = source_->panels_[part.panel];
      if (part.is_direct) {
        panel.file->read(panel.offset + first * 8, rows * 8, to[part.columns.front().place]);
      } else {
        read_pieces(part, first, rows, to);
      }
    }
  }

  void want(index_t first, index_t rows) const {
    for (const Part& part : parts_) {
      const Panel& panel = source_->panels_[part.panel];
      panel.file->want(panel.offset + first * panel.record, rows * panel.record);
    }
  }

  // Bytes that a row takes in the files.
  index_t record() const {
    index_t bytes = 0;
    for (const Part& part : parts_) bytes += source_->panels_[part.panel].record;
    return bytes;
  }

 private:
  struct Place {
    const StridedColumn* column;
    std::size_t place;
  };
  struct Part {
    std::size_t panel;
    std::vector<Place> columns;
    bool is_direct;
  };

  void read_pieces(const Part& part, index_t first, index_t rows, std::span<void* const> to) {
    const Panel& panel = source_->panels_[part.panel];
    const index_t most = std::max<index_t>(1, kPiece / std::max<index_t>(panel.record, 1));
    for (index_t done = 0; done < rows; done += most) {
      const index_t count = std::min(most, rows - done);
      panel.file->read(panel.offset + (first + done) * panel.record, count * panel.record,
                       buffer_.data());
      spread(part, panel.record, count, done, to);
    }
  }

  void spread(const Part& part, index_t record, index_t rows, index_t done,
              std::span<void* const> to) {
    std::vector<double*>& places = places_;
    places.clear();
    bool is_packed = record == 8 * static_cast<index_t>(part.columns.size());
    for (std::size_t c = 0; c < part.columns.size(); ++c) {
      const Place& column = part.columns[c];
      places.push_back(static_cast<double*>(to[column.place]) + done);
      is_packed &= column.column->is_double && column.column->offset == 8 * static_cast<index_t>(c);
    }
    if (is_packed && places.size() == 2) return split<2>(buffer_.data(), rows, places.data());
    if (is_packed && places.size() == 3) return split<3>(buffer_.data(), rows, places.data());
    for (std::size_t c = 0; c < part.columns.size(); ++c) {
      const StridedColumn& column = *part.columns[c].column;
      column.convert(buffer_.data() + column.offset, record, rows, places[c]);
    }
  }

  const StridedRows* source_;
  std::vector<Part> parts_;
  index_t room_ = 0;
  std::vector<char> buffer_;
  std::vector<double*> places_;
};

class StridedRows::Cursor final : public RowCursor {
 public:
  Cursor(const StridedRows& source, std::span<const index_t> columns, Walk walk)
      : reader_(source, columns),
        buffer_(std::vector<index_t>(columns.size(), 8)),
        rows_(source.rows()),
        ahead_(walk == Walk::onward ? std::max(kLeafRows, kAhead / reader_.record()) : 0),
        asked_(std::max(kLeafRows, kAsked / reader_.record())) {}

  void lease(index_t first, index_t rows, std::span<const void*> to) override {
    if (ahead_ > 0) look_ahead(first, rows);
    reader_.read(first, rows, buffer_.columns());
    buffer_.pad(rows);
    std::copy(buffer_.columns().begin(), buffer_.columns().end(), to.begin());
  }

 private:
  // Keeps what comes next on its way while this is worked on.
  void look_ahead(index_t first, index_t rows) {
    if (first + rows > wanted_ || first + ahead_ < wanted_ - asked_) wanted_ = first;
    while (wanted_ < std::min(rows_, first + ahead_)) {
      const index_t count = std::min(asked_, rows_ - wanted_);
      reader_.want(wanted_, count);
      wanted_ += count;
    }
  }

  Reader reader_;
  LeafBuffer buffer_;
  index_t rows_, ahead_, asked_;
  index_t wanted_ = 0;  // rows up to here are on their way
};

StridedRows::StridedRows(index_t rows, std::vector<Panel> panels,
                         std::vector<StridedColumn> columns)
    : panels_(std::move(panels)), strided_(std::move(columns)) {
  std::vector<SourceColumn> named;
  for (const StridedColumn& column : strided_)
    named.push_back({.name = column.name, .kind = column.kind});
  set(rows, std::move(named));
}

void StridedRows::read(index_t first, index_t rows, std::span<const index_t> columns,
                       std::span<void* const> to) const {
  Reader(*this, columns).read(first, rows, to);
}

std::unique_ptr<RowCursor> StridedRows::open(std::span<const index_t> columns, Walk walk) const {
  return std::make_unique<Cursor>(*this, columns, walk);
}

index_t StridedRows::cursor_bytes(index_t columns) const {
  index_t record = kPiece;
  for (const Panel& panel : panels_) record = std::max(record, panel.record);
  return LeafBuffer::bytes(columns) + record;
}

void StridedRows::gather(std::span<const index_t> firsts, index_t width,
                         std::span<const index_t> columns, std::span<void* const> to) const {
  Reader reader(*this, columns);
  std::vector<void*> at(to.begin(), to.end());
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    if (i % z(kGathered) == 0) {
      for (std::size_t k = i; k < std::min(firsts.size(), i + z(kGathered)); ++k)
        reader.want(firsts[k], width);
    }
    reader.read(firsts[i], width, at);
    for (void*& place : at) place = static_cast<double*>(place) + width;
  }
}

std::string StridedRows::place(index_t row) const {
  const Panel& panel = panels_.front();
  return fmt::format("{}, byte {}", panel.file->path(), panel.offset + row * panel.record);
}

void StridedRows::check() const {
  const RowFile* last = nullptr;
  for (const Panel& panel : panels_) {
    if (panel.file.get() != last) panel.file->check();
    last = panel.file.get();
  }
}

}  // namespace nlsq::rows
