// SPDX-License-Identifier: MIT
// The cache of models: equal ones share programs, others do not, it stays within its bound, and its
// statistics are what happened.
#include "runtime/cache.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "expr/model.hpp"
#include "fit/settings_home.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "support/decay.hpp"

namespace nlsq::test {
namespace {

const Decay& decay() {
  static const Decay data = make_decay(100);
  return data;
}

FitResult fit_to_decay(const Model& model) {
  Dataset data;
  data.column("x", decay().x).response(decay().y);
  return curve_fit(model, data);
}

Model traced(double factor = 1.0) {
  return Model::trace({"a", "b", "c"}, [factor](const Columns& c, const Params& p) {
    return p["a"] * exp(-factor * p["b"] * c["x"]) + p["c"];
  });
}

Model line(int i) { return Model::parse(fmt::format("a + b*x + {}", i)); }

class Cache : public SettingsHome {
 protected:
  // Settings asked for by configure_cache stay for the process: each test begins with the defaults.
  Cache() { reset(); }
  ~Cache() override { reset(); }
  static void reset() {
    fit_impl::let_keys_collide(false);
    configure_cache({.enable = true, .max_size = 1000});
    clear_cache();
  }
};

TEST_F(Cache, EqualTracesAndFormulasShareTheirPrograms) {
  const Model first = intern(traced()), second = intern(traced());
  EXPECT_EQ(first.impl(), second.impl());
  EXPECT_FALSE(fit_to_decay(first).cache_hit);
  EXPECT_TRUE(fit_to_decay(second).cache_hit);
  const Model parsed = intern(Model::parse("a*exp(-b*x) + c"));
  EXPECT_TRUE(fit_to_decay(parsed).cache_hit);
  const CacheStats stats = cache_stats();
  EXPECT_EQ(stats.size, 1);
  EXPECT_EQ(stats.hits, 2);
  EXPECT_EQ(stats.misses, 1);
  EXPECT_DOUBLE_EQ(stats.hit_rate, 2.0 / 3.0);
}

TEST_F(Cache, TextsStayThoseOfEachModel) {
  const Model plain = intern(Model::parse("a*x + b"));
  const Model named = intern(Model::parse("y ~ a*x+b", {"x", "y"}));
  const Model lambda = intern(Model::trace(
      {"a", "b"}, [](const Columns& c, const Params& p) { return p["a"] * c["x"] + p["b"]; }));
  EXPECT_EQ(plain.formula(), "a*x + b");
  EXPECT_EQ(plain.response(), "");
  EXPECT_EQ(named.formula(), "y ~ a*x+b");
  EXPECT_EQ(named.response(), "y");
  EXPECT_EQ(lambda.formula(), "");
  EXPECT_EQ(cache_stats().size, 1);
  EXPECT_EQ(plain.impl()->attachments, named.impl()->attachments);
  EXPECT_EQ(plain.impl()->attachments, lambda.impl()->attachments);
  EXPECT_EQ(intern(Model::parse("y ~ a*x+b", {"x", "y"})).impl(), named.impl());
  EXPECT_EQ(intern(named).impl(), named.impl());
}

TEST_F(Cache, AChangedConstantIsAnotherModel) {
  const Model one = intern(traced(1.0)), two = intern(traced(2.0));
  EXPECT_NE(one.impl(), two.impl());
  EXPECT_EQ(cache_stats().size, 2);
  const FitResult r1 = fit_to_decay(one), r2 = fit_to_decay(two);
  EXPECT_FALSE(r2.cache_hit);
  EXPECT_NEAR(r1.popt[1], 2.0 * r2.popt[1], 1e-9);
}

// Whichever way a model was recorded, what is fitted is its canonical form.
TEST_F(Cache, ResultsDoNotDependOnWhoCameFirst) {
  const auto recorded = [](bool swapped) {
    return Model::trace({"a", "b", "c"}, [swapped](const Columns& c, const Params& p) {
      const Var x = c["x"];
      if (swapped) {
        const Var offset = p["c"] / (2.0 + x), drop = exp(-p["b"] * x) * p["a"];
        return offset + drop;
      }
      const Var drop = p["a"] * exp(-p["b"] * x), offset = p["c"] / (x + 2.0);
      return drop + offset;
    });
  };
  const FitResult direct = fit_to_decay(intern(recorded(false)));
  clear_cache();
  const FitResult swapped = fit_to_decay(intern(recorded(true)));
  EXPECT_FALSE(swapped.cache_hit);
  EXPECT_TRUE(fit_to_decay(intern(recorded(false))).cache_hit);
  EXPECT_EQ(direct.popt, swapped.popt);
  EXPECT_EQ(direct.pcov, swapped.pcov);
  const FitResult loose = fit_to_decay(recorded(false));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(loose.popt[i], direct.popt[i], 1e-10);
}

TEST_F(Cache, CompileTimeIsZeroOnAHitAndMeasuredOnAMiss) {
  const Model model = intern(traced());
  const FitResult miss = fit_to_decay(model), hit = fit_to_decay(model);
  EXPECT_FALSE(miss.cache_hit);
  EXPECT_GT(miss.compile_ms, 0.0);
  EXPECT_LT(miss.compile_ms, miss.elapsed_ms);
  EXPECT_TRUE(hit.cache_hit);
  EXPECT_EQ(hit.compile_ms, 0.0);
  EXPECT_NEAR(cache_stats().total_compile_ms, miss.compile_ms, 1e-5);
  // Another kind of program for the same model.
  Dataset data;
  data.column("x", decay().x).response(decay().y);
  FitOptions options;
  options.fixed["c"];
  EXPECT_FALSE(curve_fit(model, data, options).cache_hit);
  EXPECT_TRUE(curve_fit(model, data, options).cache_hit);
}

TEST_F(Cache, AFitOfSeveralTermsIsAHitWhenEveryProgramIsThere) {
  Dataset data;
  data.column("x", decay().x).response(decay().y);
  const Model one = intern(traced()), two = intern(traced(2.0));
  fit_to_decay(one);
  const std::vector<FitTerm> terms{{one, data, {}, {}}, {two, data, {}, {}}};
  EXPECT_FALSE(fit(terms).cache_hit);
  EXPECT_TRUE(fit(terms).cache_hit);
  EXPECT_EQ(cache_stats().hits, 3);
  EXPECT_EQ(cache_stats().misses, 2);
}

TEST_F(Cache, AModelKeepsItsProgramsWithoutBeingInterned) {
  const Model model = traced();
  EXPECT_FALSE(fit_to_decay(model).cache_hit);
  EXPECT_TRUE(fit_to_decay(model).cache_hit);
  EXPECT_FALSE(fit_to_decay(traced()).cache_hit);
  EXPECT_EQ(cache_stats().size, 0);
}

TEST_F(Cache, CollidingKeysDoNoHarm) {
  fit_impl::let_keys_collide(true);
  std::vector<Model> kept;
  kept.reserve(20);
  for (int i = 0; i < 20; ++i) kept.push_back(intern(line(i)));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(intern(line(i)).impl(), kept[static_cast<std::size_t>(i)].impl());
    EXPECT_NEAR(fit_to_decay(kept[static_cast<std::size_t>(i)]).popt[0],
                fit_to_decay(kept[0]).popt[0] - i, 1e-9);
  }
  EXPECT_EQ(cache_stats().size, 20);
  configure_cache({.max_size = 5});
  EXPECT_EQ(cache_stats().size, 5);
  for (int i = 15; i < 20; ++i)
    EXPECT_EQ(intern(line(i)).impl(), kept[static_cast<std::size_t>(i)].impl());
  EXPECT_NE(intern(line(3)).impl(), kept[3].impl());
}

TEST_F(Cache, TheLeastRecentlyUsedLeavesFirst) {
  configure_cache({.max_size = 3});
  const auto impl = [](int i) { return intern(line(i)).impl(); };
  const auto one = impl(1), two = impl(2), three = impl(3);
  EXPECT_EQ(impl(1), one);
  const auto four = impl(4);  // in place of 2
  EXPECT_EQ(cache_stats().size, 3);
  EXPECT_EQ(impl(1), one);
  EXPECT_EQ(impl(3), three);
  EXPECT_EQ(impl(4), four);
  EXPECT_NE(impl(2), two);  // in place of 1
  EXPECT_NE(impl(1), one);
  EXPECT_EQ(cache_stats().size, 3);
  EXPECT_TRUE(fit_to_decay(Model(two)).success) << "who left is still a model";
}

TEST_F(Cache, SwitchedOffNothingIsKept) {
  const Model kept = intern(traced());
  fit_to_decay(kept);
  EXPECT_TRUE(fit_to_decay(kept).cache_hit);
  configure_cache({.enable = false});
  const CacheStats before = cache_stats();
  EXPECT_FALSE(before.enabled);
  EXPECT_EQ(before.size, 0);
  const Model model = traced();
  EXPECT_EQ(intern(model).impl(), model.impl());
  for (int i = 0; i < 3; ++i) {
    const FitResult r = fit_to_decay(kept);
    EXPECT_FALSE(r.cache_hit);
    EXPECT_GT(r.compile_ms, 0.0);
  }
  EXPECT_EQ(cache_stats().hits, before.hits);
  EXPECT_EQ(cache_stats().misses, before.misses);
  EXPECT_GT(cache_stats().total_compile_ms, before.total_compile_ms);
  configure_cache({.enable = true});
  EXPECT_FALSE(fit_to_decay(kept).cache_hit) << "programs of before are forgotten";
  EXPECT_TRUE(fit_to_decay(kept).cache_hit);
}

TEST_F(Cache, ClearForgetsModelsProgramsAndStatistics) {
  const Model model = intern(traced());
  fit_to_decay(model);
  fit_to_decay(model);
  clear_cache();
  const CacheStats stats = cache_stats();
  EXPECT_EQ(stats.hits, 0);
  EXPECT_EQ(stats.misses, 0);
  EXPECT_EQ(stats.hit_rate, 0.0);
  EXPECT_EQ(stats.size, 0);
  EXPECT_EQ(stats.total_compile_ms, 0.0);
  EXPECT_TRUE(stats.enabled);
  EXPECT_EQ(stats.max_size, 1000);
  EXPECT_FALSE(fit_to_decay(model).cache_hit);
}

TEST_F(Cache, NonsenseIsRefusedByName) {
  for (const index_t size : {index_t{0}, index_t{-1}}) {
    try {
      configure_cache({.enable = false, .max_size = size});
      ADD_FAILURE() << size;
    } catch (const InputError& error) {
      EXPECT_EQ(error.argument(), "max_size");
      EXPECT_NE(std::string(error.what()).find(std::to_string(size)), std::string::npos);
    }
  }
  EXPECT_TRUE(cache_stats().enabled) << "nothing of a refused call is taken";
}

TEST_F(Cache, TheSettingsFileIsBelowConfigureCache) {
  write_config(R"({"cache_config": {"enable": false, "max_size": 7}})");
  EXPECT_TRUE(cache_stats().enabled);
  EXPECT_EQ(cache_stats().max_size, 1000);
}

// What configure_cache says lasts for the process, so this runs in one of its own.
TEST(CacheDefaults, TheSettingsFileIsAboveTheDefaults) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        std::string name = (std::filesystem::temp_directory_path() / "nlsq_home_XXXXXX").string();
        const std::string home = mkdtemp(name.data());
        setenv("HOME", home.c_str(), 1);
        bool right = cache_stats().enabled && cache_stats().max_size == 1000;
        std::filesystem::create_directories(home + "/.nlsq");
        std::ofstream(config_path()) << R"({"cache_config": {"enable": false, "max_size": 7}})";
        reload_config();
        right = right && !cache_stats().enabled && cache_stats().max_size == 7;
        right = right && !fit_to_decay(intern(traced())).cache_hit && cache_stats().size == 0;
        configure_cache({.enable = true});
        right = right && cache_stats().enabled && cache_stats().max_size == 7;
        std::filesystem::remove_all(home);
        std::_Exit(right ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(Cache, ManyThreadsAtOnceAgree) {
  constexpr int kThreads = 16, kRounds = 40, kModels = 5;
  std::vector<std::vector<double>> expected;
  expected.reserve(kModels);
  for (int i = 0; i < kModels; ++i) expected.push_back(fit_to_decay(intern(line(i))).popt);
  clear_cache();
  configure_cache({.max_size = 3});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < kRounds; ++round) {
        const int i = (t + round) % kModels;
        const FitResult r = fit_to_decay(intern(line(i)));
        if (r.popt != expected[static_cast<std::size_t>(i)]) ++wrong;
        if (r.cache_hit != (r.compile_ms == 0.0)) ++wrong;
        if (cache_stats().size > 3) ++wrong;
        if (t == 0 && round % 10 == 5) configure_cache({.max_size = 3 - round % 2});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  const CacheStats stats = cache_stats();
  EXPECT_EQ(stats.hits + stats.misses, kThreads * kRounds);
  EXPECT_NEAR(stats.hit_rate, static_cast<double>(stats.hits) / (kThreads * kRounds), 1e-15);
}

TEST_F(Cache, ManyThreadsSurviveClearingAndSwitching) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  const std::vector<double> expected = fit_to_decay(intern(traced())).popt;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      const Model own = intern(traced());
      for (int round = 0; round < 30; ++round) {
        const FitResult r = fit_to_decay(round % 2 == 0 ? own : intern(traced()));
        for (std::size_t i = 0; i < 3; ++i) {
          if (std::abs(r.popt[i] - expected[i]) > 1e-10) ++wrong;
        }
        if (t == 0) clear_cache();
        if (t == 1) configure_cache({.enable = round % 3 != 0});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace nlsq::test
