#include "load/tally.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "skep/block.h"

namespace skep::load {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(Tally, CountsSecondBySecond) {
  Tally tally({"ping", "store"}, {.cpu_ns = 1e9, .resident_bytes = 5e6});
  for (int i = 0; i < 3; ++i) tally.Sent();
  tally.Answered(0, 100, 90);
  tally.Answered(1, 200, 150);
  EXPECT_EQ(tally.interval_end_ns(), kSecond);
  tally.EndInterval(kSecond, 4, {.cpu_ns = 1.5e9, .resident_bytes = 8e6});
  tally.Failed("unanswered", 2);
  tally.EndInterval(2 * kSecond + kSecond / 2, 4, {.cpu_ns = 1.5e9, .resident_bytes = 6e6});
  EXPECT_EQ(tally.interval_end_ns(), 3 * kSecond);

  const Outcome& outcome = tally.SoFar(2 * kSecond + kSecond / 2, 4, false);
  ASSERT_EQ(outcome.intervals.size(), 2U);
  const Interval& first = outcome.intervals[0];
  EXPECT_EQ(first.due, 4U);
  EXPECT_EQ(first.sent, 3U);
  EXPECT_EQ(first.answered, 2U);
  EXPECT_EQ(first.errors, 0U);
  EXPECT_EQ(first.p50_ns, 100);
  EXPECT_EQ(first.max_ns, 200);
  EXPECT_EQ(first.cores, 0.5);
  const Interval& second = outcome.intervals[1];
  EXPECT_EQ(second.from_s, 1);
  EXPECT_EQ(second.seconds, 1.5);
  EXPECT_EQ(second.due, 0U);
  EXPECT_EQ(second.errors, 2U);
  EXPECT_EQ(second.p50_ns, std::nullopt);
  EXPECT_EQ(second.cores, 0);
  EXPECT_EQ(outcome.server_cpu_s, 0.5);
  EXPECT_EQ(outcome.peak_resident_bytes, 8e6);
}

TEST(Tally, LatencyIsOfAllOperationsTogetherAndOfEach) {
  Tally tally({"ping", "store"}, {});
  tally.Answered(0, 100, 90);
  tally.Answered(1, 200, 150);
  const Outcome& outcome = tally.SoFar(kSecond, 2, false);
  EXPECT_EQ(outcome.latency.Count(), 2U);
  EXPECT_EQ(outcome.latency.Max(), 200U);
  EXPECT_EQ(outcome.service.Max(), 150U);
  EXPECT_EQ(outcome.by_operation.at("ping").Max(), 100U);
  EXPECT_EQ(outcome.by_operation.at("store").Max(), 200U);
}

TEST(Tally, AnErrorIsAnAnswerAndNoLatency) {
  Tally tally({"ping"}, {});
  tally.Refused({.kind = client::Answer::Kind::kToolError}, {});
  tally.Refused({.kind = client::Answer::Kind::kError, .code = -32602}, {});
  tally.Refused({.kind = client::Answer::Kind::kError, .code = -32602}, {});
  tally.Failed("malformed line");
  tally.Failed("unanswered", 0);
  const Outcome& outcome = tally.SoFar(kSecond, 3, false);
  EXPECT_EQ(outcome.answered, 3U);
  EXPECT_EQ(outcome.latency.Count(), 0U);
  EXPECT_EQ(outcome.errors,
            (std::map<std::string, std::uint64_t>{{"tool error", 1}, {"error -32602", 2}, {"malformed line", 1}}));
  EXPECT_EQ(outcome.error_count(), 4U);
}

void Refuse(Tally& tally, std::string line) {
  json::Reader reader;
  line.reserve(line.size() + Block::kPadding);
  const client::Answer answer = client::Look(line, reader);
  tally.Refused(answer, reader.root());
}

TEST(Tally, KeepsWhatTheFirstErrorOfAKindSaid) {
  Tally tally({"ping"}, {});
  Refuse(tally, R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no such tool: stor"}})");
  Refuse(tally, R"({"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"another"}})");
  Refuse(tally, R"({"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"full"}],"isError":true}})");
  Refuse(tally, R"({"jsonrpc":"2.0","id":4,"error":{"code":-1}})");
  tally.Failed("malformed line", 1, "Listening on nothing");
  EXPECT_EQ(
      tally.SoFar(kSecond, 3, false).first_errors,
      (std::map<std::string, std::string>{
          {"error -32602", "no such tool: stor"}, {"malformed line", "Listening on nothing"}, {"tool error", "full"}}));
}

TEST(Tally, KeepsWholeCharactersOfALongError) {
  Tally tally({"ping"}, {});
  std::string umlauts = "a";
  for (int i = 0; i < 1000; ++i) umlauts += "ä";
  tally.Failed("malformed line", 1, umlauts);
  const std::string& kept = tally.SoFar(kSecond, 1, false).first_errors.at("malformed line");
  EXPECT_TRUE(kept.ends_with("ää…"));
  EXPECT_LE(kept.size(), 163U);
  EXPECT_TRUE(json::IsUtf8(kept));
}

TEST(Tally, WhatTheKernelDoesNotSayIsNoData) {
  Tally tally({"ping"}, {});
  tally.EndInterval(kSecond, 0, {});
  const Outcome& outcome = tally.SoFar(kSecond, 0, false);
  EXPECT_EQ(outcome.server_cpu_s, std::nullopt);
  EXPECT_EQ(outcome.peak_resident_bytes, std::nullopt);
  EXPECT_EQ(outcome.intervals[0].cores, std::nullopt);
}

}  // namespace
}  // namespace skep::load
