// SPDX-License-Identifier: MIT
#include "many/many_starts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <span>
#include <utility>

#include "runtime/settings.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr std::size_t kMostStarts = 3;  // that all sets are fitted from
constexpr double kSameMinimum = 1e-3;   // of the cost
constexpr double kRounding = 1e-20;     // of the sum of squares: a cost that is none
constexpr double kServed = 0.99;        // of the pilots that ones must serve to be all there is
constexpr index_t kRankingPasses = 12;  // that tell which start serves a set
constexpr index_t kCandidates = 16;     // ends that are tried on all pilots
constexpr index_t kMostAgain = 256;     // sets that are searched after all
constexpr double kMoreLeft = 2.0;       // times as much as of any pilot

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

double finite_or_infinite(double cost) {
  return std::isfinite(cost) ? cost : std::numeric_limits<double>::infinity();
}

// Some of the sets, without the rows that do not count, one after the other.
class Pilots {
 public:
  Pilots(const ManySetup& setup, std::vector<index_t> sets) : sets_(std::move(sets)) {
    const ManyData& all = *setup.data;
    const ManyData::Column& sigma = all.sigma();
    const std::size_t c = setup.columns.size();
    values_.resize(c + 2);
    offsets_.push_back(0);
    for (const index_t set : sets_) {
      for_each_row(all, setup.columns, setup.options->omit_not_finite, set,
                   [&](index_t r, index_t at) {
                     for (std::size_t k = 0; k < c; ++k) {
                       const ManyData::Column& from = *setup.columns[k];
                       values_[k].push_back(from.values[from.shared ? r : at]);
                     }
                     values_[c].push_back(all.response()[all.shares_response() ? r : at]);
                     if (sigma.values.size > 0)
                       values_[c + 1].push_back(sigma.values[sigma.shared ? r : at]);
                   });
      offsets_.push_back(static_cast<index_t>(values_[c].size()));
      add_bounds(setup, set);
    }
    data_.emplace(std::span<const index_t>(offsets_));
    for (std::size_t k = 0; k < c; ++k) data_->column(setup.columns[k]->name, values_[k]);
    data_->response(values_[c]);
    if (sigma.values.size > 0)
      data_->sigma(values_[c + 1]);
    else if (all.sigma_number() > 0.0)
      data_->sigma(all.sigma_number());
    options_ = *setup.options;
    options_.lower = lower_;
    options_.upper = upper_;
    options_.progress = {};
    options_.time_limit = 0.0;
  }

  index_t size() const { return static_cast<index_t>(sets_.size()); }
  const ManyData& data() const { return *data_; }
  const ManyOptions& options() const { return options_; }
  index_t set(index_t pilot) const { return sets_[z(pilot)]; }
  double sum_of_squares(index_t pilot) const {
    const std::span<const double> y =
        std::span(values_[values_.size() - 2])
            .subspan(z(offsets_[z(pilot)]), z(offsets_[z(pilot) + 1] - offsets_[z(pilot)]));
    return std::inner_product(y.begin(), y.end(), y.begin(), 0.0);
  }

 private:
  void add_bounds(const ManySetup& setup, index_t set) {
    const auto append = [&](std::span<const double> from, std::vector<double>& to) {
      if (from.empty()) return;
      const auto row = from.subspan(z(set * setup.size()), z(setup.size()));
      to.insert(to.end(), row.begin(), row.end());
    };
    append(setup.options->lower, lower_);
    append(setup.options->upper, upper_);
  }

  std::vector<index_t> sets_, offsets_;
  std::vector<std::vector<double>> values_;  // columns, response, sigma
  std::vector<double> lower_, upper_;
  std::optional<ManyData> data_;
  ManyOptions options_;
};

// Sets evenly over all of them.
std::vector<index_t> pilot_sets(index_t fits) {
  const index_t count = std::min(fits, kPilots);
  std::vector<index_t> sets;
  for (index_t i = 0; i < count; ++i)
    sets.push_back(count == fits ? i : i * (fits - 1) / (count - 1));
  return sets;
}

// The ends of all pilots, each searched for by itself.
struct Ends {
  std::vector<double> x, cost, rss;  // pilots × N, pilots, pilots
  std::vector<std::int32_t> status;
};

Ends search_each(const ManySetup& setup, const Pilots& pilots) {
  const index_t P = pilots.size(), N = setup.size();
  Ends ends{std::vector<double>(z(P * N)), std::vector<double>(z(P)), std::vector<double>(z(P)),
            std::vector<std::int32_t>(z(P))};
  ManyArrays into;
  into.popt = ends.x.data(), into.cost = ends.cost.data(), into.rss = ends.rss.data();
  into.status = ends.status.data();
  ManySetup of_pilots = setup;
  of_pilots.data = &pilots.data();
  of_pilots.options = &pilots.options();
  for (auto& column : of_pilots.columns) {
    for (const ManyData::Column& own : pilots.data().columns()) {
      if (own.name == column->name) {
        column = &own;
        break;
      }
    }
  }
  const int threads = static_cast<int>(
      std::clamp<index_t>(P, 1, evaluator_options(setup.options->threads).walk.threads));
  std::vector<std::unique_ptr<AloneFitter>> fitters(z(threads));
  shared_pool().run(threads, P, [&](int worker, index_t pilot) {
    auto& fitter = fitters[z(worker)];
    if (!fitter)
      fitter = std::make_unique<AloneFitter>(of_pilots, into, AloneFitter::Start::search);
    fitter->fit(pilot);
  });
  return ends;
}

// Of the weighted sum of squares about the mean of a set, what is left; 0 where there is none.
double left(const ManySetup& setup, index_t set, double rss) {
  const ManyData& data = *setup.data;
  const ManyData::Column& sigma = data.sigma();
  const auto for_each_value = [&](const auto& take) {
    for_each_row(data, setup.columns, setup.options->omit_not_finite, set,
                 [&](index_t r, index_t at) {
                   const double error = sigma.values.size > 0 ? sigma.values[sigma.shared ? r : at]
                                                              : std::max(data.sigma_number(), 0.0);
                   const double weight = error > 0.0 ? 1.0 / (error * error) : 1.0;
                   take(weight, data.response()[data.shares_response() ? r : at]);
                 });
  };
  double sum = 0.0, weights = 0.0, about = 0.0;
  for_each_value([&](double weight, double y) { sum += weight * y, weights += weight; });
  const double mean = weights > 0.0 ? sum / weights : 0.0;
  for_each_value([&](double weight, double y) { about += weight * (y - mean) * (y - mean); });
  return about > 0.0 && std::isfinite(rss) ? rss / about : 0.0;
}

double most_left(const ManySetup& setup, const Pilots& pilots, const Ends& ends) {
  double most = 0.0;
  for (index_t i = 0; i < pilots.size(); ++i)
    most = std::max(most, left(setup, pilots.set(i), ends.rss[z(i)]));
  return most;
}

// Fits of all sets of `data` from one start.
struct FromStart {
  std::vector<double> cost;
  std::int64_t evaluations = 0;
};

FromStart fit_from(const Model& model, const ManyData& data, ManyOptions options,
                   std::span<const double> start) {
  options.start.clear();
  options.p0.assign(start.begin(), start.end());
  for (std::size_t i = 0; i < start.size(); ++i) {
    const auto bounds = options.bounds.find(model.parameters()[i]);
    if (bounds != options.bounds.end())
      options.p0[i] = std::clamp(start[i], bounds->second.lower, bounds->second.upper);
  }
  options.second_start = SecondStart::none;
  FromStart found{std::vector<double>(z(data.fits())), 0};
  std::vector<std::int32_t> nfev(z(data.fits()));
  ManyArrays into;
  into.cost = found.cost.data(), into.nfev = nfev.data();
  fit_many(model, data, options, into);
  std::ranges::transform(found.cost, found.cost.begin(), finite_or_infinite);
  found.evaluations = std::accumulate(nfev.begin(), nfev.end(), std::int64_t{0});
  return found;
}

// Which starts reach the best of which pilots.
class Reach {
 public:
  explicit Reach(const Pilots& pilots, const Ends& ends) : served_(z(pilots.size())) {
    for (index_t i = 0; i < pilots.size(); ++i) {
      best_.push_back(finite_or_infinite(ends.cost[z(i)]));
      floor_.push_back(kRounding * pilots.sum_of_squares(i));
    }
  }
  void add(FromStart fits) {
    for (std::size_t i = 0; i < best_.size(); ++i) best_[i] = std::min(best_[i], fits.cost[i]);
    fits_.push_back(std::move(fits));
  }
  bool reaches(std::size_t start, std::size_t pilot) const {
    return std::isfinite(best_[pilot]) &&
           fits_[start].cost[pilot] <= (1.0 + kSameMinimum) * best_[pilot] + floor_[pilot];
  }
  std::int64_t evaluations(std::size_t start) const { return fits_[start].evaluations; }
  /// Pilots that `start` serves and no start that was chosen does.
  std::size_t gain(std::size_t start) const {
    std::size_t pilots = 0;
    for (std::size_t i = 0; i < served_.size(); ++i)
      pilots += !served_[i] && reaches(start, i) ? 1U : 0U;
    return pilots;
  }
  void choose(std::size_t start) {
    for (std::size_t i = 0; i < served_.size(); ++i) served_[i] = served_[i] || reaches(start, i);
  }
  std::size_t starts() const { return fits_.size(); }
  std::size_t fitted() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(best_, [](double cost) { return std::isfinite(cost); }));
  }

 private:
  std::vector<FromStart> fits_;
  std::vector<double> best_, floor_;
  std::vector<bool> served_;
};

// The fewest starts that serve all pilots, greedily; of those that serve as many the one from which
// the way is shortest, so that it lies in the middle of them.
std::vector<std::size_t> cover(Reach& reach) {
  std::vector<std::size_t> chosen;
  while (chosen.size() < kMostStarts) {
    std::size_t best = 0;
    for (std::size_t s = 1; s < reach.starts(); ++s)
      if (reach.gain(s) > reach.gain(best) ||
          (reach.gain(s) == reach.gain(best) && reach.evaluations(s) < reach.evaluations(best)))
        best = s;
    if (reach.gain(best) == 0) break;
    reach.choose(best);
    chosen.push_back(best);
  }
  return chosen;
}

// Of each set the start from which a short fit leaves least.
std::vector<double> best_of(const Model& model, const ManyData& data, const ManyOptions& options,
                            std::span<const std::span<const double>> starts) {
  ManyOptions brief(options);
  brief.max_nfev = kRankingPasses;
  brief.polish = false;
  brief.progress = {};
  const std::size_t fits = z(data.fits()), N = starts.front().size();
  std::vector<double> least(fits, std::numeric_limits<double>::infinity());
  std::vector<double> chosen(fits * N);
  for (const std::span<const double> start : starts) {
    const std::vector<double> cost = fit_from(model, data, brief, start).cost;
    for (std::size_t i = 0; i < fits; ++i) {
      if (&start != &starts.front() && !(cost[i] < least[i])) continue;
      least[i] = cost[i];
      std::ranges::copy(start, chosen.begin() + static_cast<std::ptrdiff_t>(i * N));
    }
  }
  return chosen;
}

}  // namespace

std::optional<FoundStarts> find_many_starts(const ManySetup& setup) {
  const Model& model = *setup.model;
  const ManyData& data = *setup.data;
  const ManyOptions& options = *setup.options;
  const index_t N = setup.size();
  if (options.FitOptions::starts != Starts::search || !options.starts.empty() || options.max_nfev)
    return {};
  if (is_given(setup.table) || data.fits() < 1 || setup.columns.empty()) return {};

  const Pilots pilots(setup, pilot_sets(data.fits()));
  const Ends ends = search_each(setup, pilots);
  Reach reach(pilots, ends);
  const std::span<const double> ones(setup.table.start.data(), z(N));
  reach.add(fit_from(model, pilots.data(), pilots.options(), ones));
  if (static_cast<double>(reach.gain(0)) >= kServed * static_cast<double>(reach.fitted()))
    return {};
  FoundStarts found;
  const auto end_of = [&](index_t pilot) {
    return std::span<const double>(ends.x).subspan(z(pilot * N), z(N));
  };
  const auto append = [&](std::span<const double> start) {
    found.values.insert(found.values.end(), start.begin(), start.end());
  };
  if (data.fits() == pilots.size()) {
    for (index_t i = 0; i < pilots.size(); ++i) append(ends.status[z(i)] > 0 ? end_of(i) : ones);
    return found;
  }
  found.most_left = most_left(setup, pilots, ends);
  std::vector<std::span<const double>> starts{ones};
  for (index_t k = 0; k < kCandidates; ++k) {
    const index_t pilot = k * (pilots.size() - 1) / (kCandidates - 1);
    if (ends.status[z(pilot)] <= 0) continue;
    starts.push_back(end_of(pilot));
    reach.add(fit_from(model, pilots.data(), pilots.options(), starts.back()));
  }
  std::vector<std::span<const double>> chosen;
  for (const std::size_t s : cover(reach)) chosen.push_back(starts[s]);
  if (chosen.empty()) return {};
  if (chosen.size() == 1)
    append(chosen[0]);
  else
    found.values = best_of(model, data, options, chosen);
  return found;
}

void search_where_more_is_left(const ManySetup& setup, double most_left, const ManyArrays& into) {
  std::vector<index_t> sets;
  for (index_t i = 0; i < setup.data->fits(); ++i) {
    if (static_cast<index_t>(sets.size()) == kMostAgain) break;
    if (left(setup, i, into.rss[i]) > kMoreLeft * most_left) sets.push_back(i);
  }
  if (sets.empty()) return;
  const Pilots again(setup, std::move(sets));
  const Ends ends = search_each(setup, again);
  AloneFitter fitter(setup, into, AloneFitter::Start::search);
  for (index_t i = 0; i < again.size(); ++i) {
    const index_t set = again.set(i);
    if (ends.status[z(i)] > 0 && ends.cost[z(i)] < (1.0 - kSameMinimum) * into.cost[set])
      fitter.fit(set);
  }
}

}  // namespace nlsq::fit_impl
