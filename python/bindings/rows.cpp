// SPDX-License-Identifier: MIT
// Rows that are not in memory for Python: files, arrays beside them, batches that are spilled.
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <utility>

#include "array.hpp"
#include "gil.hpp"
#include "nlsq/error.hpp"
#include "nlsq/row_files.hpp"
#include "rows.hpp"

namespace nlsq::python {
namespace {

std::vector<std::string> names_of(const PythonRows& rows) {
  std::vector<std::string> names;
  for (const SourceColumn& column : rows.rows->columns()) names.push_back(column.name);
  return names;
}

nb::tuple open_files(const std::vector<std::string>& files, const std::vector<std::string>& columns,
                     const std::vector<std::string>& used, bool omit, const std::string& scratch,
                     const std::vector<std::pair<std::string, std::string>>& raw, index_t offset,
                     index_t count) {
  RowFileOptions options;
  options.read.columns = columns;
  options.used = used;
  options.missing = omit ? Missing::omit : Missing::raise;
  options.scratch = scratch;
  options.raw = raw;
  options.raw_offset = offset;
  options.raw_rows = count;
  OpenedRows opened;
  {
    const WithoutGil release;
    opened = open_rows(files, options);
  }
  return nb::make_tuple(PythonRows{std::move(opened.rows), {}}, opened.notes, opened.omitted);
}

// The arrays are held as long as the source.
PythonRows rows_of_arrays(const std::vector<std::string>& names,
                          const std::vector<nb::object>& arrays) {
  std::vector<std::shared_ptr<Buffer>> held;
  std::vector<std::pair<std::string, Values>> columns;
  for (std::size_t c = 0; c < arrays.size(); ++c) {
    held.push_back(std::make_shared<Buffer>(arrays[c]));
    columns.emplace_back(names[c], held.back()->values());
  }
  return {rows_in_memory(std::move(columns)), std::move(held)};
}

template <class Join>
PythonRows put_together(const std::vector<PythonRows>& parts, const Join& join) {
  std::vector<SharedRows> sources;
  std::vector<std::shared_ptr<Buffer>> held;
  for (const PythonRows& part : parts) {
    sources.push_back(part.rows);
    held.insert(held.end(), part.held.begin(), part.held.end());
  }
  return {join(std::move(sources)), std::move(held)};
}

// Some rows of all columns: runs of `width`.
nb::list gathered(const PythonRows& source, const std::vector<index_t>& firsts, index_t width) {
  const RowSource& rows = *source.rows;
  std::vector<index_t> all;
  std::vector<std::vector<double>> values;
  std::vector<void*> to;
  for (const SourceColumn& column : rows.columns()) {
    all.push_back(column.index);
    values.emplace_back(firsts.size() * static_cast<std::size_t>(width));
  }
  for (std::vector<double>& column : values) to.push_back(column.data());
  rows.gather(firsts, width, all, to);
  nb::list arrays;
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (rows.columns()[c].float32) {
      const std::vector<float> narrow(
          reinterpret_cast<const float*>(values[c].data()),
          reinterpret_cast<const float*>(values[c].data()) + values[c].size());
      values[c].assign(narrow.begin(), narrow.end());
    }
    arrays.append(new_array(values[c]));
  }
  return arrays;
}

void append(RowSpill& spill, const std::vector<nb::object>& arrays) {
  std::vector<Buffer> held(arrays.size());
  std::vector<const double*> columns;
  index_t rows = -1;
  for (std::size_t c = 0; c < arrays.size(); ++c) {
    if (!held[c].take(arrays[c]) || held[c].values().float32)
      throw nb::type_error("columns must be contiguous float64 arrays");
    if (rows >= 0 && held[c].values().size != rows)
      throw nb::value_error("the columns of a batch have different lengths");
    rows = held[c].values().size;
    columns.push_back(static_cast<const double*>(held[c].values().data));
  }
  const WithoutGil release;
  spill.append(columns, rows);
}

}  // namespace

void bind_rows(nb::module_& m) {
  nb::class_<PythonRows>(m, "Rows", "Rows that are not in memory.")
      .def_prop_ro("rows", [](const PythonRows& r) { return r.rows->rows(); })
      .def_prop_ro("names", &names_of)
      .def("gather", &gathered, "Runs of rows of all columns.");
  nb::class_<RowSpill>(m, "RowSpill", "A scratch file that columns are written to.")
      .def(nb::init<std::vector<std::string>, const std::string&>())
      .def("append", &append)
      .def("finish", [](RowSpill& spill) {
        return PythonRows{spill.finish(), {}};
      });
  m.def("files_of", &files_of, "The files that a pattern names.");
  m.def("open_rows", &open_files, nb::arg("files"), nb::arg("columns"), nb::arg("used"),
        nb::arg("omit"), nb::arg("scratch"), nb::arg("raw"), nb::arg("offset"),
        nb::arg("count") = 0, "(Rows, notes, rows left out) of files.");
  m.def("rows_of_arrays", &rows_of_arrays, "Arrays as a source.");
  m.def("rows_joined",
        [](const std::vector<PythonRows>& parts) { return put_together(parts, rows_joined); });
  m.def("rows_beside",
        [](const std::vector<PythonRows>& parts) { return put_together(parts, rows_beside); });
}

}  // namespace nlsq::python
