#include "fuzz/model.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/parsed.h"

namespace skep::fuzz {
namespace {

class ModelTest : public testing::Test {
 protected:
  int Memory(std::string_view arguments) {
    return Call("memory_usage", R"({"namespace":"own-0","key":"k",)" + std::string(arguments) + "}");
  }
  int Call(std::string_view tool, const std::string& arguments) {
    const Parsed parsed(arguments);
    return model_.Sent(tool, parsed.root());
  }
  /// What is found when the call is answered so; "" when nothing is.
  std::string Answered(int truth, std::string_view said, bool refused = false) {
    const Parsed parsed(said);
    const auto finding = model_.Answered(truth, parsed.root(), refused);
    return finding ? finding->Key() : "";
  }

  Claims claims_;
  Model model_{0, claims_};
};

TEST_F(ModelTest, VersionsRiseByOne) {
  const int first = Memory(R"("action":"store","value":"a")");
  const int second = Memory(R"("action":"store","value":"b")");
  EXPECT_EQ(Answered(first, R"({"version":1})"), "");
  EXPECT_EQ(Answered(second, R"({"version":2})"), "");
  EXPECT_EQ(Answered(second, R"({"version":1})"), "memory: store");
  EXPECT_EQ(Answered(second, "{}", true), "memory: store");
}

TEST_F(ModelTest, WhatWasStoredIsThere) {
  Memory(R"("action":"store","value":"a")");
  const int there = Memory(R"("action":"retrieve")");
  EXPECT_EQ(Answered(there, R"({"found":true,"version":1,"value":"a"})"), "");
  EXPECT_EQ(Answered(there, R"({"found":true,"version":1,"value":"b"})"), "memory: retrieve");
  EXPECT_EQ(Answered(there, R"({"found":true,"version":2,"value":"a"})"), "memory: retrieve");
  EXPECT_EQ(Answered(there, R"({"found":false})"), "memory: retrieve");
}

TEST_F(ModelTest, WhatWasDeletedIsGoneAndBeginsAnew) {
  Memory(R"("action":"store","value":"a")");
  const int deletion = Memory(R"("action":"delete")");
  const int gone = Memory(R"("action":"retrieve")");
  const int again = Memory(R"("action":"store","value":"b","ifVersion":0)");
  EXPECT_EQ(Answered(deletion, R"({"found":true,"version":1})"), "");
  EXPECT_EQ(Answered(deletion, R"({"found":false})"), "memory: delete");
  EXPECT_EQ(Answered(gone, R"({"found":false})"), "");
  EXPECT_EQ(Answered(gone, R"({"found":true,"version":1,"value":"a"})"), "memory: retrieve");
  EXPECT_EQ(Answered(again, R"({"version":1})"), "");
}

TEST_F(ModelTest, StoringAgainstAVersionIsRefused) {
  const int wrong = Memory(R"("action":"store","value":"a","ifVersion":1)");
  EXPECT_EQ(Answered(wrong, "{}", true), "");
  EXPECT_EQ(Answered(wrong, R"({"version":1})"), "memory: compare-and-set");
  EXPECT_EQ(Answered(Memory(R"("action":"retrieve")"), R"({"found":false})"), "");
}

TEST_F(ModelTest, WhatMayOrMayNotHaveHappenedIsNotJudged) {
  model_.Forget(Memory(R"("action":"store","value":"a")"));
  EXPECT_EQ(Memory(R"("action":"retrieve")"), Model::kNone);
  EXPECT_EQ(Memory(R"("action":"store","value":"a","ttl":1)"), Model::kNone);
  // A deletion makes it certain again.
  Memory(R"("action":"delete")");
  EXPECT_NE(Memory(R"("action":"retrieve")"), Model::kNone);
}

TEST_F(ModelTest, ADeletionOfTheUnknownMaySayAnythingAndMayNotHaveHappened) {
  model_.Forget(Memory(R"("action":"store","value":"a")"));
  const int deletion = Memory(R"("action":"delete")");
  EXPECT_EQ(Answered(deletion, R"({"found":true,"version":12})"), "");
  EXPECT_EQ(Answered(deletion, R"({"found":false})"), "");
  model_.Forget(deletion);
  EXPECT_EQ(Memory(R"("action":"retrieve")"), Model::kNone);
}

TEST_F(ModelTest, OthersMemoryIsNotJudged) {
  EXPECT_EQ(Call("memory_usage", R"({"action":"retrieve","namespace":"own-1","key":"k"})"), Model::kNone);
  EXPECT_EQ(Call("memory_search", R"({"pattern":"k"})"), Model::kNone);
}

TEST_F(ModelTest, ATaskHasOneOwnerUnderAnEpoch) {
  Model other(1, claims_);
  const int mine = Call("task_claim", R"({"agentId":"ag_1"})");
  const int again = Call("task_claim", R"({"agentId":"ag_1"})");
  const int theirs = Call("task_claim", R"({"agentId":"ag_2"})");
  constexpr std::string_view kGranted = R"({"claimed":true,"taskId":"tk_1","epoch":1})";
  EXPECT_EQ(Answered(mine, kGranted), "");
  EXPECT_EQ(Answered(again, kGranted), "");
  EXPECT_EQ(Answered(theirs, R"({"claimed":false})"), "");
  EXPECT_EQ(Answered(theirs, kGranted), "tasks: two owners");
  EXPECT_EQ(Answered(theirs, R"({"claimed":true,"taskId":"tk_1","epoch":2})"), "");
}

TEST_F(ModelTest, AReportUnderAnEpochThatWasClaimedAwayIsRefused) {
  const int claim = Call("task_claim", R"({"agentId":"ag_1"})");
  Answered(claim, R"({"claimed":true,"taskId":"tk_1","epoch":2})");
  EXPECT_EQ(Call("task_update", R"({"taskId":"tk_1","state":"progress","epoch":2})"), Model::kNone);
  const int stale = Call("task_update", R"({"taskId":"tk_1","state":"progress","epoch":1})");
  EXPECT_EQ(Answered(stale, "{}", true), "");
  EXPECT_EQ(Answered(stale, "{}"), "tasks: stale epoch");
}

}  // namespace
}  // namespace skep::fuzz
