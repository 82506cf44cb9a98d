// SPDX-License-Identifier: MIT
#include "plan/many.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "plan/thresholds.hpp"
#include "plan/words.hpp"

namespace nlsq::plan {
namespace {

// Why not in lanes; sets_side_by_side: they serve.
Reason why_engine(const ManyShape& shape, index_t longest_in_lanes) {
  if (shape.lanes < 2) return Reason::no_lanes;
  if (shape.free < 1 || shape.free > shape.most_free) return Reason::free_beyond_lanes;
  return serves_lanes(longest_in_lanes) ? Reason::sets_side_by_side : Reason::rows_beyond_lanes;
}

}  // namespace

bool serves_lanes(index_t rows) { return rows >= 1 && rows <= kMostLaneRows; }

ManyPlan make_many(const ManyShape& shape) {
  ManyPlan plan;
  plan.sizes = {shape.fits, shape.rows, shape.free};
  index_t longest = shape.offsets.empty() ? shape.rows : 0;  // of those that lanes take
  for (std::size_t i = 1; i < shape.offsets.size(); ++i) {
    const index_t rows = shape.offsets[i] - shape.offsets[i - 1];
    if (rows > kMostLaneRows)
      ++plan.long_sets;
    else
      longest = std::max(longest, rows);
  }
  plan.why.engine = why_engine(shape, longest);
  plan.lanes = plan.why.engine == Reason::sets_side_by_side;
  if (!plan.lanes) plan.long_sets = 0;
  plan.width = plan.lanes ? shape.lanes : 1;
  return plan;
}

void leave_lanes(ManyPlan& plan) {
  plan.lanes = false;
  plan.width = 1;
  plan.long_sets = 0;
  plan.why.engine = Reason::not_in_every_lane;
}

void share_sets(const ManyShape& shape, int threads, ManyPlan& plan) {
  plan.threads = static_cast<int>(std::clamp<index_t>(shape.fits, 1, threads));
  plan.why.threads = plan.threads < threads ? Reason::few_sets : Reason::processors;
  const index_t shares = kSharesAThread * plan.threads;
  const index_t even = (shape.fits - plan.long_sets) / shares / shape.most_lanes * shape.most_lanes;
  plan.part = std::clamp(even, kLeastVectors * shape.most_lanes, kMostSetsAPart);
  plan.why.part = even > kMostSetsAPart ? Reason::whole_parts : Reason::even_parts;
}

}  // namespace nlsq::plan

namespace nlsq {

std::string ManyPlan::explain() const {
  std::string text = fmt::format("Many fits: {} of {} at most, {} free parameter{}\n",
                                 plan::counted(sizes.fits, "set"), plan::counted(sizes.rows, "row"),
                                 sizes.free, sizes.free == 1 ? "" : "s");
  const auto add = [&](const char* name, const std::string& choice, Reason reason) {
    if (reason == Reason::unknown) return;
    text += fmt::format("  {:<12} {:<22} {}\n", name, choice, plan::words_of(reason, {}));
  };
  add("engine", lanes ? fmt::format("lanes, {} sets wide", width) : "interpreter", why.engine);
  if (long_sets > 0) add("alone", plan::counted(long_sets, "set"), Reason::rows_beyond_lanes);
  add("threads", plan::grouped(threads), why.threads);
  add("at a time", plan::counted(part, "set"), why.part);
  return text;
}

}  // namespace nlsq
