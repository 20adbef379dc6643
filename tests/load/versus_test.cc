#include "load/versus.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "load/fake_server.h"

namespace skep::load {
namespace {

Outcome Took(std::uint64_t ns) {
  Outcome outcome{.seconds = 1, .due = 1, .answered = 1};
  outcome.latency.Record(ns);
  return outcome;
}

const Compared& Find(const std::vector<Compared>& all, std::string_view name) {
  for (const Compared& compared : all) {
    if (Name(compared.figure) == name) return compared;
  }
  ADD_FAILURE() << name;
  return all[0];
}

TEST(Compare, HasMediansAndTheRatioToTheFirst) {
  const std::vector<Contender> contenders = {{{.name = "a"}, {Took(10), Took(100), Took(20), Took(11), Took(90)}},
                                             {{.name = "b"}, {Took(20), Took(200), Took(40), Took(22), Took(180)}}};
  const auto all = Compare(contenders);
  const Compared& p50 = Find(all, "p50");
  ASSERT_EQ(p50.contenders.size(), 2U);
  EXPECT_EQ(p50.contenders[0].median, 20);
  EXPECT_FALSE(p50.contenders[0].ratio);
  EXPECT_EQ(p50.contenders[1].median, 40);
  ASSERT_TRUE(p50.contenders[1].ratio);
  EXPECT_EQ(p50.contenders[1].ratio->value, 2);
  EXPECT_EQ(p50.contenders[1].ratio->range, (Range{2, 2}));
}

TEST(Compare, LeavesOutRoundsInWhichOneHasNoData) {
  const std::vector<Contender> contenders = {{{.name = "a"}, {Took(10), Took(20)}},
                                             {{.name = "b"}, {Outcome(), Took(60)}}};
  const auto all = Compare(contenders);
  const Compared& p50 = Find(all, "p50");
  EXPECT_EQ(p50.contenders[1].median, 60);
  EXPECT_EQ(p50.contenders[1].ratio->value, 3);
  EXPECT_EQ(Find(all, "rss").contenders[1].median, std::nullopt);
  EXPECT_FALSE(Find(all, "rss").contenders[1].ratio);
}

TEST(BrokenOff, IsEachRoundInWhichAConnectionEnded) {
  EXPECT_TRUE(BrokenOff({{.name = "a"}, {Took(10), Took(20)}}).empty());
  EXPECT_EQ(BrokenOff({{.name = "a"}, {{.broken_off = "gone"}, Took(20), {.broken_off = "gone"}}}),
            (std::vector<std::size_t>{0, 2}));
}

TEST(RunInTurn, MeasuresOneAfterTheOtherAndAgain) {
  const std::vector<Target> targets = {Fake("good"), Fake("tool_error")};
  std::vector<std::string> order;
  const auto contenders = RunInTurn(
      targets, Requests(8), 2,
      [&](int round, const Target& target) { order.push_back(target.name + " " + std::to_string(round)); }, {});
  ASSERT_TRUE(contenders) << contenders.error().message;
  EXPECT_EQ(order, (std::vector<std::string>{"good 0", "tool_error 0", "good 1", "tool_error 1"}));
  ASSERT_EQ((*contenders)[1].rounds.size(), 2U);
  EXPECT_EQ((*contenders)[0].rounds[1].error_count(), 0U);
  EXPECT_EQ((*contenders)[1].rounds[1].error_count(), 8U);
}

TEST(RunInTurn, KeepsWhatWasMeasuredBeforeAServerFailed) {
  std::vector<Target> targets = {Fake("good")};
  const auto home = Scratch::Make();
  ASSERT_TRUE(home);
  Plan plan = Requests(8);
  plan.home = home->path();
  // A server that can be started once.
  targets[0].command = {"sh", "-c", "test ! -e once || exit 7; touch once; exec python3 -c \"$0\" good",
                        std::string(kFakeServer)};
  const auto contenders = RunInTurn(targets, plan, 2, [](int, const Target&) {}, {});
  ASSERT_TRUE(contenders) << contenders.error().message;
  ASSERT_EQ((*contenders)[0].rounds.size(), 2U);
  EXPECT_EQ((*contenders)[0].rounds[0].answered, 8U);
  EXPECT_NE((*contenders)[0].rounds[1].broken_off.find("exit status 7"), std::string::npos);
}

TEST(RunInTurn, EndsWithTheOneThatWasInterrupted) {
  const std::vector<Target> targets = {Fake("good"), Fake("good")};
  const auto contenders =
      RunInTurn(targets, Requests(0), 3, [](int, const Target&) {}, [](const Outcome&) { return false; });
  ASSERT_TRUE(contenders);
  EXPECT_EQ((*contenders)[0].rounds.size(), 1U);
  EXPECT_TRUE((*contenders)[0].rounds[0].interrupted);
  EXPECT_TRUE((*contenders)[1].rounds.empty());
}

}  // namespace
}  // namespace skep::load
