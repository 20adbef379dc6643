#include "metrics/exposition.h"

#include <gtest/gtest.h>

#include <optional>

namespace skep::metrics {
namespace {

using enum Exposition::Type;

TEST(Exposition, AFamilySaysWhatItIsBeforeItsSamples) {
  Exposition to;
  to.Family("skep_things", kGauge, "Things that there are.");
  to.Sample(std::int64_t{3});
  EXPECT_EQ(to.text(), "# HELP skep_things Things that there are.\n# TYPE skep_things gauge\nskep_things 3\n");
}

TEST(Exposition, NumbersAreShortAndExact) {
  Exposition to;
  to.Single("a_total", kCounter, "A.", std::optional(0.25));
  to.Single("b", kGauge, "B.", std::optional<std::int64_t>(9'007'199'254'740'993));
  EXPECT_EQ(to.text(),
            "# HELP a_total A.\n# TYPE a_total counter\na_total 0.25\n"
            "# HELP b B.\n# TYPE b gauge\nb 9007199254740993\n");
}

TEST(Exposition, AHistogramCountsWhatIsBelowEachBound) {
  Distribution values;
  for (const std::uint64_t ns : std::initializer_list<std::uint64_t>{1000, 4095, 4096, 20'000, 9'000'000})
    values.Add(ns);
  Exposition to;
  to.Family("skep_a_seconds", kHistogram, "A.");
  const Exposition::Label labels[] = {{"tool", "x\"y"}, {"action", "z"}};
  to.Histogram(labels, values, 1e-9, 12, 16);
  EXPECT_EQ(to.text(),
            "# HELP skep_a_seconds A.\n# TYPE skep_a_seconds histogram\n"
            "skep_a_seconds_bucket{tool=\"x\\\"y\",action=\"z\",le=\"4.096e-06\"} 2\n"
            "skep_a_seconds_bucket{tool=\"x\\\"y\",action=\"z\",le=\"1.6384e-05\"} 3\n"
            "skep_a_seconds_bucket{tool=\"x\\\"y\",action=\"z\",le=\"6.5536e-05\"} 4\n"
            "skep_a_seconds_bucket{tool=\"x\\\"y\",action=\"z\",le=\"+Inf\"} 5\n"
            "skep_a_seconds_sum{tool=\"x\\\"y\",action=\"z\"} 0.009029191\n"
            "skep_a_seconds_count{tool=\"x\\\"y\",action=\"z\"} 5\n");
}

TEST(Exposition, WhatWasNotMeasuredIsLeftOut) {
  Exposition to;
  to.Single("a", kGauge, "A.", std::optional<double>());
  EXPECT_EQ(to.text(), "");
}

TEST(Exposition, AnEnumHasASampleForEachName) {
  Exposition to;
  constexpr std::string_view kNames[] = {"open", "shut"};
  constexpr std::int64_t kValues[] = {2, 0};
  to.ByName("doors", "Doors.", "state", kNames, kValues);
  EXPECT_EQ(to.text(), "# HELP doors Doors.\n# TYPE doors gauge\ndoors{state=\"open\"} 2\ndoors{state=\"shut\"} 0\n");
}

TEST(Exposition, ALabelIsEscaped) {
  Exposition to;
  to.Family("a", kGauge, "A.");
  to.Sample("b", "x\"y\\z\n", 1);
  EXPECT_TRUE(to.text().ends_with("a{b=\"x\\\"y\\\\z\\n\"} 1\n")) << to.text();
}

}  // namespace
}  // namespace skep::metrics
