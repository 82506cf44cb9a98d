// SPDX-License-Identifier: MIT
#include "result/describe.hpp"

#include <utility>

#include "solve/strategy.hpp"

namespace nlsq::fit_impl {

void describe(std::span<const TermView> terms, const FitOptions& options,
              const Preparation& preparation, ParameterTable& table, FitResult& result) {
  result.names = std::move(table.names);
  result.fixed = std::move(table.fixed);
  result.defaulted = std::move(table.defaulted);
  result.method = to_string(solve::method_of(options.method));
  result.loss = to_string(options.loss);
  result.engine = to_string(Engine::interpreter);
  result.cache_hit = preparation.all_found;
  result.compile_ms = preparation.compile_ms;
  result.model = terms.front().model->formula();
  result.absolute_sigma = options.absolute_sigma;
  for (const TermView& term : terms) {
    for (const Dataset::Response& response : term.data->responses())
      result.has_sigma |= response.sigma.size > 0 || response.sigma_number > 0.0;
  }
}

}  // namespace nlsq::fit_impl
