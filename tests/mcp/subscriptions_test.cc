#include "mcp/subscriptions.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "mcp/test_tools.h"
#include "store/harness.h"
#include "support/in_process_session.h"
#include "swarm/memory.h"

namespace skep::mcp {
namespace {

// test://entry/{+key}: what put has written; listed by their keys.
struct Args {
  std::string_view key;
  static constexpr Field kFields[] = {Req<&Args::key>("key")};
};
struct Result {
  std::string text;
  static constexpr Field kFields[] = {Req<&Result::text>("text")};
};
int reads = 0;
Expected<Result> Run(const Args& args, ToolContext& context) {
  ++reads;
  auto read = swarm::RetrieveEntry(context.database(), "test", args.key, context.now_ms());
  if (!read) return Fail(ErrorCode::kNotFound, "no such entry");
  return Result{.text = std::move(read->entry.value)};
}
std::vector<ListedResource> List(ToolContext& context, std::int64_t after, std::int64_t) {
  static constexpr store::Sql kKeys{"SELECT key FROM memory ORDER BY key"};
  std::vector<ListedResource> listed;
  if (after > 0) return listed;
  std::int64_t number = 0;
  for (store::Cursor row = context.database().Query(kKeys); row.Next();) {
    const std::string key(row.Text(0));
    listed.push_back({.number = ++number, .uri = "test://entry/" + key, .name = key, .title = key});
  }
  return listed;
}
constexpr Resource kEntry = MakeResource<Run>({.uri = "test://entry/{+key}",
                                               .name = "entry",
                                               .title = "Entry",
                                               .description = "An entry.",
                                               .mime_type = "text/plain",
                                               .list = List});
constexpr const Resource* kResources[] = {&kEntry};

class SubscriptionsTest : public testing::Test {
 protected:
  SubscriptionsTest() { reads = 0; }

  void Put(const std::string& key, const std::string& value) {
    writer_.Send(Call("put", "put", {{"key", key}, {"value", value}}));
    writer_.TakeAll();
    Settle();
  }
  /// Lets what is asked for soon happen.
  void Settle() {
    server_.executor().RunPosted();
    server_.events().AdvanceMs(limits::kNotifyMs + 1);
    server_.executor().RunPosted();
  }
  std::vector<Json> TakeNow() {
    std::vector<Json> all;
    while (auto line = session_.TakeNow()) all.push_back(Json::parse(*line));
    return all;
  }
  void Listen(const Json& id, const Json& wanted) {
    session_.Send(RequestLine(id, "subscriptions/listen", Modern({{"notifications", wanted}})));
  }

  TestServer server_{TestTools(), "", limits::kToolsPage, {}, kResources};
  TestSession session_{server_};
  TestSession writer_{server_};
};

TEST_F(SubscriptionsTest, AChangeIsToldAndNothingElse) {
  EXPECT_EQ(Json::parse(session_.Ask(RequestLine(1, "resources/subscribe", {{"uri", "test://entry/a"}}))),
            Json::parse(R"({"jsonrpc":"2.0","id":1,"result":{}})"));
  Put("b", "another");
  EXPECT_TRUE(TakeNow().empty());
  Put("a", "1");
  EXPECT_EQ(TakeNow(), std::vector{Json::parse(R"({"jsonrpc":"2.0","method":"notifications/resources/updated",
    "params":{"uri":"test://entry/a"}})")});
  Put("a", "1");
  EXPECT_TRUE(TakeNow().empty()) << "what is written again is the same";
}

TEST_F(SubscriptionsTest, ManyChangesAtOnceAreOne) {
  session_.Ask(RequestLine(1, "resources/subscribe", {{"uri", "test://entry/a"}}));
  for (int i = 0; i < 50; ++i) writer_.Send(Call(i, "put", {{"key", "a"}, {"value", std::to_string(i)}}));
  writer_.TakeAll();
  Settle();
  EXPECT_LE(TakeNow().size(), 2U);
  EXPECT_EQ(Json::parse(session_.Ask(
                RequestLine(2, "resources/read", {{"uri", "test://entry/a"}})))["result"]["contents"][0]["text"],
            "49");
}

TEST_F(SubscriptionsTest, WhatManySubscribeToIsReadOnce) {
  std::vector<std::unique_ptr<TestSession>> others;
  for (int i = 0; i < 20; ++i) {
    others.push_back(std::make_unique<TestSession>(server_));
    others.back()->Ask(RequestLine(1, "resources/subscribe", {{"uri", "test://entry/a"}}));
  }
  Settle();
  reads = 0;
  Put("a", "1");
  for (auto& other : others) EXPECT_TRUE(other->TakeNow().has_value());
  EXPECT_LE(reads, 3);
}

TEST_F(SubscriptionsTest, WhoUnsubscribesHearsNothing) {
  for (int i = 0; i < 2; ++i) session_.Ask(RequestLine(i, "resources/subscribe", {{"uri", "test://entry/a"}}));
  EXPECT_EQ(server_.server().subscriptions().size(), 1U) << "twice is once";
  session_.Ask(RequestLine(2, "resources/unsubscribe", {{"uri", "test://entry/a"}}));
  Put("a", "1");
  EXPECT_TRUE(TakeNow().empty());
  EXPECT_EQ(server_.server().subscriptions().size(), 0U);
  EXPECT_FALSE(server_.events().watched());
}

TEST_F(SubscriptionsTest, WhoDoesNotReadIsToldOnceWhenHeDoes) {
  session_.Ask(RequestLine(1, "resources/subscribe", {{"uri", "test://entry/a"}}));
  // An answer that nobody takes.
  session_.Send(Call(2, "say", {{"text", std::string(1000, 'x')}, {"times", 200}}));
  for (int i = 0; i < 5; ++i) Put("a", std::to_string(i));
  EXPECT_EQ(TakeNow().size(), 1U) << "the answer";
  server_.events().AdvanceMs(200);
  Settle();
  const auto told = TakeNow();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["method"], "notifications/resources/updated");
}

TEST_F(SubscriptionsTest, HaveABound) {
  for (std::size_t i = 0; i < limits::kMaxSubscriptions; ++i) {
    const Json answer = Json::parse(
        session_.Ask(RequestLine(i, "resources/subscribe", {{"uri", "test://entry/" + std::to_string(i)}})));
    ASSERT_TRUE(answer.contains("result")) << answer;
  }
  const Json refused =
      Json::parse(session_.Ask(RequestLine(0, "resources/subscribe", {{"uri", "test://entry/one-more"}})));
  EXPECT_EQ(refused["error"]["code"], -32602);
}

TEST_F(SubscriptionsTest, WhatThereIsNotCannotBeSubscribedTo) {
  const Json refused = Json::parse(session_.Ask(RequestLine(0, "resources/subscribe", {{"uri", "other://x"}})));
  EXPECT_EQ(refused["error"]["code"], -32002);
  EXPECT_EQ(refused["error"]["data"], Json::parse(R"({"uri":"other://x"})"));
}

TEST_F(SubscriptionsTest, WhoHasSeenTheListIsToldThatItChanges) {
  Put("a", "1");
  EXPECT_TRUE(TakeNow().empty());
  const Json list = Json::parse(session_.Ask(RequestLine(1, "resources/list")))["result"]["resources"];
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["uri"], "test://entry/a");
  Put("a", "2");
  EXPECT_TRUE(TakeNow().empty()) << "the list is the same";
  Put("b", "1");
  EXPECT_EQ(TakeNow(),
            std::vector{Json::parse(R"({"jsonrpc":"2.0","method":"notifications/resources/list_changed"})")});
}

TEST_F(SubscriptionsTest, AListThatCameBehindAWriteSubscribesNobodyWhoHasGone) {
  session_.Send(Call(1, "put", {{"key", "a"}, {"value", "1"}}));
  session_.Send(RequestLine(2, "resources/list"));
  session_.session().OnEnd();
  session_.TakeAll();
  session_.End();
  EXPECT_EQ(server_.server().subscriptions().size(), 0U);
  Put("b", "1");
}

TEST_F(SubscriptionsTest, AListThatCameBehindAWriteLeavesNoOldView) {
  session_.Send(Call(1, "put", {{"key", "a"}, {"value", "1"}}));
  session_.Send(RequestLine(2, "resources/list"));
  session_.TakeAll();
  // As another process would: nobody here ends a read for it.
  writer_.Send(Call("put", "put", {{"key", "b"}, {"value", "2"}}));
  writer_.TakeAll();
  session_.Send(Call(3, "get", {{"key", "b"}}));
  // That the list has changed may be told before.
  Json said = Json::parse(session_.Next().value());
  if (!said.contains("id")) said = Json::parse(session_.Next().value());
  EXPECT_EQ(said["result"]["structuredContent"]["value"], "2") << said;
}

TEST_F(SubscriptionsTest, AListBehindAWriteCanBeCancelled) {
  Gate::Instance().Shut();
  session_.Send(Call("hold", "hold"));
  Gate::Instance().AwaitVisitor();
  session_.Send(RequestLine(2, "resources/list"));
  session_.Send(Cancelled(2));
  Gate::Instance().Open();
  const auto said = session_.TakeAll();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(Json::parse(said[0])["id"], "hold");
  EXPECT_EQ(session_.session().InFlight(), 0U);
  EXPECT_EQ(session_.session().InFlightBytes(), 0U);
}

TEST_F(SubscriptionsTest, AListenIsAcknowledgedAsFarAsThereIsSuchAThing) {
  Listen("l", {{"toolsListChanged", true},
               {"promptsListChanged", true},
               {"resourcesListChanged", true},
               {"resourceSubscriptions", {"test://entry/a", "other://x"}}});
  EXPECT_EQ(TakeNow(), std::vector{Json::parse(R"({"jsonrpc":"2.0",
    "method":"notifications/subscriptions/acknowledged",
    "params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"l"},
    "notifications":{"resourcesListChanged":true,"resourceSubscriptions":["test://entry/a"]}}})")});
}

TEST_F(SubscriptionsTest, AListenIsToldWithItsIdUntilItIsCancelled) {
  Listen(7, {{"resourcesListChanged", true}, {"resourceSubscriptions", {"test://entry/a"}}});
  TakeNow();
  Put("a", "1");
  const auto told = TakeNow();
  ASSERT_EQ(told.size(), 2U);
  for (const Json& one : told) EXPECT_EQ(one["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 7);
  EXPECT_EQ(told[0]["method"], "notifications/resources/list_changed");
  EXPECT_EQ(told[1]["params"]["uri"], "test://entry/a");
  session_.Send(Cancelled(7));
  Put("a", "2");
  EXPECT_TRUE(TakeNow().empty());
  EXPECT_EQ(server_.server().subscriptions().size(), 0U);
}

TEST_F(SubscriptionsTest, TheEndOfTheInputEndsAListen) {
  Listen("l", {{"resourceSubscriptions", {"test://entry/a"}}});
  TakeNow();
  session_.session().OnEnd();
  const auto told = TakeNow();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["id"], "l");
  EXPECT_EQ(told[0]["result"]["resultType"], "complete");
  EXPECT_EQ(told[0]["result"]["_meta"]["io.modelcontextprotocol/subscriptionId"], "l");
  Put("a", "1");
  EXPECT_TRUE(TakeNow().empty());
}

TEST_F(SubscriptionsTest, ASessionThatBreaksOffIsForgotten) {
  Listen("l", {{"resourceSubscriptions", {"test://entry/a"}}});
  session_.End();
  EXPECT_EQ(server_.server().subscriptions().size(), 0U);
  Put("a", "1");
}

TEST_F(SubscriptionsTest, WrongListensAreRefused) {
  for (const std::string wanted : {R"(1)", R"({"resourceSubscriptions":1})", R"({"resourceSubscriptions":[1]})"}) {
    Listen(1, Json::parse(wanted));
    const auto told = TakeNow();
    ASSERT_EQ(told.size(), 1U) << wanted;
    EXPECT_EQ(told[0]["error"]["code"], -32602) << wanted;
  }
  for (std::size_t i = 0; i < limits::kMaxListens; ++i) Listen(i, Json::object());
  EXPECT_EQ(TakeNow().size(), limits::kMaxListens);
  Listen("one more", Json::object());
  EXPECT_EQ(TakeNow().at(0)["error"]["code"], -32602);
}

}  // namespace
}  // namespace skep::mcp
