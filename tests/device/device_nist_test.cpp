// SPDX-License-Identifier: MIT
// All 27 NIST sets from both starts on a device: the certified digits are reached as on the CPU.
#include <algorithm>
#include <cstdio>
#include <map>

#include "device_support.hpp"
#include "nist/nist_sets.hpp"
#include "nlsq/fit.hpp"

namespace nlsq {
namespace {

TEST(DeviceNistSlow, AllSetsReachTheCertifiedValuesFromBothStarts) {
  NLSQ_NEEDS_DEVICE();
  int good = 0;
  for (const test::NistSet& set : test::load_all_nist()) {
    const Model model = Model::parse(set.formula, set.columns);
    Dataset data;
    for (std::size_t c = 0; c < set.x.size(); ++c) data.column(set.columns[c], set.x[c]);
    data.response(set.y);
    for (const std::vector<double>& start : set.start) {
      FitOptions options;
      options.device = test::device_for_tests();
      for (std::size_t i = 0; i < set.parameters.size(); ++i)
        options.start[set.parameters[i]] = start[i];
      const FitResult result = curve_fit(model, data, options);
      std::map<std::string, std::size_t> place;
      for (std::size_t i = 0; i < result.names.size(); ++i) place[result.names[i]] = i;
      std::vector<double> popt, perr;
      for (const std::string& name : set.parameters) {
        popt.push_back(result.popt[place[name]]);
        perr.push_back(result.perr[place[name]]);
      }
      const double parameters = test::smallest_lre(popt, set.certified);
      const double errors = test::smallest_lre(perr, set.error);
      std::printf("%-9s parameters %5.2f  errors %5.2f  nfev %4ld  %s, %s\n", set.name.c_str(),
                  parameters, errors, static_cast<long>(result.nfev), result.fold.c_str(),
                  result.engine.c_str());
      EXPECT_EQ(result.engine, test::device_for_tests()) << set.name;
      EXPECT_GE(parameters, 10.0) << set.name;
      EXPECT_TRUE(errors >= 10.0 || set.name == "Lanczos1") << set.name;
      good += parameters >= 10.0;
    }
  }
  EXPECT_EQ(good, 54);
}

}  // namespace
}  // namespace nlsq
