// SPDX-License-Identifier: MIT
// Rows that other processes hold, for Python: an object carries requests to them (dask), and
// answer_pass() answers one where the rows are.
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cstring>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "array.hpp"
#include "gil.hpp"
#include "nlsq/error.hpp"
#include "nlsq/remote_rows.hpp"
#include "rows.hpp"

namespace nlsq::python {
namespace {

// `owner` has ask(request: bytes) -> list of bytes, and fetch(firsts, width, columns) -> a list of
// contiguous float64 arrays, one a column.
class PythonRemote final : public RemoteRows {
 public:
  PythonRemote(const std::vector<std::string>& names, index_t rows, nb::object owner)
      : owner_(std::move(owner)) {
    std::vector<SourceColumn> columns;
    for (const std::string& name : names) columns.push_back({.name = name});
    set(rows, std::move(columns));
  }
  ~PythonRemote() override {
    if (interpreter_ends()) owner_.release();
  }

  std::vector<std::string> ask(const std::string& request) const override {
    const WithGil gil;
    const nb::object answers =
        call_python(owner_.attr("ask"), nb::bytes(request.data(), request.size()));
    std::vector<std::string> all;
    for (const nb::handle answer : answers) {
      const auto bytes = nb::cast<nb::bytes>(answer);
      all.emplace_back(bytes.c_str(), bytes.size());
    }
    return all;
  }

  void gather(std::span<const index_t> firsts, index_t width, std::span<const index_t> columns,
              std::span<void* const> to) const override {
    const WithGil gil;
    const nb::bytes places(firsts.data(), firsts.size_bytes());
    nb::list wanted;
    for (const index_t column : columns) wanted.append(column);
    const nb::object arrays = call_python(owner_.attr("fetch"), places, width, wanted);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Buffer values(arrays[c]);
      const auto count = static_cast<index_t>(firsts.size()) * width;
      if (values.values().float32 || values.values().size != count)
        throw nb::value_error("fetch() gave another number of values than it was asked for");
      std::memcpy(to[c], values.values().data, static_cast<std::size_t>(count) * sizeof(double));
    }
  }

 private:
  nb::object owner_;
};

nb::bytes answered(const std::vector<nb::object>& arrays,
                   const std::vector<std::tuple<index_t, index_t, index_t>>& runs,
                   const nb::bytes& request, int threads) {
  std::vector<Buffer> held(arrays.size());
  std::vector<Values> columns;
  for (std::size_t c = 0; c < arrays.size(); ++c) {
    if (!held[c].take(arrays[c])) throw nb::type_error("columns must be contiguous float arrays");
    columns.push_back(held[c].values());
  }
  std::vector<RowRun> of_rows;
  for (const auto& [first, at, rows] : runs) of_rows.push_back({first, at, rows});
  std::string answer;
  {
    const std::string_view bytes(request.c_str(), request.size());
    const WithoutGil release;
    answer = answer_pass(columns, of_rows, bytes, threads);
  }
  return nb::bytes(answer.data(), answer.size());
}

}  // namespace

void bind_remote(nb::module_& m) {
  m.def(
      "remote_rows",
      [](const std::vector<std::string>& names, index_t rows, nb::object owner) {
        return PythonRows{std::make_shared<PythonRemote>(names, rows, std::move(owner)), {}};
      },
      nb::arg("names"), nb::arg("rows"), nb::arg("owner"),
      "Rows that other processes hold; owner has ask(request) and fetch(firsts, width, columns).");
  m.def("answer_pass", &answered, nb::arg("arrays"), nb::arg("runs"), nb::arg("request"),
        nb::arg("threads") = 1,
        "Answers a request over the rows that are held; runs: (first row of all, place in the "
        "arrays, rows).");
  m.attr("LEAF_ROWS") = RowSource::kLeafRows;
}

}  // namespace nlsq::python
