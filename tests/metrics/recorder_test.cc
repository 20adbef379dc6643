#include "metrics/recorder.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace skep::metrics {
namespace {

using enum Recorder::Thread;

TEST(Recorder, SaysWhatWasRecordedSinceItWasLastTaken) {
  Recorder recorder;
  const Operation ping = recorder.Register("method:ping");
  recorder.Record(kLoop, ping, 100, false, 40, 36);
  recorder.Record(kLoop, ping, 300, true, 40, 80);
  const auto first = recorder.Take();
  ASSERT_EQ(first.size(), 1);
  EXPECT_EQ(first[0].operation, "method:ping");
  EXPECT_EQ(first[0].values.count(), 2);
  EXPECT_EQ(first[0].errors, 1);
  EXPECT_EQ(first[0].bytes_in, 80);
  EXPECT_EQ(first[0].bytes_out, 116);
  EXPECT_EQ(first[0].values.total(), 400);
  EXPECT_EQ(first[0].values.most(), 300);

  EXPECT_TRUE(recorder.Take().empty());
  recorder.Record(kLoop, ping, 50);
  const auto second = recorder.Take();
  ASSERT_EQ(second.size(), 1);
  EXPECT_EQ(second[0].values.count(), 1);
  EXPECT_EQ(second[0].values.most(), 50);
}

TEST(Recorder, WhoOnlyLooksTakesNothing) {
  Recorder recorder;
  recorder.Record(kStore, Operation::kStoreCommit, 7);
  EXPECT_EQ(recorder.Peek().size(), 1);
  EXPECT_EQ(recorder.Peek().size(), 1);
  EXPECT_EQ(recorder.Take().size(), 1);
  EXPECT_TRUE(recorder.Peek().empty());
}

TEST(Recorder, TotalsGoOnWhateverWasTaken) {
  Recorder recorder;
  for (int i = 0; i < 3; ++i) {
    recorder.Record(kLoop, Operation::kUnknown, 10);
    recorder.Take();
  }
  ASSERT_EQ(recorder.Totals().size(), 1);
  EXPECT_EQ(recorder.Totals()[0].values.count(), 3);
  EXPECT_EQ(recorder.Totals()[0].values.total(), 30);
}

TEST(Recorder, ANameHasOneNumberAndThereAreOnlySoMany) {
  Recorder recorder;
  const Operation first = recorder.Register("tool:a");
  EXPECT_EQ(recorder.Register("tool:a"), first);
  EXPECT_NE(recorder.Register("tool:b"), first);
  for (std::size_t i = 0; i < limits::kMaxOperations; ++i) recorder.Register("tool:" + std::to_string(i));
  EXPECT_EQ(recorder.Register("one too many"), Operation::kUnknown);
  EXPECT_EQ(recorder.name(first), "tool:a");
}

TEST(Recorder, NothingIsLostOrCountedTwiceWhileAnotherThreadRecords) {
  Recorder recorder;
  constexpr std::uint64_t kRecords = 200'000;
  std::uint64_t seen = 0;
  std::uint64_t total = 0;
  std::uint64_t most = 0;
  const auto take = [&] {
    for (const Recorded& recorded : recorder.Take()) {
      seen += recorded.values.count();
      total += recorded.values.total();
      most = std::max(most, recorded.values.most());
    }
  };
  {
    const std::jthread writer([&] {
      for (std::uint64_t i = 1; i <= kRecords; ++i) recorder.Record(kStore, Operation::kStoreRun, i);
    });
    while (seen < kRecords / 2) take();
  }
  take();
  EXPECT_EQ(seen, kRecords);
  EXPECT_EQ(total, kRecords * (kRecords + 1) / 2);
  EXPECT_EQ(most, kRecords);
}

}  // namespace
}  // namespace skep::metrics
