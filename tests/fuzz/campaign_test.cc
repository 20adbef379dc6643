#include "fuzz/campaign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fuzz/echo_contract.h"
#include "fuzz/report.h"

namespace skep::fuzz {
namespace {

/// Answers everything that has an id with an empty result, whatever it is: right for a ping only.
const std::vector<std::string> kAlways = {
    "sed", "-un", R"re(s/^[^[]*"id":\([0-9]\+\|"[^"]*"\),.*/{"jsonrpc":"2.0","id":\1,"result":{}}/p)re"};

fuzz::Setup SetupOf(std::vector<std::string> command) { return {.command = std::move(command), .patience_ms = 2000}; }
Script Saying(std::string line) { return {.steps = {{0, 0, std::move(line) + "\n"}}}; }

std::vector<std::string> Keys(const fuzz::Setup& setup, const Script& script) {
  const auto found = Play(setup, EchoContract(), script);
  std::vector<std::string> keys;
  if (found) {
    for (const Life::Found& one : *found) keys.push_back(one.finding.Key());
  }
  return keys;
}

constexpr const char* kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

TEST(Play, AServerThatAnswersIsFoundRight) { EXPECT_THAT(Keys(SetupOf(kAlways), Saying(kPing)), testing::IsEmpty()); }

TEST(Play, WhatItAnswersWronglyIsFound) {
  EXPECT_THAT(Keys(SetupOf(kAlways), Saying(R"({"jsonrpc":"2.0","id":1,"method":"no/such"})")),
              testing::ElementsAre("code: an unknown method: a result"));
}

TEST(Play, ACrash) {
  EXPECT_THAT(Keys(SetupOf({"sh", "-c", "read line; exit 3"}), Saying(kPing)),
              testing::ElementsAre("crash: exit status 3"));
}

TEST(Play, AServerThatDoesNotAnswerHangs) {
  fuzz::Setup setup = SetupOf({"sh", "-c", "while read line; do :; done"});
  setup.patience_ms = 400;
  EXPECT_THAT(Keys(setup, Saying(kPing)), testing::ElementsAre("hang: ping"));
}

TEST(Play, AnExitStatusAtTheEndOfInput) {
  const std::string sed =
      "sed -un 's/.*\"id\":\\([^,]*\\),.*/{\"jsonrpc\":\"2.0\",\"id\":\\1,\"result\":{}}/p'; exit 4";
  EXPECT_THAT(Keys(SetupOf({"sh", "-c", sed}), Saying(kPing)), testing::ElementsAre("exit: exit status 4"));
}

TEST(Play, ASanitizersReport) {
  const std::string sed =
      "echo 'x.cc:7: runtime error: overflow' >&2; exec sed -un "
      "'s/.*\"id\":\\([^,]*\\),.*/{\"jsonrpc\":\"2.0\",\"id\":\\1,\"result\":{}}/p'";
  EXPECT_THAT(Keys(SetupOf({"sh", "-c", sed}), Saying(kPing)),
              testing::ElementsAre("sanitizer: runtime error: overflow"));
}

TEST(Campaign, FindsMinimisesAndReports) {
  const Contract contract{.server = "always 1", .revisions = {"2025-11-25"}};
  Plan plan{.setup = SetupOf(kAlways), .seed = 1, .seconds = 30, .messages = 60, .tries = 40};
  plan.setup.patience_ms = plan.setup.late_ms = 200;
  plan.setup.grace_ms = 10;
  const auto outcome = fuzz::Run(plan, contract, {});
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_GE(outcome->sent, 60U);
  const auto found = outcome->cases.find("code: an unknown method: a result");
  ASSERT_NE(found, outcome->cases.end());
  EXPECT_EQ(found->second.again, Again::kYes);
  EXPECT_LE(found->second.script.steps.size(), 8U);
  EXPECT_EQ(TranscriptName(found->second), "code-an-unknown-method-a-result.jsonl");
  EXPECT_NE(ReportText(plan, contract, *outcome).find("FINDING code: an unknown method: a result"), std::string::npos);
  EXPECT_THAT(ReportText(plan, contract, *outcome),
              testing::ContainsRegex("results +errors\n +ping +[0-9]+ +[0-9]+\n"));
  EXPECT_THAT(ReportText(plan, contract, *outcome), testing::HasSubstr("not offered: tools/list"));
  const auto report = ReportJson(plan, contract, *outcome);
  EXPECT_EQ(report.at("findings").size(), outcome->cases.size());
  EXPECT_EQ(report.at("sent"), outcome->sent);
}

TEST(Campaign, EndsWhenItIsAskedTo) {
  const auto outcome =
      fuzz::Run({.setup = SetupOf(kAlways), .seconds = 30}, EchoContract(), [](const Outcome&) { return false; });
  ASSERT_TRUE(outcome.has_value());
  EXPECT_TRUE(outcome->interrupted);
  EXPECT_EQ(outcome->rounds, 1U);
}

TEST(Campaign, MakingFindingsSmallIsToldAndEndsWhenItIsAskedTo) {
  const Contract contract{.server = "always 1", .revisions = {"2025-11-25"}};
  Plan plan{.setup = SetupOf(kAlways), .seed = 1, .seconds = 30, .messages = 60, .tries = 40};
  plan.setup.patience_ms = plan.setup.late_ms = 200;
  plan.setup.grace_ms = 10;
  std::string progress;
  const auto outcome = fuzz::Run(plan, contract, [&](const Outcome& so_far) {
    if (so_far.minimising.empty()) return true;
    progress = ProgressLine(so_far);
    return false;
  });
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_THAT(progress, testing::HasSubstr("; making small: "));
  EXPECT_TRUE(outcome->interrupted);
  ASSERT_FALSE(outcome->cases.empty());
  for (const auto& [key, found] : outcome->cases) {
    EXPECT_EQ(found.again, Again::kNotTried) << key;
    EXPECT_FALSE(found.script.steps.empty()) << key;
  }
  EXPECT_THAT(ReportText(plan, contract, *outcome), testing::HasSubstr("there was no time to bring it about again"));
}

TEST(Campaign, AServerThatNeverGreetsIsWaitedForAsLongAsIsSaid) {
  const auto contract = ReadContract({.command = {"sh", "-c", "cat > /dev/null"}}, 100);
  ASSERT_FALSE(contract.has_value());
  EXPECT_NE(contract.error().message.find("no answer within 100 ms"), std::string::npos) << contract.error().message;
}

TEST(Campaign, AProgramThatThereIsNot) {
  EXPECT_FALSE(fuzz::Run({.setup = SetupOf({"/no/such/program"})}, EchoContract(), {}).has_value());
  EXPECT_FALSE(ReadContract({.command = {"/no/such/program"}}, 1000).has_value());
}

}  // namespace
}  // namespace skep::fuzz
