// SPDX-License-Identifier: MIT
// A scratch file holds leaf after leaf, and in a leaf column after column, so that a pass reads
// each column that it uses into its place without moving a value.
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "nlsq/error.hpp"
#include "nlsq/row_files.hpp"
#include "rows/leaf_buffer.hpp"
#include "rows/row_file.hpp"
#include "rows/scratch.hpp"

namespace nlsq {
namespace {

constexpr index_t kLeafBytes = RowSource::kLeafRows * 8;
constexpr index_t kWritten = 1 << 20;  // bytes at once, about
constexpr index_t kAhead = 4 << 20;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

class SpilledRows final : public RowSource {
 public:
  SpilledRows(index_t rows, const std::vector<std::string>& names, int descriptor,
              const std::string& name)
      : file_(descriptor, name), width_(static_cast<index_t>(names.size())) {
    std::vector<SourceColumn> named;
    for (const std::string& column : names) named.push_back({.name = column, .kind = "<f8"});
    set(rows, std::move(named));
  }

  void read(index_t first, index_t rows, std::span<const index_t> columns,
            std::span<void* const> to) const override {
    for (index_t done = 0; done < rows;) {
      const index_t leaf = (first + done) / kLeafRows, in_leaf = (first + done) % kLeafRows;
      const index_t count = std::min(kLeafRows - in_leaf, rows - done);
      for (std::size_t c = 0; c < columns.size(); ++c) {
        file_.read((leaf * width_ + columns[c]) * kLeafBytes + in_leaf * 8, count * 8,
                   static_cast<char*>(to[c]) + done * 8);
      }
      done += count;
    }
  }

  bool may_change() const override { return false; }
  std::unique_ptr<RowCursor> open(std::span<const index_t> columns, Walk walk) const override {
    return std::make_unique<Way>(*this, columns, walk);
  }

 private:
  class Way final : public RowCursor {
   public:
    Way(const SpilledRows& rows, std::span<const index_t> columns, Walk walk)
        : rows_(&rows),
          columns_(columns.begin(), columns.end()),
          buffer_(std::vector<index_t>(columns.size(), 8)),
          is_onward_(walk == Walk::onward) {}
    void lease(index_t first, index_t rows, std::span<const void*> to) override {
      if (is_onward_) look_ahead(first);
      rows_->read(first, rows, columns_, buffer_.columns());
      buffer_.pad(rows);
      std::copy(buffer_.columns().begin(), buffer_.columns().end(), to.begin());
    }

   private:
    void look_ahead(index_t first) {
      const index_t at = first / kLeafRows * rows_->width_ * kLeafBytes;
      if (at > wanted_ || at + kAhead < wanted_) wanted_ = at;
      if (at + kAhead / 2 < wanted_) return;
      rows_->file_.want(wanted_, kAhead);
      wanted_ += kAhead;
    }
    const SpilledRows* rows_;
    std::vector<index_t> columns_;
    rows::LeafBuffer buffer_;
    bool is_onward_;
    index_t wanted_ = 0;
  };

  rows::RowFile file_;
  index_t width_;
};

}  // namespace

struct RowSpill::Impl {
  std::vector<std::string> names;
  std::string name;
  int descriptor = -1;
  index_t rows = 0;
  std::vector<double> leaves;  // those that are not written yet, column after column in each
  index_t held = 0;            // full ones
  index_t room = 1;

  ~Impl() {
    if (descriptor >= 0) ::close(descriptor);
  }
  void write() {
    const index_t columns = static_cast<index_t>(names.size());
    rows::write_scratch(descriptor, name, leaves.data(), held * columns * kLeafBytes);
    held = 0;
  }
};

RowSpill::RowSpill(std::vector<std::string> names, const std::string& scratch)
    : impl_(std::make_unique<Impl>()) {
  if (names.empty()) throw InputError("columns", "columns: there is none");
  impl_->names = std::move(names);
  const auto columns = static_cast<index_t>(impl_->names.size());
  impl_->room = std::max<index_t>(1, kWritten / (columns * kLeafBytes));
  impl_->leaves.resize(z(impl_->room * columns * RowSource::kLeafRows));
  impl_->descriptor = rows::open_scratch(scratch, impl_->name);
}

RowSpill::~RowSpill() = default;

void RowSpill::append(std::span<const double* const> columns, index_t rows) {
  constexpr index_t kRows = RowSource::kLeafRows;
  const auto width = static_cast<index_t>(columns.size());
  for (index_t done = 0; done < rows;) {
    const index_t in_leaf = impl_->rows % kRows;
    const index_t count = std::min(kRows - in_leaf, rows - done);
    for (index_t c = 0; c < width; ++c) {
      std::copy_n(columns[z(c)] + done, count,
                  impl_->leaves.data() + (impl_->held * width + c) * kRows + in_leaf);
    }
    done += count;
    impl_->rows += count;
    if (impl_->rows % kRows == 0 && ++impl_->held == impl_->room) impl_->write();
  }
}

index_t RowSpill::rows() const { return impl_->rows; }

SharedRows RowSpill::finish() {
  if (impl_->rows % RowSource::kLeafRows != 0) ++impl_->held;
  impl_->write();
  impl_->leaves = {};
  return std::make_shared<SpilledRows>(impl_->rows, impl_->names,
                                       std::exchange(impl_->descriptor, -1), impl_->name);
}

}  // namespace nlsq
