#include "swarm/usage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "swarm/session.h"
#include "swarm/swarm_fixture.h"
#include "swarm/usage_streams.h"

namespace skep::swarm {
namespace {

using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

class UsageTest : public SwarmFixture {
 protected:
  void SetUp() override {
    SwarmFixture::SetUp();
    Start(Topology::kStar);
  }

  UsageRecord Record(UsageSource source, std::int64_t input, std::string_view session = "s1") {
    return {.at_ms = now_.wall_ms,
            .source = source,
            .request_id = {},
            .operation = "main",
            .model = "m",
            .client = "claude-code",
            .client_session = std::string(session),
            .figures = {.input_tokens = input}};
  }
  bool Note(const UsageRecord& record) { return NoteUsage(*database_, record); }
  UsageReport Sum(UsageGroup group = UsageGroup::kModel, std::optional<std::string_view> operation = {}) {
    return SumUsage(*database_, {.group = group,
                                 .from_ms = now_.wall_ms - limits::kUsageKeptMs,
                                 .to_ms = now_.wall_ms,
                                 .swarm = {},
                                 .operation = operation});
  }

  /// An agent that lives in a session which its client calls so.
  std::int64_t SpawnIn(std::string_view client_session) {
    const auto process = OpenProcess(*database_, "p", 1, 1, now_);
    const auto session = OpenSession(
        *database_, process, ++serial_,
        {.name = "claude-code", .version = "2", .session = std::string(client_session), .directory = "/"}, now_);
    const auto agent = Spawn();
    static constexpr store::Sql kBind{"UPDATE agents SET session = ?2 WHERE id = ?1"};
    database_->Execute(kBind, agent, session);
    return agent;
  }

  std::int64_t serial_ = 0;
};

TEST_F(UsageTest, WhatNobodyReportedIsUnknownAndNotZero) {
  EXPECT_TRUE(Note(Record(UsageSource::kEvent, 5)));
  UsageRecord with_cost = Record(UsageSource::kEvent, 7);
  with_cost.figures.cost_usd = 0.25;
  EXPECT_TRUE(Note(with_cost));
  const UsageSum sum = Sum().total;
  EXPECT_EQ(sum.records, 2);
  EXPECT_THAT(sum.figures.input_tokens, Optional(12));
  EXPECT_EQ(sum.with_input_tokens, 2);
  EXPECT_THAT(sum.figures.cost_usd, Optional(0.25));
  EXPECT_EQ(sum.with_cost_usd, 1);
  EXPECT_FALSE(sum.figures.output_tokens);
  EXPECT_FALSE(sum.figures.cache_read_tokens);
  EXPECT_EQ(sum.with_output_tokens, 0);
}

TEST_F(UsageTest, ZeroTokensThatWereReportedAreAFigure) {
  EXPECT_TRUE(Note(Record(UsageSource::kEvent, 0)));
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(0));
}

TEST_F(UsageTest, ARequestCountsOnceHoweverOftenItIsReported) {
  UsageRecord record = Record(UsageSource::kEvent, 5);
  record.request_id = "req_1";
  EXPECT_TRUE(Note(record));
  EXPECT_FALSE(Note(record));
  record.request_id = "req_2";
  EXPECT_TRUE(Note(record));
  EXPECT_EQ(Sum().total.records, 2);
}

TEST_F(UsageTest, FiguresThatCannotBeAreLeftOut) {
  UsageRecord record = Record(UsageSource::kEvent, -1);
  EXPECT_FALSE(Note(record));
  record.figures.input_tokens = std::numeric_limits<std::int64_t>::max();
  record.figures.output_tokens = 3;
  record.figures.cost_usd = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(Note(record));
  const UsageSum sum = Sum().total;
  EXPECT_FALSE(sum.figures.input_tokens);
  EXPECT_FALSE(sum.figures.cost_usd);
  EXPECT_THAT(sum.figures.output_tokens, Optional(3));
}

TEST_F(UsageTest, EventsLeaveOutTheCountersOfTheirSession) {
  Note(Record(UsageSource::kCounter, 100));
  Pass(1000);
  Note(Record(UsageSource::kEvent, 7));
  Pass(1000);
  Note(Record(UsageSource::kCounter, 7));
  Note(Record(UsageSource::kGenAiCounter, 7));
  Note(Record(UsageSource::kCounter, 20, "another session"));
  const UsageReport report = Sum();
  EXPECT_THAT(report.total.figures.input_tokens, Optional(100 + 7 + 20));
  std::int64_t left_out = 0;
  for (const UsageOrigin& origin : report.origins) left_out += origin.left_out.records;
  EXPECT_EQ(left_out, 2);
}

TEST_F(UsageTest, TheOrderOfArrivalDoesNotMatter) {
  UsageRecord event = Record(UsageSource::kEvent, 7);
  Pass(1000);
  Note(Record(UsageSource::kCounter, 7));
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(7));
  Note(event);
  const UsageReport report = Sum();
  EXPECT_THAT(report.total.figures.input_tokens, Optional(7));
  EXPECT_EQ(report.total.records, 1);
}

TEST_F(UsageTest, CountersWithoutASessionCompareWithAllOfTheirClient) {
  Note(Record(UsageSource::kEvent, 7));
  Note(Record(UsageSource::kCounter, 7, ""));
  UsageRecord other = Record(UsageSource::kCounter, 9, "");
  other.client = "gemini-cli";
  Note(other);
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(7 + 9));
}

TEST_F(UsageTest, ASourceThatHasStoppedLeavesNothingOut) {
  Note(Record(UsageSource::kEvent, 7, "old"));
  Note(Record(UsageSource::kEvent, 7));
  Pass(kExportMs);
  Note(Record(UsageSource::kCounter, 7));
  Note(Record(UsageSource::kCounter, 7, ""));
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(14)) << "what the events have said";
  Pass(20LL * 24 * 3600 * 1000);
  Note(Record(UsageSource::kCounter, 500'000, ""));
  Note(Record(UsageSource::kCounter, 30));
  const UsageReport report = Sum();
  EXPECT_THAT(report.total.figures.input_tokens, Optional(14 + 500'000 + 30));
  Note(Record(UsageSource::kEvent, 1, "old"));
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(14 + 30 + 1)) << "it goes on: these are all of the client's";
}

TEST_F(UsageTest, WhatWasUsedSomeTimeBeforeThePeriodIsSaidToBeSo) {
  UsageRecord record = Record(UsageSource::kCounter, 500);
  record.since_ms = now_.wall_ms - 8LL * 3600 * 1000;
  Note(record);
  record.since_ms = now_.wall_ms - 3600 * 1000 - 30'000;
  record.figures.input_tokens = 3;
  Note(record);
  const auto of_last = [&](std::int64_t hours) {
    return SumUsage(*database_, {.group = UsageGroup::kModel,
                                 .from_ms = now_.wall_ms - hours * 3600 * 1000,
                                 .to_ms = now_.wall_ms,
                                 .swarm = {},
                                 .operation = {}});
  };
  EXPECT_THAT(of_last(1).total.figures.input_tokens, Optional(503));
  EXPECT_THAT(of_last(1).begun_before.figures.input_tokens, Optional(500)) << "the other is of one export";
  EXPECT_EQ(of_last(1).begun_ms, now_.wall_ms - 8LL * 3600 * 1000);
  EXPECT_EQ(of_last(24).begun_before.records, 0);
}

TEST_F(UsageTest, AnAgentsOwnReportIsLeftOutWhereItsClientTells) {
  const auto agent = SpawnIn("s1");
  const auto task = Make("work");
  ASSERT_EQ(ClaimFor(agent), task);
  const auto said = UpdateTask(*database_,
                               {.task = task,
                                .epoch = 1,
                                .report = Report::kProgress,
                                .result = {},
                                .note = {},
                                .usage = {.input_tokens = 50, .output_tokens = {}, .cost_usd = {}}},
                               now_);
  ASSERT_TRUE(said) << said.error().message;
  const UsageReport alone = Sum(UsageGroup::kTask);
  ASSERT_THAT(alone.rows, SizeIs(1));
  EXPECT_EQ(alone.rows[0].number, task);
  EXPECT_THAT(alone.rows[0].sum.figures.input_tokens, Optional(50));
  EXPECT_EQ(alone.task_reports_without_session, 0);

  Note(Record(UsageSource::kEvent, 61));
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(61));
  EXPECT_THAT(Sum(UsageGroup::kTask, "task").total.figures.input_tokens, Optional(50)) << "what agents say";
}

TEST_F(UsageTest, AReportThatNamesNoSessionIsCountedAndSaidToBeSo) {
  const auto agent = Spawn();
  const auto task = Make("work");
  ASSERT_EQ(ClaimFor(agent), task);
  ASSERT_TRUE(UpdateTask(*database_,
                         {.task = task,
                          .epoch = 1,
                          .report = Report::kSucceeded,
                          .result = {},
                          .note = {},
                          .usage = {.input_tokens = {}, .output_tokens = 8, .cost_usd = {}}},
                         now_));
  Note(Record(UsageSource::kEvent, 61));
  const UsageReport report = Sum();
  EXPECT_EQ(report.total.records, 2);
  EXPECT_EQ(report.task_reports_without_session, 1);
}

TEST_F(UsageTest, GroupsAreOrderedByTokens) {
  UsageRecord record = Record(UsageSource::kEvent, 5);
  record.model = "small";
  Note(record);
  record.model = "large";
  record.figures.output_tokens = 90;
  Note(record);
  record.model = "";
  record.figures = {.cost_usd = 1.0};
  Note(record);
  const UsageReport report = Sum();
  ASSERT_THAT(report.rows, SizeIs(3));
  EXPECT_EQ(report.rows[0].text, "large");
  EXPECT_EQ(report.rows[1].text, "small");
  EXPECT_EQ(report.rows[2].text, "") << "unknown";
}

TEST_F(UsageTest, APeriodHasBothItsEnds) {
  Note(Record(UsageSource::kEvent, 1));
  Pass(10);
  Note(Record(UsageSource::kEvent, 2));
  Pass(10);
  Note(Record(UsageSource::kEvent, 4));
  const auto between = [&](std::int64_t from, std::int64_t to) {
    return SumUsage(*database_, {.group = UsageGroup::kModel,
                                 .from_ms = now_.wall_ms - from,
                                 .to_ms = now_.wall_ms - to,
                                 .swarm = {},
                                 .operation = {}})
        .total.figures.input_tokens;
  };
  EXPECT_THAT(between(20, 10), Optional(3));
  EXPECT_THAT(between(10, 0), Optional(6));
  EXPECT_FALSE(between(9, 1));
}

TEST_F(UsageTest, ACounterThatOnlyGrowsIsCountedByItsIncreases) {
  constexpr std::int64_t kStart = 1000;
  const auto first = Advance(*database_, "a", kStart, 2000, 10);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->value, 10) << "it counts since its start";
  EXPECT_EQ(first->since_ns, kStart);
  const auto second = Advance(*database_, "a", kStart, 3000, 25);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->value, 15);
  EXPECT_EQ(second->since_ns, 2000);
  EXPECT_FALSE(Advance(*database_, "a", kStart, 3000, 25)) << "the same point again";
  EXPECT_FALSE(Advance(*database_, "a", kStart, 2500, 20)) << "an older one";
  const auto restarted = Advance(*database_, "a", 5000, 6000, 4);
  ASSERT_TRUE(restarted);
  EXPECT_EQ(restarted->value, 4);
  const auto still_there = Advance(*database_, "a", kStart, 7000, 26);
  ASSERT_TRUE(still_there) << "another process with the same series";
  EXPECT_EQ(still_there->value, 1);
  const auto fallen = Advance(*database_, "a", kStart, 8000, 3);
  ASSERT_TRUE(fallen);
  EXPECT_EQ(fallen->value, 3);
}

TEST_F(UsageTest, ACounterThatDoesNotSaySinceWhenIsCountedFromItsSecondPointOn) {
  EXPECT_FALSE(Advance(*database_, "a", 0, 2000, 10));
  const auto second = Advance(*database_, "a", 0, 3000, 12);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->value, 2);
}

TEST_F(UsageTest, WhatIsOldIsLetGoOf) {
  Note(Record(UsageSource::kEvent, 1));
  Advance(*database_, "a", 1, now_.wall_ms * 1'000'000, 1);
  Pass(limits::kUsageKeptMs);
  Note(Record(UsageSource::kEvent, 2));
  EXPECT_FALSE(PruneUsage(*database_, now_.wall_ms));
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(3)) << "none is older yet";
  Pass(1);
  EXPECT_FALSE(PruneUsage(*database_, now_.wall_ms));
  EXPECT_THAT(UsageSince(*database_), Optional(now_.wall_ms - 1));
  static constexpr store::Sql kSeries{"SELECT 1 FROM usage_series"};
  EXPECT_FALSE(database_->Query(kSeries).Next());
  Pass(limits::kUsageKeptMs);
  EXPECT_FALSE(PruneUsage(*database_, now_.wall_ms));
  EXPECT_FALSE(UsageSince(*database_));
  EXPECT_THAT(Sum().rows, IsEmpty());
}

TEST_F(UsageTest, PruningGoesOnInSlices) {
  for (int i = 0; i < 1500; ++i) Note(Record(UsageSource::kEvent, 1));
  Pass(limits::kUsageKeptMs + 1);
  EXPECT_TRUE(PruneUsage(*database_, now_.wall_ms));
  EXPECT_FALSE(PruneUsage(*database_, now_.wall_ms));
  EXPECT_FALSE(UsageSince(*database_));
}

TEST_F(UsageTest, OnlySoManyCountersAndStreamsAreKept) {
  static constexpr store::Sql kBegin{"BEGIN"};
  static constexpr store::Sql kCommit{"COMMIT"};
  database_->Execute(kBegin);
  for (std::int64_t i = 0; i < kMaxUsageSeries + 1500; ++i) Advance(*database_, std::to_string(i), 1, 1000 + i, 5);
  for (std::int64_t i = 0; i < kMaxUsageStreams + 1500; ++i) {
    NoteStream(*database_, "c", std::to_string(i), UsageSource::kEvent, now_.wall_ms + i);
  }
  database_->Execute(kCommit);
  const auto count = [&](const store::Sql& sql) {
    store::Cursor row = database_->Query(sql);
    return row.Next() ? row.Int(0) : -1;
  };
  const std::int64_t long_ago_ms = limits::kUsageKeptMs;
  EXPECT_TRUE(PruneUsage(*database_, long_ago_ms));
  EXPECT_FALSE(PruneUsage(*database_, long_ago_ms));
  static constexpr store::Sql kSeries{"SELECT count(*) FROM usage_series"};
  static constexpr store::Sql kOldest{"SELECT min(at_ns) FROM usage_series"};
  static constexpr store::Sql kStreams{"SELECT count(*) FROM usage_streams"};
  EXPECT_EQ(count(kSeries), kMaxUsageSeries);
  EXPECT_EQ(count(kOldest), 1000 + 1500) << "those that were not heard of for longest are gone";
  EXPECT_EQ(count(kStreams), kMaxUsageStreams);
}

}  // namespace
}  // namespace skep::swarm
