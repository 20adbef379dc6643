#include "metrics/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace skep::metrics {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kNoon = 1'700'049'600'000;  // 2023-11-15T12:00:00Z

TimePlot Latency() {
  return {.id = "latency",
          .label = "Latency",
          .logarithmic = true,
          .unit = Unit::kNs,
          .from_ms = kNoon,
          .to_ms = kNoon + 60'000,
          .window_ms = 10'000,
          .starts = {kNoon, kNoon + 10'000, kNoon + 40'000},
          .counts = {5, 7, 1},
          .counted = "requests",
          .series = {{"p50", "q1", {1e6, 2e6, 1e6}}, {"p95", "q2", {3e6, std::nullopt, 9e6}}}};
}

std::size_t Times(std::string_view needle, std::string_view text) {
  std::size_t times = 0;
  for (std::size_t at = 0; (at = text.find(needle, at)) != std::string_view::npos; ++at) ++times;
  return times;
}

/// Each opened element is closed, in the reverse order.
testing::AssertionResult IsWellFormed(const std::string& svg) {
  std::vector<std::string> open;
  const std::regex tag("<(/?)([a-zA-Z]+)[^<>]*?(/?)>");
  for (std::sregex_iterator at(svg.begin(), svg.end(), tag), end; at != end; ++at) {
    if ((*at)[3].length() > 0) continue;
    if ((*at)[1].length() == 0) {
      open.push_back((*at)[2]);
    } else if (open.empty() || open.back() != (*at)[2]) {
      return testing::AssertionFailure() << (*at)[0] << " closes nothing";
    } else {
      open.pop_back();
    }
  }
  if (!open.empty()) return testing::AssertionFailure() << open.back() << " is not closed";
  return testing::AssertionSuccess();
}

TEST(Escape, LeavesNothingThatActs) {
  EXPECT_EQ(Escape("<script>alert(\"x\" + 'y')</script> & co"),
            "&lt;script&gt;alert(&quot;x&quot; + &#39;y&#39;)&lt;/script&gt; &amp; co");
  EXPECT_EQ(Escape("a\nb\x01\xff"), "a\\nb\\x01\\xff");
  EXPECT_EQ(Escape("abc\u202egpj.exe\u2066"), "abc\ufffdgpj.exe\ufffd");
}

TEST(Escape, CutsAtACharacter) {
  EXPECT_EQ(EscapeShort("abcdef", 6), "abcdef");
  EXPECT_EQ(EscapeShort("abcdefg", 6), "abcde…");
  EXPECT_EQ(EscapeShort("üüüü", 3), "üü…");
  EXPECT_EQ(EscapeShort("漢字漢字", 5), "漢字…") << "these are twice as wide";
  EXPECT_EQ(EscapeShort("a<<<<", 3), "a&lt;…");
  EXPECT_EQ(EscapeShort("", 3), "");
}

TEST(TimePlot, SaysItsValuesInTheirUnits) {
  const std::string svg = Draw(Latency());
  EXPECT_TRUE(IsWellFormed(svg));
  EXPECT_THAT(svg, AllOf(HasSubstr(R"(<svg id="latency" )"), HasSubstr(R"(aria-label="Latency")"), HasSubstr(">1 ms<"),
                         HasSubstr(">10 ms<"), HasSubstr(">12:00:00<"), HasSubstr(">p95<")));
  EXPECT_THAT(svg, HasSubstr("<title>2023-11-15 12:00:10, 10 s: 7 requests\np50 2.00 ms</title>"));
}

TEST(TimePlot, ALineHasAGapWhereThereWasNothing) {
  TimePlot plot = Latency();
  plot.series = {{"p50", "q1", {1e6, 2e6, 1e6}}};
  const std::string svg = Draw(plot);
  const std::size_t begin = svg.find(R"(<path class="q1" d=")");
  const std::string path = svg.substr(begin, svg.find("/>", begin) - begin);
  EXPECT_EQ(Times("M", path), 2U) << path;
  EXPECT_EQ(Times("L", path), 1U) << path;
  EXPECT_EQ(Times("<circle", svg), 1U) << "a window alone is a dot";
}

TEST(TimePlot, BarsStandOnOneAnother) {
  const std::string svg = Draw({.id = "ended",
                                .label = "Ended",
                                .bars = true,
                                .from_ms = kNoon,
                                .to_ms = kNoon + 10'000,
                                .window_ms = 10'000,
                                .starts = {kNoon},
                                .counts = {4},
                                .counted = "tasks",
                                .series = {{"failed", "bad", {1.0}}, {"succeeded", "c1", {3.0}}}});
  EXPECT_TRUE(IsWellFormed(svg));
  std::smatch low;
  std::smatch high;
  const std::regex failed(R"re(rect class="bad" x="[\d.]+" y="([\d.]+)")re");
  const std::regex succeeded(R"re(rect class="c1" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)")re");
  ASSERT_TRUE(std::regex_search(svg, low, failed));
  ASSERT_TRUE(std::regex_search(svg, high, succeeded));
  EXPECT_NEAR(std::stod(high[1]) + std::stod(high[2]), std::stod(low[1]), 0.2);
}

TEST(TimePlot, NamesOfLinesDoNotTouch) {
  TimePlot plot = Latency();
  plot.series = {{"p50", "q1", {1e6, 1e6, 1e6}}, {"p95", "q2", {1e6, 1e6, 1e6}}, {"p99", "q3", {1e6, 1e6, 1e6}}};
  const std::string svg = Draw(plot);
  std::vector<double> heights;
  const std::regex name(R"re(class="name q\d" x="[\d.]+" y="([\d.]+)")re");
  for (std::sregex_iterator at(svg.begin(), svg.end(), name), end; at != end; ++at)
    heights.push_back(std::stod((*at)[1]));
  ASSERT_EQ(heights.size(), 3U);
  std::ranges::sort(heights);
  EXPECT_GE(heights[1] - heights[0], 17.9);
  EXPECT_GE(heights[2] - heights[1], 17.9);
  EXPECT_LE(heights[2], 210);
}

TEST(TimePlot, WithoutValuesIsEmpty) {
  TimePlot plot = Latency();
  EXPECT_FALSE(plot.empty());
  for (Series& series : plot.series) series.values.assign(3, std::nullopt);
  EXPECT_TRUE(plot.empty());
  EXPECT_TRUE(TimePlot{}.empty());
}

TEST(TimePlot, OfOneWindowOrOfZerosIsDrawn) {
  for (const double value : {0.0, 1.0, 1e15}) {
    for (const bool logarithmic : {false, true}) {
      const std::string svg = Draw({.id = "x",
                                    .label = "x",
                                    .logarithmic = logarithmic,
                                    .unit = logarithmic ? Unit::kNs : Unit::kBytes,
                                    .from_ms = kNoon,
                                    .to_ms = kNoon + 1,
                                    .window_ms = 10'000,
                                    .starts = {kNoon},
                                    .counts = {1},
                                    .counted = "looks",
                                    .series = {{"all", "c1", {value}}}});
      EXPECT_TRUE(IsWellFormed(svg));
      EXPECT_THAT(svg, AllOf(Not(HasSubstr("nan")), Not(HasSubstr("inf"))));
    }
  }
}

TEST(TimePlot, ItsTableHasEveryValue) {
  const std::string table = Tabulate(Latency());
  EXPECT_TRUE(IsWellFormed(table));
  EXPECT_THAT(table, HasSubstr("<tr><td>2023-11-15 12:00:10</td><td>7</td><td>2.00 ms</td><td>–</td></tr>"));
  EXPECT_EQ(Times("<tr>", table), 4U);
}

TEST(SpreadPlot, ShowsWhereMostValuesLie) {
  const std::string svg =
      Draw({.id = "waits", .label = "Waits", .rows = {{"for a <task>", 12, 1e6, 2e6, 3e6, 4e6, 5e6, 2e9}}});
  EXPECT_TRUE(IsWellFormed(svg));
  EXPECT_THAT(svg, AllOf(HasSubstr("for a &lt;task&gt;"), HasSubstr(">12<"), HasSubstr("p95 5.00 ms"),
                         HasSubstr("max 2.00 s"), HasSubstr(">1 s<")));
  const std::string coarse =
      Draw({.id = "queue", .label = "Queue", .finest = 1e6, .rows = {{"queue", 12, 0, 0, 3e6, 4e6, 5e6, 2e9}}});
  EXPECT_THAT(coarse, AllOf(HasSubstr(">1 ms<"), Not(HasSubstr(" ns<")))) << "milliseconds were counted";
  EXPECT_TRUE(IsWellFormed(Draw(SpreadPlot{.id = "none", .label = "none", .rows = {}})));
}

TEST(Gantt, DrawsEachClaimInItsAgentsRow) {
  const std::string svg = Draw({.id = "agents",
                                .label = "Agents",
                                .from_ms = kNoon,
                                .to_ms = kNoon + 60'000,
                                .rows = {{"ada", "50 %"}, {"\"bob\"", "7 %"}},
                                .bars = {{0, kNoon, kNoon + 30'000, "c1", true, "tk_1 <b>, 30 s"},
                                         {1, kNoon + 30'000, kNoon + 30'000, "bad", true, "tk_2"},
                                         {1, kNoon + 40'000, kNoon + 50'000, "dim", false, "tk_3"}}});
  EXPECT_TRUE(IsWellFormed(svg));
  EXPECT_THAT(svg, AllOf(HasSubstr("&quot;bob&quot;"), HasSubstr(">50 %<"), HasSubstr("tk_1 &lt;b&gt;, 30 s")));
  EXPECT_EQ(Times(" chain\"", svg), 2U);
  EXPECT_EQ(Times("<path class=\"chain\"", svg), 1U) << "one line leads through them";
  EXPECT_THAT(svg, HasSubstr(R"(width="1.0")")) << "what took no time can be seen";
}

}  // namespace
}  // namespace skep::metrics
