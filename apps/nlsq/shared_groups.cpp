// SPDX-License-Identifier: MIT
#include "shared_groups.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "assignments.hpp"
#include "groups.hpp"
#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

}  // namespace

void join_groups(const FitArguments& arguments, LoadedData& loaded) {
  std::vector<std::string> shared;
  for (const Assignment& item : parse_assignments(arguments.share, "--share")) {
    if (item.value) throw InputError("--share", "--share: names of parameters alone, as width,tau");
    shared.push_back(item.name);
  }
  const Groups groups = make_groups(loaded, arguments.missing == "omit");
  if (groups.without_key > 0) {
    throw InputError("--by", fmt::format("--by: {} rows have no key; leave them out with --where",
                                         groups.without_key));
  }
  std::vector<double>& codes = loaded.own.emplace_back(z(loaded.n_rows));
  std::vector<std::string> labels;
  for (index_t g = 0; g < groups.count(); ++g) {
    labels.push_back(groups.label(g));
    for (index_t i = groups.offsets[z(g)]; i < groups.offsets[z(g) + 1]; ++i)
      codes[z(groups.order.empty() ? i : groups.order[z(i)])] = static_cast<double>(g);
  }
  std::string column = arguments.by;
  const std::vector<std::string>& used = loaded.model->columns();
  while (std::find(used.begin(), used.end(), column) != used.end()) column += " group";
  loaded.model = std::make_unique<Model>(loaded.model->picked_by(column, shared));
  loaded.data.column(column, codes);
  loaded.data.labels(column, std::move(labels));
}

}  // namespace nlsq::command
