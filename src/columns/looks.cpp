// SPDX-License-Identifier: MIT
#include "columns/looks.hpp"

#include "columns/resident.hpp"
#include "runtime/settings.hpp"

namespace nlsq::fit_impl {

void look_first(std::span<const TermView> terms, std::span<reduce::Term> bound,
                const FitOptions& options, Looks& looks) {
  for (std::size_t t = 0; t < terms.size(); ++t) {
    if (!FirstLook::pays(bound[t].rows)) continue;
    bound[t].visitor = &looks[t].emplace(terms[t], options);
  }
}

base::SmallVector<Moments, 4> moments_of(std::span<const TermView> terms, const Looks& looks,
                                         const FitOptions& options, bool on_device) {
  base::SmallVector<Moments, 4> all;
  for (std::size_t t = 0; t < terms.size(); ++t) {
    const auto& responses = terms[t].data->responses();
    for (std::size_t i = 0; i < responses.size(); ++i) {
      const int threads = useful_threads(options.threads, responses[i].y.size);
      if (on_device && responses[i].sigma.size == 0 && responses[i].sigma_number == 0.0) {
        if (const auto known = resident_moments(responses[i].y)) {
          all.push_back(*known);
          continue;
        }
      }
      if (looks[t] && looks[t]->is_complete()) {
        all.push_back(looks[t]->moments(i));
      } else if (!terms[t].data->is_streamed()) {
        all.push_back(moments(responses[i], threads));
      } else {
        // A stopped fit does not read all rows of a source for them; one that went on from a
        // checkpoint does.
        all.push_back(looks[t] ? streamed_moments(responses[i]) : Moments{});
      }
    }
  }
  return all;
}

void report_fingerprints(const Looks& looks, FitResult& result) {
  for (const std::optional<FirstLook>& look : looks) {
    if (!look) continue;
    for (const Fingerprints& array : look->fingerprints())
      result.fingerprints.push_back({array.data(), array.bytes(), array.value()});
  }
}

}  // namespace nlsq::fit_impl
