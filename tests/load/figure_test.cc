#include "load/figure.h"

#include <gtest/gtest.h>

#include <string>

namespace skep::load {
namespace {

TEST(FindFigure, KnowsTheNamesThatItGives) {
  for (const Figure& figure : ShownFigures()) EXPECT_EQ(FindFigure(Name(figure)), figure);
  EXPECT_EQ(Name(*FindFigure("p99.99")), "p99.99");
  for (const std::string name : {"", "p", "p101", "p-1", "p5x", "px", "mean", "P50"}) EXPECT_FALSE(FindFigure(name));
}

TEST(ValueOf, ReadsAnOutcome) {
  Outcome outcome{.seconds = 2, .due = 200, .answered = 100, .server_cpu_s = 0.001, .peak_resident_bytes = 4e6};
  outcome.errors["unanswered"] = 100;
  for (std::uint64_t i = 1; i <= 100; ++i) outcome.latency.Record(i);
  const auto value = [&](std::string_view name) { return ValueOf(*FindFigure(name), outcome); };
  EXPECT_EQ(value("p50"), 50);
  EXPECT_EQ(value("p99"), 99);
  EXPECT_EQ(value("max"), 100);
  EXPECT_EQ(value("errors"), 0.5);
  EXPECT_EQ(value("rate"), 50);
  EXPECT_EQ(value("cpu"), 10'000);
  EXPECT_EQ(value("rss"), 4e6);
}

TEST(ValueOf, SaysThatThereIsNoData) {
  for (const Figure& figure : ShownFigures()) EXPECT_EQ(ValueOf(figure, Outcome()), std::nullopt) << Name(figure);
}

TEST(ValueText, HasAUnit) {
  const auto text = [](std::string_view name, double value) { return ValueText(*FindFigure(name), value); };
  EXPECT_EQ(text("p50", 1.25e6), "1.25 ms");
  EXPECT_EQ(text("errors", 0), "0 %");
  EXPECT_EQ(text("errors", 0.0012), "0.12 %");
  EXPECT_EQ(text("rate", 2'440'473), "2,440,473/s");
  EXPECT_EQ(text("rate", 0.25), "0.25/s");
  EXPECT_EQ(text("rss", 12.5e6), "12.5 MB");
}

}  // namespace
}  // namespace skep::load
