#include "handlers/telemetry.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/operation.h"
#include "store/store.h"
#include "support/manual_executor.h"
#include "support/temp_directory.h"
#include "swarm/usage.h"

// Whole bodies as the clients send them, with what identifies people left out: see telemetry_forms.cc for where their
// names are from.

namespace skep::handlers {
namespace {

using swarm::UsageGroup;
using swarm::UsageReport;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

class TelemetryTest : public testing::Test {
 protected:
  TelemetryAnswer Take(std::string_view method, std::string_view path, std::string_view type, std::string_view body) {
    Block block;
    block.Append(body);
    std::optional<TelemetryAnswer> answer;
    telemetry_.Take(method, path, type, std::move(block), [&](TelemetryAnswer given) { answer = std::move(given); });
    EXPECT_TRUE(executor_.RunUntil([&] { return answer.has_value(); }));
    return *std::move(answer);
  }
  /// What is answered to telemetry that is taken.
  std::string Post(std::string_view path, const std::string& body) {
    const TelemetryAnswer answer = Take("POST", path, "application/json", body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  UsageReport Sum(UsageGroup group = UsageGroup::kModel) {
    const UsageReport report = swarm::SumUsage(
        store_->Reader(), {.group = group, .from_ms = 0, .to_ms = clock_.WallMs(), .swarm = {}, .operation = {}});
    EXPECT_FALSE(store_->Reader().error());
    store_->EndRead();
    return report;
  }
  std::string NsAgo(std::int64_t ms) const { return std::to_string((clock_.WallMs() - ms) * 1'000'000); }

  TempDirectory directory_;
  ManualClock clock_;
  ManualExecutor executor_;
  std::unique_ptr<store::Store> store_ =
      std::make_unique<store::Store>(store::Options{.path = directory_ / "skep.db", .fsync = false}, clock_, executor_);
  Telemetry telemetry_{*store_, clock_};
};

using nlohmann::json;

json Text(std::string_view key, std::string_view value) { return {{"key", key}, {"value", {{"stringValue", value}}}}; }
json Int(std::string_view key, std::int64_t value) {
  return {{"key", key}, {"value", {{"intValue", std::to_string(value)}}}};
}

std::string Logs(const json& records, const json& resource = json::array()) {
  return json{{"resourceLogs",
               {{{"resource", {{"attributes", resource}}},
                 {"scopeLogs", {{{"scope", {{"name", "x"}}}, {"logRecords", records}}}}}}}}
      .dump();
}
std::string Metrics(const json& metrics, const json& resource = json::array()) {
  return json{{"resourceMetrics",
               {{{"resource", {{"attributes", resource}}},
                 {"scopeMetrics", {{{"scope", {{"name", "x"}}}, {"metrics", metrics}}}}}}}}
      .dump();
}

TEST_F(TelemetryTest, ClaudeCodesEvents) {
  const std::string body = fmt::format(R"({{"resourceLogs":[{{"resource":{{"attributes":[
      {{"key":"service.name","value":{{"stringValue":"claude-code"}}}},
      {{"key":"service.version","value":{{"stringValue":"2.1.202"}}}}],"droppedAttributesCount":0}},
    "scopeLogs":[{{"scope":{{"name":"com.anthropic.claude_code.events","version":"2.1.202"}},"logRecords":[
      {{"timeUnixNano":"{0}","observedTimeUnixNano":"{0}","body":{{"stringValue":"claude_code.user_prompt"}},
        "attributes":[{{"key":"session.id","value":{{"stringValue":"3f0e-1"}}}},
                      {{"key":"event.name","value":{{"stringValue":"user_prompt"}}}},
                      {{"key":"prompt_length","value":{{"stringValue":"12"}}}}],"droppedAttributesCount":0}},
      {{"timeUnixNano":"{0}","observedTimeUnixNano":"{0}","body":{{"stringValue":"claude_code.api_request"}},
        "attributes":[{{"key":"user.id","value":{{"stringValue":"0a1b"}}}},
                      {{"key":"session.id","value":{{"stringValue":"3f0e-1"}}}},
                      {{"key":"event.name","value":{{"stringValue":"api_request"}}}},
                      {{"key":"event.timestamp","value":{{"stringValue":"2026-01-01T00:00:00.000Z"}}}},
                      {{"key":"event.sequence","value":{{"intValue":3}}}},
                      {{"key":"prompt.id","value":{{"stringValue":"77aa"}}}},
                      {{"key":"model","value":{{"stringValue":"claude-sonnet-5"}}}},
                      {{"key":"input_tokens","value":{{"intValue":"12"}}}},
                      {{"key":"output_tokens","value":{{"intValue":345}}}},
                      {{"key":"cache_read_tokens","value":{{"intValue":16000}}}},
                      {{"key":"cache_creation_tokens","value":{{"intValue":700}}}},
                      {{"key":"cost_usd","value":{{"doubleValue":0.0123}}}},
                      {{"key":"duration_ms","value":{{"intValue":2000}}}},
                      {{"key":"request_id","value":{{"stringValue":"req_011A"}}}},
                      {{"key":"query_source","value":{{"stringValue":"repl_main_thread"}}}}],
        "droppedAttributesCount":0}}]}}]}}]}})",
                                       NsAgo(1000));
  EXPECT_EQ(Post("/v1/logs", body), "{}");
  EXPECT_EQ(Post("/v1/logs", body), "{}") << "sent again, because the answer was lost";
  const UsageReport report = Sum();
  ASSERT_THAT(report.rows, SizeIs(1));
  EXPECT_EQ(report.rows[0].text, "claude-sonnet-5");
  EXPECT_EQ(report.total.records, 1);
  EXPECT_THAT(report.total.figures.input_tokens, Optional(12));
  EXPECT_THAT(report.total.figures.output_tokens, Optional(345));
  EXPECT_THAT(report.total.figures.cache_read_tokens, Optional(16000));
  EXPECT_THAT(report.total.figures.cache_write_tokens, Optional(700));
  EXPECT_THAT(report.total.figures.cost_usd, Optional(0.0123));
  EXPECT_EQ(report.total.first_ms, clock_.WallMs() - 1000);
  EXPECT_EQ(Sum(UsageGroup::kOperation).rows[0].text, "repl_main_thread");
}

/// One element in braces is a list to GCC, and itself to Clang.
json List(json value) { return value.is_array() ? value : json::array({std::move(value)}); }

/// Of one export: of each type of token a point, and one of the cost.
json ClaudeCounters(std::string_view session, std::string_view start, std::string_view at, int temporality, int input,
                    int output, double cost) {
  const auto point = [&](json attributes, json value) {
    attributes = List(std::move(attributes));
    attributes.push_back(Text("session.id", session));
    attributes.push_back(Text("model", "claude-sonnet-5"));
    json whole = {{"attributes", attributes}, {"startTimeUnixNano", start}, {"timeUnixNano", at}};
    whole.update(value);
    return whole;
  };
  return {
      {{"name", "claude_code.token.usage"},
       {"unit", "tokens"},
       {"sum",
        {{"aggregationTemporality", temporality},
         {"isMonotonic", true},
         {"dataPoints",
          {point({Text("type", "input")}, {{"asDouble", input}}),
           point({Text("type", "output")}, {{"asInt", std::to_string(output)}}),
           point({Text("type", "cacheRead")}, {{"asDouble", 900}})}}}}},
      {{"name", "claude_code.cost.usage"},
       {"unit", "USD"},
       {"sum",
        {{"aggregationTemporality", temporality},
         {"isMonotonic", true},
         {"dataPoints", {point(json::array(), {{"asDouble", cost}})}}}}},
      {{"name", "claude_code.session.count"},
       {"sum", {{"aggregationTemporality", temporality}, {"dataPoints", {point(json::array(), {{"asInt", "1"}})}}}}}};
}

TEST_F(TelemetryTest, ClaudeCodesCounters) {
  const std::string body = Metrics(ClaudeCounters("s", NsAgo(60'000), NsAgo(0), 1, 10, 20, 0.5));
  EXPECT_EQ(Post("/v1/metrics", body), "{}");
  EXPECT_EQ(Post("/v1/metrics", body), "{}") << "sent again";
  const UsageReport report = Sum();
  EXPECT_EQ(report.total.records, 1) << "the points of one export are one record";
  EXPECT_THAT(report.total.figures.input_tokens, Optional(10));
  EXPECT_THAT(report.total.figures.output_tokens, Optional(20));
  EXPECT_THAT(report.total.figures.cache_read_tokens, Optional(900));
  EXPECT_FALSE(report.total.figures.cache_write_tokens);
  EXPECT_THAT(report.total.figures.cost_usd, Optional(0.5));
}

TEST_F(TelemetryTest, CountersThatAreTotalsAreCountedByTheirIncreases) {
  const std::string start = NsAgo(60'000);
  Post("/v1/metrics", Metrics(ClaudeCounters("s", start, NsAgo(0), 2, 10, 20, 0.5)));
  Post("/v1/metrics", Metrics(ClaudeCounters("s", start, NsAgo(0), 2, 10, 20, 0.5)));
  clock_.AdvanceMs(10'000);
  Post("/v1/metrics", Metrics(ClaudeCounters("s", start, NsAgo(0), 2, 10, 20, 0.5)));
  EXPECT_EQ(Sum().total.records, 1) << "nothing was used since";
  clock_.AdvanceMs(10'000);
  Post("/v1/metrics", Metrics(ClaudeCounters("s", start, NsAgo(0), 2, 15, 20, 0.75)));
  Post("/v1/metrics", Metrics(ClaudeCounters("other", start, NsAgo(0), 2, 100, 0, 0)));
  const UsageReport report = Sum();
  EXPECT_EQ(report.total.records, 3);
  EXPECT_THAT(report.total.figures.input_tokens, Optional(15 + 100));
  EXPECT_THAT(report.total.figures.output_tokens, Optional(20));
  EXPECT_THAT(report.total.figures.cost_usd, Optional(0.75));
}

TEST_F(TelemetryTest, EventsAndCountersOfASessionAreCountedOnce) {
  Post("/v1/metrics", Metrics(ClaudeCounters("s", NsAgo(60'000), NsAgo(0), 1, 10, 20, 0.5)));
  Post("/v1/logs",
       Logs({{{"timeUnixNano", NsAgo(30'000)},
              {"body", {{"stringValue", "claude_code.api_request"}}},
              {"attributes", {Text("session.id", "s"), Int("input_tokens", 10), Int("output_tokens", 20)}}}}));
  const UsageReport report = Sum();
  EXPECT_EQ(report.total.records, 1);
  EXPECT_THAT(report.total.figures.input_tokens, Optional(10));
  EXPECT_FALSE(report.total.figures.cost_usd) << "the event did not say";
}

TEST_F(TelemetryTest, CodexsEventsCountAtTheEndOfAStreamAndHaveNumbersAsText) {
  const auto record = [&](std::string_view kind, json more) {
    more = List(std::move(more));
    more.push_back(Text("event.name", "codex.sse_event"));
    more.push_back(Text("event.kind", kind));
    more.push_back(Text("event.timestamp", "2026-01-01T00:00:00.000Z"));
    more.push_back(Text("conversation.id", "0199-c"));
    more.push_back(Text("model", "gpt-5.5"));
    return json{{"timeUnixNano", "0"}, {"observedTimeUnixNano", NsAgo(10)}, {"attributes", more}};
  };
  const std::string body =
      Logs({record("response.output_text.delta", {Text("duration_ms", "3")}),
            record("response.completed",
                   {Text("input_token_count", "1000"), Text("output_token_count", "40"), Int("cached_token_count", 800),
                    Int("reasoning_token_count", 30), Text("tool_token_count", "1040")})},
           json::array({Text("service.name", "codex_cli_rs")}));
  EXPECT_EQ(Post("/v1/logs", body), "{}");
  EXPECT_EQ(Post("/v1/logs", body), "{}");
  const UsageReport report = Sum();
  EXPECT_EQ(report.total.records, 1);
  EXPECT_EQ(report.rows[0].text, "gpt-5.5");
  EXPECT_THAT(report.total.figures.input_tokens, Optional(200)) << "without what came from the cache";
  EXPECT_THAT(report.total.figures.cache_read_tokens, Optional(800));
  EXPECT_THAT(report.total.figures.output_tokens, Optional(40)) << "reasoning is within";
  EXPECT_FALSE(report.total.figures.cost_usd);
  ASSERT_THAT(report.origins, SizeIs(1));
  EXPECT_EQ(report.origins[0].client, "codex");
}

TEST_F(TelemetryTest, GeminisEventsCountersAndConventionsAreOneUsage) {
  const json resource = {Text("service.name", "gemini-cli"), Text("session.id", "g-1")};
  const std::string start = NsAgo(20'000);
  const auto point = [&](json attributes, json value) {
    json whole = {{"attributes", attributes}, {"startTimeUnixNano", start}, {"timeUnixNano", NsAgo(0)}};
    whole.update(value);
    return whole;
  };
  const auto typed = [&](std::string_view type, int value) {
    return point({Text("session.id", "g-1"), Text("model", "gemini-3-pro"), Text("type", type)}, {{"asInt", value}});
  };
  Post("/v1/metrics",
       Metrics({{{"name", "gemini_cli.token.usage"},
                 {"sum",
                  {{"aggregationTemporality", 2},
                   {"isMonotonic", true},
                   {"dataPoints",
                    {typed("input", 1000), typed("output", 50), typed("thought", 20), typed("cache", 600),
                     typed("tool", 5)}}}}},
                {{"name", "gen_ai.client.token.usage"},
                 {"histogram",
                  {{"aggregationTemporality", "AGGREGATION_TEMPORALITY_CUMULATIVE"},
                   {"dataPoints",
                    {point({Text("gen_ai.token.type", "input"), Text("gen_ai.request.model", "gemini-3-pro"),
                            Text("gen_ai.operation.name", "generate_content")},
                           {{"count", "1"}, {"sum", 1000}, {"bucketCounts", json::array()}}),
                     point({Text("gen_ai.token.type", "output"), Text("gen_ai.request.model", "gemini-3-pro"),
                            Text("gen_ai.operation.name", "generate_content")},
                           {{"count", "1"}, {"sum", 50}, {"bucketCounts", json::array()}})}}}}}},
               resource));
  const UsageReport counted = Sum();
  EXPECT_EQ(counted.total.records, 1) << "the client's own counter";
  EXPECT_THAT(counted.total.figures.input_tokens, Optional(1000 + 5 - 600));
  EXPECT_THAT(counted.total.figures.output_tokens, Optional(70));
  EXPECT_THAT(counted.total.figures.cache_read_tokens, Optional(600));

  Post("/v1/logs",
       Logs({{{"timeUnixNano", NsAgo(5000)},
              {"body", {{"stringValue", "API response from gemini-3-pro. Status: 200. Duration: 900ms."}}},
              {"attributes",
               {Text("session.id", "g-1"), Text("event.name", "gemini_cli.api_response"), Text("model", "gemini-3-pro"),
                Int("input_token_count", 1000), Int("output_token_count", 50), Int("cached_content_token_count", 600),
                Int("thoughts_token_count", 20), Int("tool_token_count", 5), Int("total_token_count", 1075),
                Text("prompt_id", "g-1########0"), Text("role", "main")}}},
             {{"timeUnixNano", NsAgo(5000)},
              {"body", {{"stringValue", "GenAI operation details from gemini-3-pro."}}},
              {"attributes",
               {Text("session.id", "g-1"), Text("event.name", "gen_ai.client.inference.operation.details"),
                Text("gen_ai.request.model", "gemini-3-pro"), Int("gen_ai.usage.input_tokens", 1000),
                Int("gen_ai.usage.output_tokens", 50)}}}},
            resource));
  const UsageReport report = Sum();
  EXPECT_EQ(report.total.records, 1);
  EXPECT_THAT(report.total.figures.input_tokens, Optional(405));
  EXPECT_EQ(Sum(UsageGroup::kOperation).rows[0].text, "main");
}

TEST_F(TelemetryTest, AnyClientMayUseTheConventions) {
  Post("/v1/metrics",
       Metrics({{{"name", "gen_ai.client.token.usage"},
                 {"histogram",
                  {{"aggregationTemporality", 1},
                   {"dataPoints",
                    {{{"attributes", {Text("gen_ai.token.type", "output"), Text("gen_ai.response.model", "m")}},
                      {"timeUnixNano", NsAgo(0)},
                      {"count", 2},
                      {"sum", 31.0}}}}}}}},
               json::array({Text("service.name", "my-agent")})));
  const UsageReport report = Sum();
  EXPECT_THAT(report.total.figures.output_tokens, Optional(31));
  EXPECT_FALSE(report.total.figures.input_tokens);
  EXPECT_EQ(report.origins[0].client, "my-agent");
  EXPECT_EQ(report.rows[0].text, "m");
}

TEST_F(TelemetryTest, RecordsThatCannotBeUnderstoodAreRejectedAndTheOthersTaken) {
  const auto record = [&](json input) {
    return json{{"timeUnixNano", NsAgo(1)},
                {"body", {{"stringValue", "claude_code.api_request"}}},
                {"attributes", {{{"key", "input_tokens"}, {"value", input}}}}};
  };
  const json answer = json::parse(Post(
      "/v1/logs", Logs({record({{"stringValue", "many"}}), record({{"intValue", -1}}), record({{"boolValue", true}}),
                        record({{"doubleValue", 1e300}}), record({{"intValue", "7"}})})));
  EXPECT_EQ(answer["partialSuccess"]["rejectedLogRecords"], "4");
  EXPECT_THAT(
      answer["partialSuccess"]["errorMessage"].get<std::string>(),
      HasSubstr("claude_code.api_request: input_tokens must be a number from 0 on, not {\"stringValue\":\"many\"}"));
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(7));

  json counters = ClaudeCounters("s", NsAgo(60'000), NsAgo(0), 0, 10, 20, 0.5);
  EXPECT_THAT(Post("/v1/metrics", Metrics(counters)), HasSubstr(R"("rejectedDataPoints":"4")"));
  counters[0]["sum"]["aggregationTemporality"] = 1;
  counters[0]["sum"]["dataPoints"][0].erase("asDouble");
  counters[0]["sum"]["dataPoints"][1].erase("timeUnixNano");
  EXPECT_THAT(Post("/v1/metrics", Metrics(counters)), HasSubstr(R"("rejectedDataPoints":"3")"));
  EXPECT_THAT(Sum().total.figures.cache_read_tokens, Optional(900));
}

json Event(std::string_view at, std::int64_t input) {
  return {{"timeUnixNano", at},
          {"attributes",
           {Text("event.name", "codex.sse_event"), Text("conversation.id", "c"), Int("input_token_count", input)}}};
}

TEST_F(TelemetryTest, MoreAttributesThanAreReadAreRejected) {
  json many = json::array();
  for (int i = 0; i < 20'000; ++i) many.push_back(Text(fmt::format("a{}", i), "x"));
  json records = json::array();
  for (int i = 0; i < 8000; ++i) records.push_back(Event(NsAgo(i), 1));
  const json answer = json::parse(Post("/v1/logs", Logs(records, many)));
  EXPECT_EQ(answer["partialSuccess"]["rejectedLogRecords"], "8000");
  EXPECT_EQ(answer["partialSuccess"]["errorMessage"], "codex.sse_event: its resource has more than 128 attributes");
  json event = Event(NsAgo(1), 1);
  for (const json& attribute : many) event["attributes"].push_back(attribute);
  EXPECT_THAT(Post("/v1/logs", Logs({event, Event(NsAgo(2), 7)})), HasSubstr(R"("rejectedLogRecords":"1")"));
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(7));
  EXPECT_THAT(Post("/v1/metrics", Metrics(ClaudeCounters("s", NsAgo(60'000), NsAgo(0), 1, 10, 20, 0.5), many)),
              HasSubstr(R"("rejectedDataPoints":"4")"));
}

TEST_F(TelemetryTest, MoreRecordsThanOneRequestMayHaveAreRejected) {
  json records = json::array();
  for (int i = 0; i < 10'003; ++i) records.push_back(Event(NsAgo(i), 1));
  const json answer = json::parse(Post("/v1/logs", Logs(records)));
  EXPECT_EQ(answer["partialSuccess"]["rejectedLogRecords"], "3");
  EXPECT_EQ(answer["partialSuccess"]["errorMessage"], "one request may have 10000 records: send fewer at once");
  EXPECT_EQ(Sum().total.records, 10'000);
}

TEST_F(TelemetryTest, ManyRecordsAreNotedSomeAtATimeAndAnsweredAtTheEnd) {
  json records = json::array();
  for (int i = 0; i < 600; ++i) records.push_back(Event(NsAgo(i), 1));
  Block body;
  body.Append(Logs(records));
  bool answered = false;
  telemetry_.Take("POST", "/v1/logs", "application/json", std::move(body), [&](const TelemetryAnswer& answer) {
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answered);
    answered = true;
    EXPECT_EQ(Sum().total.records, 600);
  });
  class Other final : public store::Operation {
   public:
    explicit Other(std::function<void()> finish) : finish_(std::move(finish)) {}
    Expected<void> Run(store::Database&) override { return {}; }
    void Finish(Expected<void>) override { finish_(); }

   private:
    const std::function<void()> finish_;
  };
  bool other = false;
  store_->Submit(std::make_unique<Other>([&] {
    EXPECT_FALSE(answered) << "others need not wait for all of it";
    other = true;
  }));
  ASSERT_TRUE(executor_.RunUntil([&] { return answered; }));
  EXPECT_TRUE(other);
}

TEST_F(TelemetryTest, WhatDoesNotSayWhenItWasCountsOnceToo) {
  json event = Event("0", 5);
  Post("/v1/logs", Logs(json::array({event})));
  clock_.AdvanceMs(1000);
  Post("/v1/logs", Logs(json::array({event})));
  event["attributes"].push_back(Int("event.sequence", 2));
  Post("/v1/logs", Logs(json::array({event})));
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(10));
}

TEST_F(TelemetryTest, ACounterThatIsToComeIsRejectedAndHindersNoneAfterIt) {
  const std::string start = NsAgo(60'000);
  for (const std::string& at : {std::string("9000000000000000000"), NsAgo(-3'600'000)}) {
    const json answer = json::parse(Post("/v1/metrics", Metrics(ClaudeCounters("s", start, at, 2, 10, 20, 0.5))));
    EXPECT_EQ(answer["partialSuccess"]["rejectedDataPoints"], "4");
    EXPECT_THAT(answer["partialSuccess"]["errorMessage"].get<std::string>(), HasSubstr("timeUnixNano is to come"));
  }
  Post("/v1/metrics", Metrics(ClaudeCounters("s", start, NsAgo(0), 2, 10, 20, 0.5)));
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(10));
}

TEST_F(TelemetryTest, WhatAClientAddsToItsCountersMakesNoMoreOfThem) {
  const std::string start = NsAgo(60'000);
  const auto post = [&](int each) {
    json points = json::array();
    for (int i = 0; i < 3000; ++i) {
      points.push_back({{"attributes",
                         {Text("session.id", "s"), Text("model", "m"), Text("type", "input"),
                          Text("prompt.id", fmt::format("p{}", i))}},
                        {"startTimeUnixNano", start},
                        {"timeUnixNano", NsAgo(0)},
                        {"asInt", each}});
    }
    Post("/v1/metrics", Metrics({{{"name", "claude_code.token.usage"},
                                  {"sum", {{"aggregationTemporality", 2}, {"dataPoints", points}}}}}));
  };
  post(2);
  clock_.AdvanceMs(10'000);
  post(3);
  EXPECT_THAT(Sum().total.figures.input_tokens, Optional(9000));
  EXPECT_EQ(Sum().total.records, 2);
  static constexpr store::Sql kSeries{"SELECT count(*) FROM usage_series"};
  store::Cursor row = store_->Reader().Query(kSeries);
  ASSERT_TRUE(row.Next());
  EXPECT_EQ(row.Int(0), 1);
}

TEST_F(TelemetryTest, ACounterThatIsHeardOfLateSaysSinceWhenItCounts) {
  Post("/v1/metrics", Metrics(ClaudeCounters("s", NsAgo(8LL * 3600 * 1000), NsAgo(0), 2, 10, 20, 0.5)));
  const UsageReport hour = swarm::SumUsage(store_->Reader(), {.group = UsageGroup::kModel,
                                                              .from_ms = clock_.WallMs() - 3'600'000,
                                                              .to_ms = clock_.WallMs(),
                                                              .swarm = {},
                                                              .operation = {}});
  store_->EndRead();
  EXPECT_EQ(hour.begun_before.records, 1);
  EXPECT_EQ(hour.begun_ms, clock_.WallMs() - 8LL * 3600 * 1000);
}

TEST_F(TelemetryTest, WhatIsNoUsageIsTakenAndDropped) {
  EXPECT_EQ(Post("/v1/logs", "{}"), "{}");
  EXPECT_EQ(Post("/v1/logs", R"({"resourceLogs":[]})"), "{}");
  EXPECT_EQ(Post("/v1/metrics", R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"x"},{},7]}]}]})"), "{}");
  EXPECT_EQ(Post("/v1/logs", R"({"resourceLogs":[{},null,3,{"scopeLogs":[{"logRecords":[1,{}]}]}]})"), "{}");
  EXPECT_EQ(Post("/v1/traces", R"({"resourceSpans":[]})"), "{}");
  EXPECT_THAT(Sum().rows, IsEmpty());
}

TEST_F(TelemetryTest, ATimeThatIsToComeIsNow) {
  Post("/v1/logs", Logs({{{"timeUnixNano", NsAgo(-3'600'000)},
                          {"body", {{"stringValue", "claude_code.api_request"}}},
                          {"attributes", {Int("input_tokens", 1)}}}}));
  EXPECT_EQ(Sum().total.last_ms, clock_.WallMs());
}

TEST_F(TelemetryTest, WhatIsNoTelemetryIsRefusedWithAReason) {
  const auto refused = [&](std::string_view method, std::string_view path, std::string_view type,
                           std::string_view body) {
    const TelemetryAnswer answer = Take(method, path, type, body);
    return fmt::format("{} {}", answer.status, json::parse(answer.body)["message"].get<std::string>());
  };
  EXPECT_THAT(refused("POST", "/", "application/json", "{}"), HasSubstr("404 there is no /: this is an OTLP receiver"));
  EXPECT_EQ(refused("GET", "/v1/logs", "", ""), "405 telemetry is sent with POST");
  EXPECT_THAT(refused("POST", "/v1/logs", "application/x-protobuf", "x"),
              HasSubstr("415 only application/json is understood, not \"application/x-protobuf\": set "
                        "OTEL_EXPORTER_OTLP_PROTOCOL=http/json"));
  EXPECT_THAT(refused("POST", "/v1/logs", "application/json", "{"), HasSubstr("400 the body is not JSON"));
  EXPECT_THAT(refused("POST", "/v1/logs", "application/json", ""), HasSubstr("400 the body is not JSON"));
  EXPECT_EQ(refused("POST", "/v1/logs", "application/json", "[]"), "400 the body must be an object");
  EXPECT_EQ(refused("POST", "/v1/metrics", "application/json", R"({"resourceMetrics":{}})"),
            "400 each of resourceMetrics, scopeMetrics and metrics must be an array");
  EXPECT_EQ(Take("POST", "/v1/logs", "Application/JSON; charset=utf-8", "{}").status, 200);
}

TEST_F(TelemetryTest, ADatabaseThatCannotTakeItIsSaidToBeSo) {
  store::Store broken({.path = "/proc/no/such/skep.db", .fsync = false}, clock_, executor_);
  Telemetry telemetry(broken, clock_);
  Block body;
  body.Append(Logs({{{"timeUnixNano", NsAgo(1)},
                     {"body", {{"stringValue", "claude_code.api_request"}}},
                     {"attributes", {Int("input_tokens", 1)}}}}));
  std::optional<TelemetryAnswer> answer;
  telemetry.Take("POST", "/v1/logs", "application/json", std::move(body),
                 [&](TelemetryAnswer given) { answer = std::move(given); });
  ASSERT_TRUE(executor_.RunUntil([&] { return answer.has_value(); }));
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->header, "Retry-After: 5");
}

}  // namespace
}  // namespace skep::handlers
