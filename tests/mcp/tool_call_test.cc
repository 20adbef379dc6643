#include "mcp/tool_call.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "mcp/mcp_test.h"

namespace skep::mcp {
namespace {

// --- Calls that wait -----------------------------------------------------------------------------

class WaitingTool : public McpTest {};

TEST_F(WaitingTool, IsAnsweredWhenItIsReady) {
  WaitingCall call = Wait(Call(1, "wait", {{"name", "a name longer than a small string holds"}}));
  EXPECT_EQ(session_.session().InFlight(), 1U);
  EXPECT_TRUE(TakeNow().empty());
  session_.Send(Call(2, "say", {{"text", std::string(1000, 'x')}}));
  EXPECT_EQ(call.name, "a name longer than a small string holds") << "arguments live as long as the reply";
  TakeNow();
  const int flushes = session_.flushes();
  call.reply(Waited{.answer = "now"});
  EXPECT_EQ(session_.flushes(), flushes + 1) << "nobody else would send it";
  EXPECT_EQ(TakeAll()[0], Json::parse(R"({"jsonrpc":"2.0","id":1,"result":{
    "structuredContent":{"answer":"now"},"content":[{"type":"text","text":"{\"answer\":\"now\"}"}]}})"));
  EXPECT_EQ(session_.session().InFlight(), 0U);
  EXPECT_EQ(session_.session().InFlightBytes(), 0U);
}

TEST_F(WaitingTool, IsGivenUpWhenItTakesTooLong) {
  WaitingCall call = Wait(Call(1, "wait", {{"name", "w"}}));
  server_.events().AdvanceMs(limits::kRequestMs - 1000);
  EXPECT_TRUE(TakeNow().empty());
  EXPECT_FALSE(call.reply.cancelled());
  server_.events().AdvanceMs(3000);
  const auto answers = TakeNow();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["result"]["isError"], true);
  EXPECT_EQ(answers[0]["result"]["_meta"]["skep/error"], "unavailable");
  EXPECT_TRUE(call.reply.cancelled());
  call.reply(Waited{.answer = "too late"});
  EXPECT_TRUE(TakeNow().empty());
  EXPECT_EQ(session_.session().InFlight(), 0U);
}

TEST_F(WaitingTool, AnswersInWhateverOrder) {
  WaitingCall first = Wait(Call(1, "wait", {{"name", "1"}}));
  WaitingCall second = Wait(Call(2, "wait", {{"name", "2"}}));
  second.reply(Waited{});
  first.reply(Waited{});
  const std::vector<Json> answers = TakeAll();
  EXPECT_EQ(answers[0]["id"], 2);
  EXPECT_EQ(answers[1]["id"], 1);
}

TEST_F(WaitingTool, CanFail) {
  WaitingCall call = Wait(Call(1, "wait", {{"name", "w"}}));
  call.reply(Fail(ErrorCode::kNotFound, "nobody came"));
  const Json result = TakeAll()[0]["result"];
  EXPECT_EQ(result["isError"], true);
  EXPECT_EQ(result["_meta"]["skep/error"], "not_found");
}

TEST_F(WaitingTool, DroppedIsAnInternalError) {
  {
    const WaitingCall dropped = Wait(Call(1, "wait", {{"name", "w"}}));
  }
  const Json answer = TakeAll()[0];
  EXPECT_EQ(answer["id"], 1);
  EXPECT_EQ(answer["error"]["code"], kInternal);
}

TEST_F(WaitingTool, IsCountedWithWhatItHolds) {
  const std::string name(10'000, 'n');
  const WaitingCall call = Wait(Call(1, "wait", {{"name", name}}));
  EXPECT_GE(session_.session().InFlightBytes(), name.size());
  EXPECT_LT(session_.session().InFlightBytes(), name.size() + 2000);
}

TEST_F(WaitingTool, TwoCallsMayHaveOneId) {
  WaitingCall first = Wait(Call(1, "wait", {{"name", "1"}}));
  WaitingCall second = Wait(Call(1, "wait", {{"name", "2"}}));
  EXPECT_EQ(session_.session().InFlight(), 2U);
  first.reply(Waited{.answer = "first"});
  EXPECT_EQ(session_.session().InFlight(), 1U);
  second.reply(Waited{.answer = "second"});
  EXPECT_EQ(TakeAll().size(), 2U);
}

// --- Progress ----------------------------------------------------------------------------------------

class Progress : public McpTest {};

TEST_F(Progress, IsToldToWhoeverAsked) {
  WaitingCall call = Wait(CallWithProgress(1, "wait", {{"name", "w"}}, "token"));
  const int flushes = session_.flushes();
  call.reply.Progress(1, 4, "one of four");
  EXPECT_EQ(session_.flushes(), flushes + 1);
  call.reply.Progress(2.5, 4, "");
  EXPECT_EQ(TakeNow(), (std::vector<Json>{Json::parse(R"({"jsonrpc":"2.0","method":"notifications/progress","params":
                             {"progressToken":"token","progress":1,"total":4,"message":"one of four"}})"),
                                          Json::parse(R"({"jsonrpc":"2.0","method":"notifications/progress","params":
                             {"progressToken":"token","progress":2.5,"total":4}})")}));
  call.reply(Waited{});
  EXPECT_EQ(TakeAll().size(), 1U);
}

TEST_F(Progress, OnlyGrows) {
  WaitingCall call = Wait(CallWithProgress(1, "wait", {{"name", "w"}}, 7));
  for (const double done : {1.0, 1.0, 0.5, 2.0, -1.0, 2.0, 3.0}) call.reply.Progress(done, 3, "");
  std::vector<double> heard;
  for (const Json& line : TakeNow()) heard.push_back(line["params"]["progress"]);
  EXPECT_EQ(heard, (std::vector<double>{1, 2, 3}));
  call.reply(Waited{});
}

TEST_F(Progress, IsNotToldToWhoeverDidNotAsk) {
  WaitingCall call = Wait(Call(1, "wait", {{"name", "w"}}));
  call.reply.Progress(1, 2, "unheard");
  EXPECT_TRUE(TakeNow().empty());
  call.reply(Waited{});
}

TEST_F(Progress, EndsWithTheAnswer) {
  WaitingCall call = Wait(CallWithProgress(1, "wait", {{"name", "w"}}, 7));
  call.reply.Progress(1, 2, "");
  call.reply(Waited{});
  const std::vector<Json> all = TakeAll();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].contains("method"));
  EXPECT_TRUE(all[1].contains("result"));
}

TEST_F(Progress, EndsWithCancellation) {
  WaitingCall call = Wait(CallWithProgress(1, "wait", {{"name", "w"}}, 7));
  session_.Send(Cancelled(1));
  call.reply.Progress(1, 2, "");
  call.reply(Waited{});
  EXPECT_TRUE(TakeAll().empty());
}

// --- Cancellation ----------------------------------------------------------------------------------------

class Cancellation : public McpTest {};

TEST_F(Cancellation, ACancelledCallSaysNothingMore) {
  WaitingCall call = Wait(Call("c", "wait", {{"name", "w"}}));
  EXPECT_FALSE(call.reply.cancelled());
  session_.Send(Notification("notifications/cancelled", {{"requestId", "c"}, {"reason", "changed my mind"}}));
  EXPECT_TRUE(call.reply.cancelled());
  EXPECT_TRUE(TakeNow().empty());
  call.reply(Waited{});
  EXPECT_TRUE(TakeAll().empty());
  EXPECT_EQ(session_.session().InFlight(), 0U);
}

TEST_F(Cancellation, ACancelledCallMayBeDropped) {
  {
    const WaitingCall call = Wait(Call(1, "wait", {{"name", "w"}}));
    session_.Send(Cancelled(1));
  }
  EXPECT_TRUE(TakeAll().empty());
}

TEST_F(Cancellation, OfAnIdThatIsNotInFlightIsIgnored) {
  WaitingCall call = Wait(Call(1, "wait", {{"name", "w"}}));
  for (const Json& id : {Json(2), Json("1"), Json(nullptr), Json::array(), Json(1.5), Json(std::string(2000, '1'))}) {
    session_.Send(Cancelled(id));
  }
  session_.Send(Notification("notifications/cancelled"));
  session_.Send(Notification("notifications/cancelled", {{"reason", "none"}}));
  EXPECT_TRUE(TakeNow().empty());
  EXPECT_FALSE(call.reply.cancelled());
  call.reply(Waited{});
  EXPECT_EQ(TakeAll().size(), 1U);
}

TEST_F(Cancellation, FindsAnIdHoweverItIsWritten) {
  for (const auto& [id, spelled] : {std::pair{"7", "7.0"},
                                    {"18446744073709551615", "18446744073709551615"},
                                    {R"("\u0061")", R"("a")"},
                                    {"1e2", "100"},
                                    {R"("\n")", R"("\u000a")"}}) {
    WaitingCall call = Wait(R"({"jsonrpc":"2.0","id":)" + std::string(id) +
                            R"(,"method":"tools/call","params":{"name":"wait","arguments":{"name":"w"}}})");
    session_.Send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
                  std::string(spelled) + "}}");
    EXPECT_TRUE(call.reply.cancelled()) << id;
    call.reply(Waited{});
    EXPECT_TRUE(TakeAll().empty());
  }
}

TEST_F(Cancellation, OfOneCallLeavesTheOthers) {
  WaitingCall first = Wait(Call(1, "wait", {{"name", "1"}}));
  WaitingCall second = Wait(Call(2, "wait", {{"name", "2"}}));
  session_.Send(Cancelled(1));
  first.reply(Waited{});
  second.reply(Waited{});
  const std::vector<Json> answers = TakeAll();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["id"], 2);
}

TEST_F(Cancellation, OfAnotherSessionsCallIsNotPossible) {
  WaitingCall call = Wait(Call(1, "wait", {{"name", "w"}}));
  TestSession other(server_);
  other.Send(Cancelled(1));
  EXPECT_FALSE(call.reply.cancelled());
  call.reply(Waited{});
  EXPECT_EQ(TakeAll().size(), 1U);
}

TEST_F(Cancellation, AWriteThatHasNotBegunIsNotMade) {
  HoldStore();
  session_.Send(Call(1, "put", {{"key", "k"}, {"value", "v"}}));
  session_.Send(Call(2, "put", {{"key", "kept"}, {"value", "v"}}));
  session_.Send(Cancelled(1));
  Gate::Instance().Open();
  std::vector<Json> answers = TakeAll();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0]["id"], "hold");
  EXPECT_EQ(answers[1]["id"], 2);
  EXPECT_EQ(ContentOf(Call(3, "get", {{"key", "k"}})), Json::object());
  EXPECT_EQ(ContentOf(Call(4, "get", {{"key", "kept"}}))["value"], "v");
}

TEST_F(Cancellation, AWriteThatHasBegunIsMadeAndNotAnswered) {
  HoldStore(1);
  session_.Send(Cancelled(1));
  Gate::Instance().Open();
  EXPECT_TRUE(TakeAll().empty());
}

TEST_F(Cancellation, AToolThatWasToWaitBehindAWriteDoesNotBegin) {
  HoldStore();
  session_.Send(Call(1, "wait", {{"name", "w"}}));
  session_.Send(Cancelled(1));
  Gate::Instance().Open();
  EXPECT_EQ(TakeAll().size(), 1U);
  EXPECT_TRUE(WaitingCalls().empty());
}

// --- A session that goes away --------------------------------------------------------------------------------

class EndOfSession : public McpTest {};

TEST_F(EndOfSession, WhatWaitsIsToldAndAnswersNobody) {
  WaitingCall call = Wait(CallWithProgress(1, "wait", {{"name", "w"}}, 7));
  session_.End();
  EXPECT_TRUE(call.reply.cancelled());
  EXPECT_EQ(call.name, "w");
  call.reply.Progress(1, 2, "");
  call.reply(Waited{});
}

TEST_F(EndOfSession, WhatIsDroppedLaterAnswersNobody) {
  const WaitingCall call = Wait(Call(1, "wait", {{"name", "w"}}));
  session_.End();
}

TEST_F(EndOfSession, AWriteOnItsWayIsFinishedAndOneThatHasNotBegunIsNotMade) {
  HoldStore();
  session_.Send(Call(1, "put", {{"key", "k"}, {"value", "v"}}));
  session_.Send(Call(2, "get", {{"key", "k"}}));
  session_.End();
  Gate::Instance().Open();
  TestSession other(server_);
  EXPECT_EQ(Json::parse(other.Ask(Call(3, "put", {{"key", "after"}, {"value", "v"}})))["id"], 3);
  EXPECT_EQ(Json::parse(other.Ask(Call(4, "get", {{"key", "k"}})))["result"]["structuredContent"], Json::object());
}

TEST_F(EndOfSession, TheStoreMayCloseBeforeTheServer) {
  HoldStore();
  session_.Send(Call(1, "put", {{"key", "k"}, {"value", "v"}}));
  session_.Send(Call(2, "wait", {{"name", "w"}}));
  session_.End();
  Gate::Instance().Open();
  server_.CloseStore();
  EXPECT_TRUE(WaitingCalls().empty());
}

TEST_F(EndOfSession, TheStoreMayCloseBeforeTheSession) {
  HoldStore();
  session_.Send(Call(1, "put", {{"key", "k"}, {"value", "v"}}));
  Gate::Instance().Open();
  server_.CloseStore();
  EXPECT_EQ(TakeNow().size(), 2U) << "what was accepted is finished";
}

}  // namespace
}  // namespace skep::mcp
