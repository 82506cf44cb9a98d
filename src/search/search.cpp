// SPDX-License-Identifier: MIT
#include "search/search.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "search/periodogram.hpp"

namespace nlsq::search {
namespace {

constexpr double kClose = 0.03;  // of the box: the same place
constexpr std::uint64_t kSeed = 12;
constexpr double kSame = 1e-9;  // of a cost

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

std::vector<double> extended(std::span<const double> of_model, const SearchModel& model,
                             double otherwise) {
  std::vector<double> all(of_model.begin(), of_model.end());
  all.resize(z(model.slots), otherwise);
  return all;
}

// The coefficient that stands for exp(A) is positive.
std::vector<double> lower_bounds(std::span<const double> of_model, const SearchModel& model) {
  std::vector<double> all = extended(of_model, model, -INFINITY);
  for (const Rewrite& rewrite : model.rewrites) {
    if (rewrite.kind == Rewrite::Kind::log_amplitude) all[z(rewrite.first)] = 0.0;
  }
  return all;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

// Π factor^power in each row; signs are kept of odd powers.
std::vector<double> product_of(const Meeting& meeting, const SearchModel& model,
                               const std::vector<std::vector<double>>& data, std::size_t rows) {
  std::vector<double> product;
  if (meeting.factors.empty()) return product;
  product.assign(rows, 1.0);
  for (const Factor& factor : meeting.factors) {
    const auto at = std::find(model.data_nodes.begin(), model.data_nodes.end(), factor.node) -
                    model.data_nodes.begin();
    const std::vector<double>& values = data[static_cast<std::size_t>(at)];
    const bool is_odd = std::abs(std::fmod(factor.power, 2.0)) == 1.0;
    for (std::size_t i = 0; i < rows; ++i) {
      const double size = std::pow(std::abs(values[i]), factor.power);
      product[i] *= is_odd && values[i] < 0.0 ? -size : size;
    }
  }
  return product;
}

const std::vector<double>* partner_of(const Meeting& meeting, const SearchModel& model,
                                      const std::vector<std::vector<double>>& data) {
  if (meeting.partner == expr::kNone) return nullptr;
  const auto at = std::find(model.data_nodes.begin(), model.data_nodes.end(), meeting.partner) -
                  model.data_nodes.begin();
  return &data[static_cast<std::size_t>(at)];
}

// Likely values of a frequency beside another one whose data are not proportional to its own: the
// one with fewer factors is that of the wave, the other one a rate at which it changes.
std::vector<double> chirps_of(std::size_t i, const SearchModel& model,
                              const std::vector<std::vector<double>>& data,
                              std::span<const double> y, index_t all_rows) {
  const Meeting& own = model.roles[i];
  const auto is_plain = [](const Meeting& m) {
    return m.role == Role::frequency && !m.shared && !m.factors.empty() && m.exponent == 1.0;
  };
  if (!is_plain(own)) return {};
  for (std::size_t j = 0; j < model.roles.size(); ++j) {
    const Meeting& other = model.roles[j];
    if (j == i || !is_plain(other) || other.factors.size() == own.factors.size()) continue;
    const bool is_wave = own.factors.size() < other.factors.size();
    const std::vector<double> x = product_of(is_wave ? own : other, model, data, y.size());
    const std::vector<double> z = product_of(is_wave ? other : own, model, data, y.size());
    const Chirps found = likely_chirps(x, z, y, all_rows);
    if (!found.rates.empty()) return is_wave ? found.frequencies : found.rates;
  }
  return {};
}

// The product of other parameters, each from the middle of its box; of those that have none, 1.
double size_of(std::span<const Other> others, const SearchModel& model,
               std::span<const Box> boxes) {
  double size = 1.0;
  for (const Other& other : others) {
    const auto at = std::find(model.nonlinear.begin(), model.nonlinear.end(), other.parameter);
    if (at == model.nonlinear.end()) continue;
    const auto i = static_cast<std::size_t>(at - model.nonlinear.begin());
    if (model.roles[i].role == Role::none) continue;
    const double middle = std::pow(std::abs(boxes[i].pick(0.5)), other.power);
    if (std::isfinite(middle) && middle > 0.0) size *= middle;
  }
  return size;
}

}  // namespace

Search::Search(const SearchModel& model, const Table& table, const Sample& sample,
               std::span<const double> values, std::span<const double> lower,
               std::span<const double> upper, engine::Isa isa)
    : model_(&model),
      sample_(&sample),
      isa_(isa),
      slots_(extended(values, model, 1.0)),
      lower_(lower_bounds(lower, model)),
      upper_(extended(upper, model, INFINITY)),
      projection_(model, sample, isa, lower_, upper_),
      sobol_(dimensions(), kSeed + static_cast<std::uint64_t>(sample.all_rows)) {
  make_boxes(table);
}

void Search::make_boxes(const Table& table) {
  const std::vector<std::vector<double>> data = values_of(model_->data, *sample_, slots_, isa_);
  const auto rows = z(sample_->rows);
  const index_t waves_wanted =
      std::count_if(model_->roles.begin(), model_->roles.end(),
                    [](const Meeting& m) { return m.role == Role::frequency; });
  Sample waves;
  std::vector<std::vector<double>> along;
  if (waves_wanted > 0) {
    waves = take_sample(table, spread_rows(table, kWaveRows));
    along = values_of(model_->data, waves, slots_, isa_);
  }
  const std::span<const double> y(sample_->y.data(), rows);
  std::vector<bool> both(model_->nonlinear.size(), true);
  for (int round = 0; round < 2; ++round) {  // the second knows which signs matter, and sizes
    const std::vector<Box> before = std::exchange(boxes_, {});
    for (std::size_t i = 0; i < model_->nonlinear.size(); ++i) {
      Meeting m = model_->roles[i];
      if (round == 1) m.scale *= size_of(m.others, *model_, before);
      const std::vector<double>* partner = partner_of(m, *model_, data);
      Facts product, of_partner;
      const std::vector<double> factors = product_of(m, *model_, data, rows);
      if (!factors.empty()) product = facts_of(factors, sample_->all_rows);
      std::vector<double> places, peaks;
      if (partner != nullptr) {
        of_partner = facts_of(*partner, sample_->all_rows);
        if (m.role == Role::shift) places = features(*partner, y);
      }
      if (m.role == Role::frequency && round == 1) {
        std::vector<double> x = product_of(m, *model_, along, z(waves.rows));
        if (x.empty() && partner != nullptr) x = *partner_of(m, *model_, along);
        const std::span<const double> heights(waves.y.data(), z(waves.rows));
        peaks = chirps_of(i, *model_, along, heights, sample_->all_rows);
        if (peaks.empty() && !x.empty())
          peaks = likely_frequencies(x, heights, sample_->all_rows, waves_wanted);
      }
      Box box = box_of(m, product, of_partner, places, peaks, both[i]);
      box.lower = lower_[z(model_->nonlinear[i])];
      box.upper = upper_[z(model_->nonlinear[i])];
      boxes_.push_back(std::move(box));
    }
    if (round == 0) {
      for (std::size_t i = 0; i < both.size(); ++i) both[i] = sign_matters(i);
    }
  }
}

// Compares costs where the parameter has one sign and the other, at a few points.
bool Search::sign_matters(std::size_t i) {
  const double value_low = lower_[z(model_->nonlinear[i])];
  if (value_low >= 0.0) return false;
  Sobol points(dimensions(), kSeed);
  std::vector<double> unit(z(dimensions()));
  int compared = 0;
  for (int round = 0; round < 8 && compared < 2; ++round) {
    points.next(unit.data());
    const double cost = judge(unit);
    double& value = slots_[z(model_->nonlinear[i])];
    value = -value;
    const double mirrored = projection_.solve(slots_);
    if (!std::isfinite(cost) && !std::isfinite(mirrored)) continue;
    if (!(std::abs(cost - mirrored) <= kSame * cost)) return true;
    ++compared;
  }
  return compared == 0;
}

double Search::judge(const std::vector<double>& unit) {
  for (std::size_t i = 0; i < boxes_.size(); ++i)
    slots_[z(model_->nonlinear[i])] = boxes_[i].pick(unit[i]);
  return projection_.solve(slots_);
}

std::optional<Candidate> Search::complete(const Point& point) {
  Candidate candidate{std::vector<double>(z(model_->parameters)), judge(point.unit)};
  if (!model_->complete(slots_, candidate.parameters)) return std::nullopt;
  for (std::size_t i = 0; i < candidate.parameters.size(); ++i) {
    double& value = candidate.parameters[i];
    if (!std::isfinite(value)) return std::nullopt;
    value = std::clamp(value, lower_[i], upper_[i]);
  }
  return candidate;
}

// Columns of these terms and of no term.
std::vector<std::size_t> Search::columns_of(std::span<const std::size_t> groups) const {
  std::vector<bool> counts(model_->linear.size(), true);
  for (const Group& group : model_->groups) {
    for (const std::size_t column : group.columns) counts[column] = false;
  }
  for (const std::size_t group : groups) {
    for (const std::size_t column : model_->groups[group].columns) counts[column] = true;
  }
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c]) columns.push_back(c);
  }
  return columns;
}

// Moves a term to the best of `each` points and where it is, or to the second best; its cost.
double Search::judge_group(std::size_t group, std::span<const std::size_t> columns, index_t each,
                           index_t choice, std::vector<double>& unit) {
  const std::vector<std::size_t>& members = model_->groups[group].nonlinear;
  projection_.use_only(columns);
  std::vector<double> drawn(unit.size()), trial(unit);
  std::vector<std::pair<double, std::vector<double>>> least;  // best first
  for (index_t i = 0; i <= each; ++i) {
    if (i > 0) {
      sobol_.next(drawn.data());
      for (const std::size_t member : members) trial[member] = drawn[member];
    }
    const double cost = judge(trial);
    if (!std::isfinite(cost)) continue;
    const auto at = std::find_if(least.begin(), least.end(),
                                 [&](const auto& known) { return cost < known.first; });
    least.insert(at, {cost, trial});
    if (static_cast<index_t>(least.size()) > choice + 1) least.pop_back();
  }
  projection_.use_only({});
  if (least.empty()) return INFINITY;
  unit = least.back().second;
  return least.back().first;
}

std::vector<Candidate> Search::pursue(index_t runs, index_t each) {
  std::vector<Candidate> found;
  const std::vector<Group>& groups = model_->groups;
  for (index_t run = 0; run < runs; ++run) {
    std::vector<double> unit(z(dimensions()));
    sobol_.next(unit.data());
    std::vector<std::size_t> placed, left(groups.size());
    std::iota(left.begin(), left.end(), std::size_t{0});
    while (!left.empty()) {
      // Of terms of one kind the first stands for all.
      std::vector<double> best_unit;
      std::size_t best_group = left.front();
      double least = INFINITY;
      std::vector<std::size_t> kinds;
      for (const std::size_t group : left) {
        if (std::find(kinds.begin(), kinds.end(), groups[group].kind) != kinds.end()) continue;
        kinds.push_back(groups[group].kind);
        std::vector<std::size_t> with(placed);
        with.push_back(group);
        std::vector<double> trial(unit);
        const index_t choice = run > 0 && z(run) > placed.size() ? 1 : 0;
        const double cost = judge_group(group, columns_of(with), each, choice, trial);
        if (best_unit.empty() || cost < least) least = cost, best_unit = trial, best_group = group;
      }
      unit = best_unit;
      placed.push_back(best_group);
      left.erase(std::find(left.begin(), left.end(), best_group));
    }
    double cost = INFINITY;
    for (int sweep = 0; sweep < 2; ++sweep) {
      for (const std::size_t group : placed) cost = judge_group(group, {}, each / 2, 0, unit);
    }
    if (std::optional<Candidate> made = complete({unit, cost})) found.push_back(std::move(*made));
  }
  return found;
}

std::vector<Candidate> Search::best(index_t count, index_t keep) {
  const std::size_t d = model_->nonlinear.size();
  if (d == 0) count = points_.empty() ? 1 : 0;
  for (index_t i = 0; i < count; ++i) {
    Point point{std::vector<double>(d), 0.0};
    sobol_.next(point.unit.data());
    point.cost = judge(point.unit);
    if (std::isfinite(point.cost)) points_.push_back(std::move(point));
  }
  std::vector<std::size_t> order(points_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return points_[a].cost < points_[b].cost; });
  // Lower than as many neighbours as a cross in d dimensions has.
  const std::size_t neighbours = 2 * d + 2;
  const auto is_local = [&](std::size_t at) {
    if (points_.size() <= neighbours + 1) return true;
    std::vector<std::pair<double, double>> near;  // distance, cost
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (i != at) near.emplace_back(distance(points_[i].unit, points_[at].unit), points_[i].cost);
    }
    const auto end = near.begin() + static_cast<std::ptrdiff_t>(neighbours);
    std::nth_element(near.begin(), end, near.end());
    return std::all_of(near.begin(), end,
                       [&](const auto& other) { return points_[at].cost <= other.second; });
  };
  std::vector<std::size_t> kept;
  const auto add = [&](std::size_t at) {
    const bool is_new = std::none_of(kept.begin(), kept.end(), [&](std::size_t other) {
      return distance(points_[at].unit, points_[other].unit) < kClose;
    });
    if (is_new) kept.push_back(at);
  };
  const std::size_t looked = std::min<std::size_t>(order.size(), 128);
  for (std::size_t i = 0; i < looked && kept.size() < z(keep) * 3 / 4; ++i) {
    if (is_local(order[i])) add(order[i]);
  }
  for (std::size_t i = 0; i < order.size() && kept.size() < z(keep); ++i) add(order[i]);
  std::vector<Candidate> candidates;
  for (const std::size_t at : kept) {
    if (std::optional<Candidate> made = complete(points_[at]))
      candidates.push_back(std::move(*made));
  }
  return candidates;
}

}  // namespace nlsq::search
