// SPDX-License-Identifier: MIT
#include "search/boxes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace nlsq::search {
namespace {

constexpr double kTwoPi = 2.0 * std::numbers::pi;
constexpr double kNegative = 0.25;  // share of the other sign

std::size_t at_share(double share, std::size_t size) {
  const double place = share * static_cast<double>(size);
  return std::min(static_cast<std::size_t>(std::max(place, 0.0)), size - 1);
}

// The largest |value| within a tenth of the data about the maximum is left out for the next one.
std::size_t largest(std::vector<double>& values, std::size_t reach) {
  const auto top =
      static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
  const std::size_t from = top > reach ? top - reach : 0;
  const std::size_t to = std::min(values.size() - 1, top + reach);
  for (std::size_t i = from; i <= to; ++i) values[i] = -INFINITY;
  return top;
}

// Two log ranges, the second of the other sign where that matters.
void add_signed(Box& box, double share, double low, double high, bool both_signs,
                double negative = kNegative) {
  if (both_signs) {
    box.add_log(share * (1.0 - negative), low, high);
    box.add_log(share * negative, low, high, -1.0);
  } else {
    box.add_log(share, low, high);
  }
}

// Ends of a range of scale·θ^exponent turned into θ.
std::pair<double, double> solved(double low, double high, double scale, double exponent) {
  const double a = std::pow(low / scale, 1.0 / exponent);
  const double b = std::pow(high / scale, 1.0 / exponent);
  return {std::min(a, b), std::max(a, b)};
}

// The data's own range in the argument: exp(θ·g) from hardly bent to a spike.
std::pair<double, double> rate_range(const Meeting& m, const Facts& g) {
  const double smallest = std::max(g.quantile(0.05), g.least);
  if (m.use == Use::pole) return {0.05 / g.most, 20.0 / std::max(g.least, 1e-6 * g.most)};
  // Far from zero only changes along the data count.
  if (g.most > 5.0 * g.span && g.span > 0.0) return {0.2 / g.span, 60.0 / g.span};
  const double spread = g.span > 0.0 ? g.span : g.most;
  const double bend = 30.0 * std::max(1.0, g.most / smallest);
  return {0.1 / spread, std::min(bend, 3.0 * std::max(g.count, 10.0)) / spread};
}

void add_shift(Box& box, const Meeting& m, const Facts& d, std::span<const double> places) {
  // data ± scale·θ vanishes where the data are v: θ = ∓v/scale.
  const double sign = m.adds ? -1.0 : 1.0;
  const auto put = [&](double v) { return sign * v / m.scale; };
  const double low = d.sorted.front(), high = d.sorted.back();
  const double span = d.span > 0.0 ? d.span : std::max(std::abs(high), 1.0);
  const auto below = [&](double share, double from, double to) {
    box.add_log(share, from * span / m.scale, to * span / m.scale, -sign, put(low));
  };
  const auto above = [&](double share, double from, double to) {
    box.add_log(share, from * span / m.scale, to * span / m.scale, sign, put(high));
  };
  if (m.use == Use::pole) {
    const double least = d.least > 0.0 ? d.least : span;
    const double most = d.most > 0.0 ? d.most : span;
    box.add_log(0.45, 0.1 * least / m.scale, 10.0 * most / m.scale,
                -sign * (low >= 0.0 ? 1.0 : -1.0));
    below(0.2, 1e-4, 5.0);
    above(0.15, 1e-4, 5.0);
    box.add_even(0.2, std::min(put(low), put(high)), std::max(put(low), put(high)));
    return;
  }
  if (!places.empty()) {
    std::vector<double> values;
    for (const double v : places) values.push_back(put(v));
    box.add_values(0.35, std::move(values));
  }
  // Between neighbours: which side of a value a step is on is then no matter of rounding.
  std::vector<double> between;
  for (std::size_t i = 1; i < d.sorted.size(); ++i)
    between.push_back(put(0.5 * (d.sorted[i - 1] + d.sorted[i])));
  box.add_even(0.25, std::min(put(low), put(high)), std::max(put(low), put(high)));
  box.add_values(m.use == Use::step ? 1.0 : 0.15, std::move(between));
  if (m.use == Use::step) return;
  below(0.12, 0.02, 5.0);
  above(0.13, 0.02, 5.0);
}

}  // namespace

double Facts::quantile(double share) const {
  std::vector<double> sizes;
  for (const double v : sorted) {
    if (v != 0.0) sizes.push_back(std::abs(v));
  }
  if (sizes.empty()) return 0.0;
  std::sort(sizes.begin(), sizes.end());
  return sizes[at_share(share, sizes.size())];
}

Facts facts_of(std::span<const double> values, index_t all_rows) {
  Facts facts;
  for (const double v : values) {
    if (std::isfinite(v)) facts.sorted.push_back(v);
  }
  if (facts.sorted.empty()) return facts;
  std::sort(facts.sorted.begin(), facts.sorted.end());
  facts.sorted.erase(std::unique(facts.sorted.begin(), facts.sorted.end()), facts.sorted.end());
  facts.span = facts.sorted.back() - facts.sorted.front();
  facts.least = INFINITY;
  for (const double v : facts.sorted) {
    if (v != 0.0) facts.least = std::min(facts.least, std::abs(v));
    facts.most = std::max(facts.most, std::abs(v));
  }
  if (!std::isfinite(facts.least)) facts.least = 0.0;
  const double share = static_cast<double>(all_rows) / static_cast<double>(values.size());
  const auto distinct = static_cast<double>(facts.sorted.size());
  // Most of a sample's values differ only if those of all rows do.
  facts.count = 2.0 * distinct > static_cast<double>(values.size()) ? distinct * share : distinct;
  facts.spacing = facts.count > 1.0 ? facts.span / (facts.count - 1.0) : facts.span;
  if (share == 1.0 && facts.sorted.size() > 2) {
    std::vector<double> steps;
    for (std::size_t i = 1; i < facts.sorted.size(); ++i)
      steps.push_back(facts.sorted[i] - facts.sorted[i - 1]);
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    facts.spacing = *middle;
  }
  return facts;
}

std::vector<double> features(std::span<const double> x, std::span<const double> y) {
  const std::size_t n = x.size();
  if (n < 4) return {x.begin(), x.end()};
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  // Means over about a sixtieth of the points.
  const std::size_t width = std::max<std::size_t>(1, n / 60);
  std::vector<double> smooth(n), by_size;
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0.0;
    const std::size_t from = i > width / 2 ? i - width / 2 : 0, to = std::min(n, from + width);
    for (std::size_t j = from; j < to; ++j) sum += y[order[j]];
    smooth[i] = sum / static_cast<double>(to - from);
  }
  by_size = smooth;
  std::nth_element(by_size.begin(), by_size.begin() + static_cast<std::ptrdiff_t>(n / 2),
                   by_size.end());
  const double median = by_size[n / 2];
  std::vector<double> up(n), down(n), slope(n, 0.0), bend(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) up[i] = smooth[i] - median, down[i] = median - smooth[i];
  for (std::size_t i = 1; i + 1 < n; ++i) {
    slope[i] = std::abs(smooth[i + 1] - smooth[i - 1]);
    bend[i] = std::abs(smooth[i + 1] - 2.0 * smooth[i] + smooth[i - 1]);
  }
  const std::size_t reach = std::max<std::size_t>(1, n / 30);
  std::vector<double> places;
  for (int round = 0; round < 4; ++round) {
    for (std::vector<double>* of : {&up, &down, &slope, &bend}) {
      if (std::isfinite(*std::max_element(of->begin(), of->end())))
        places.push_back(x[order[largest(*of, reach)]]);
    }
  }
  return places;
}

void Box::add_log(double share, double low, double high, double sign, double offset) {
  if (!(low > 0.0 && high > 0.0 && std::isfinite(low) && std::isfinite(high))) return;
  pieces_.push_back(
      {share, std::min(low, high), std::max(low, high), sign, offset, Piece::Kind::log, {}});
  total_ += share;
}

void Box::add_even(double share, double low, double high) {
  if (!(std::isfinite(low) && std::isfinite(high))) return;
  pieces_.push_back({share, low, high, 1.0, 0.0, Piece::Kind::even, {}});
  total_ += share;
}

void Box::add_values(double share, std::vector<double> values) {
  if (values.empty()) return;
  pieces_.push_back({share, 0.0, 0.0, 1.0, 0.0, Piece::Kind::values, std::move(values)});
  total_ += share;
}

double Box::pick(double u) const {
  if (pieces_.empty()) return inside(1.0, u);
  double left = u * total_;
  const Piece* piece = &pieces_.back();
  for (const Piece& p : pieces_) {
    piece = &p;
    if (left < p.share) break;
    left -= p.share;
  }
  const double t = std::clamp(left / piece->share, 0.0, 1.0);
  double value = 0.0;
  switch (piece->kind) {
    case Piece::Kind::log:
      value = piece->offset + piece->sign * piece->low * std::pow(piece->high / piece->low, t);
      break;
    case Piece::Kind::even: value = piece->low + (piece->high - piece->low) * t; break;
    case Piece::Kind::values: value = piece->values[at_share(t, piece->values.size())]; break;
  }
  if (power != 1.0) value = std::copysign(std::pow(std::abs(value), power), value);
  return inside(value, u);
}

double Box::inside(double value, double u) const {
  if (value >= lower && value <= upper) return value;
  if (-value >= lower && -value <= upper) return -value;
  if (std::isfinite(lower) && std::isfinite(upper)) {
    if (lower > 0.0 && upper > 100.0 * lower) return lower * std::pow(upper / lower, u);
    return lower + (upper - lower) * u;
  }
  const double bound = std::isfinite(lower) ? lower : upper;
  const double mirrored = 2.0 * bound - value;
  return std::isfinite(mirrored) && mirrored >= lower && mirrored <= upper ? mirrored : bound;
}

Box box_of(const Meeting& m, const Facts& product, const Facts& partner,
           std::span<const double> places, std::span<const double> peaks, bool both_signs) {
  Box box;
  const double e = m.exponent;
  const bool has_partner = !partner.sorted.empty();
  switch (m.role) {
    case Role::shift:
      if (has_partner) add_shift(box, m, partner, places);
      break;
    case Role::width:
    case Role::rate: {
      if (has_partner && partner.span > 0.0) {
        // (data − m)^power: distances from a spacing to some spans.
        const double s = m.partner_power;
        const double g = product.sorted.empty() ? 1.0 : product.quantile(0.5);
        const double near = std::pow(0.7 * partner.spacing, s);
        const double far = std::pow(3.0 * partner.span, s);
        const auto [low, high] = m.role == Role::width
                                     ? solved(std::min(near, far), std::max(near, far), m.scale, e)
                                     : solved(1.0 / (g * std::max(near, far)),
                                              1.0 / (g * std::min(near, far)), m.scale, e);
        add_signed(box, 1.0, low, high, both_signs);
      } else if (!product.sorted.empty() && product.most > 0.0) {
        const auto range = rate_range(m, product);
        const auto [low, high] = solved(range.first, range.second, m.scale, e);
        add_signed(box, 1.0, low, high, both_signs, m.use == Use::pole ? 0.15 : kNegative);
      }
      break;
    }
    case Role::magnitude:
      if (has_partner && partner.most > 0.0) {
        const double p = m.partner_power;
        const auto [low, high] =
            solved(0.1 * std::pow(partner.least, p), 10.0 * std::pow(partner.most, p), m.scale, e);
        add_signed(box, 1.0, low, high, both_signs, 0.1);
      }
      break;
    case Role::frequency: {
      const Facts& g = product.sorted.empty() ? partner : product;
      if (g.sorted.empty()) {
        box.add_log(1.0, 0.3, 100.0);  // of a logarithm, say: radians a unit of it
      } else if (g.span > 0.0) {
        const double low = 0.25 * kTwoPi / g.span;
        const double high = std::numbers::pi / std::max(g.spacing, g.span / std::max(g.count, 2.0));
        box.power = 1.0 / e;
        if (!peaks.empty()) {
          std::vector<double> values;
          for (const double w : peaks) values.push_back(w / m.scale);
          box.add_values(2.0, std::move(values));
        }
        add_signed(box, 0.6, low / m.scale, high / m.scale, both_signs, 0.15);
        box.add_even(0.4, low / m.scale, high / m.scale);
      }
      break;
    }
    case Role::exponent:
      add_signed(box, 1.0, 0.2 / m.scale, 8.0 / m.scale, both_signs, 0.35);
      break;
    case Role::phase:
      box.add_even(1.0, -std::numbers::pi / m.scale, std::numbers::pi / m.scale);
      break;
    case Role::none: break;
  }
  if (box.is_empty()) add_signed(box, 1.0, 1e-3, 1e3, both_signs);
  return box;
}

}  // namespace nlsq::search
