#include "mcp/inquiries.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "mcp/test_tools.h"
#include "skep/ask.h"
#include "support/in_process_session.h"
#include "swarm/memory.h"

namespace skep::mcp {
namespace {

// greet {}: stores "asked", asks a person for a name, then for a greeting, and stores and says what comes of it.
namespace greet {
struct Name {
  std::string name;
  int times = 1;
  static constexpr Field kFields[] = {Req<&Name::name>("name", "Yours"), Opt<&Name::times>("times", {}, {1, 9})};
};
struct Greeting {
  std::string greeting;
  static constexpr Field kFields[] = {Req<&Greeting::greeting>("greeting")};
};
struct Args {
  std::string_view to;
  static constexpr Field kFields[] = {Opt<&Args::to>("to")};
};
struct Result {
  std::string said;
  static constexpr Field kFields[] = {Req<&Result::said>("said")};
};
std::string_view NameOf(Answer::Outcome outcome) {
  constexpr std::string_view kNames[] = {"pending", "accepted", "declined", "dismissed", "unavailable"};
  return kNames[static_cast<std::size_t>(outcome)];
}
Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto stored =
      swarm::StoreEntry(context.database(), {.name_space = "test", .key = "greet", .value = "asked"}, context.now_ms());
  if (!stored) return std::unexpected(stored.error());
  const auto name = AskForm<Name>(context, "name", "Who are you?");
  if (name.pending()) return Result{};
  if (!name.accepted()) return Result{.said = std::string(NameOf(name.outcome))};
  const auto greeting = AskForm<Greeting>(context, "greeting", "And what shall I say?");
  if (greeting.pending()) return Result{};
  Result result{.said = greeting.form.greeting};
  for (int i = 0; i < name.form.times; ++i) result.said += " " + name.form.name;
  result.said += " " + std::string(args.to);
  return result;
}
constexpr Tool kTool =
    MakeTool<Run>({.name = "greet", .title = "Greet", .description = "Greets.", .effect = Effect::kWrite});
}  // namespace greet

// fetch {}: what greet has stored.
namespace fetch {
struct Args {
  static constexpr std::array<Field, 0> kFields = {};
};
struct Result {
  std::optional<std::string> value;
  static constexpr Field kFields[] = {Opt<&Result::value>("value")};
};
Expected<Result> Run(const Args&, ToolContext& context) {
  auto read = swarm::RetrieveEntry(context.database(), "test", "greet", context.now_ms());
  Result result;
  if (read) result.value = std::move(read->entry.value);
  return result;
}
constexpr Tool kTool =
    MakeTool<Run>({.name = "fetch", .title = "Fetch", .description = "Fetches.", .hints = {.read_only = true}});
}  // namespace fetch

// consult {}: sends a person to a page, has the client's model choose with a tool, and asks where the client works;
// says what came back.
namespace consult {
struct Args {
  static constexpr std::array<Field, 0> kFields = {};
};
struct Result {
  std::string page;
  std::string chosen;
  std::string roots;
  static constexpr Field kFields[] = {Req<&Result::page>("page"), Req<&Result::chosen>("chosen"),
                                      Req<&Result::roots>("roots")};
};
constexpr std::string_view kSampling =
    R"({"messages":[{"role":"user","content":{"type":"text","text":"Choose."}}],"maxTokens":50,)"
    R"("tools":[{"name":"choose","inputSchema":{"type":"object"}}],"toolChoice":{"mode":"required"}})";
std::string Say(const Answer& answer) {
  return answer.outcome == Answer::Outcome::kAccepted ? answer.content : std::string(greet::NameOf(answer.outcome));
}
Expected<Result> Run(const Args&, ToolContext& context) {
  // All at once: none needs the answer to another.
  const Answer page = context.Ask({.kind = Question::Kind::kUrl,
                                   .key = "page",
                                   .message = "Sign in",
                                   .url = "https://example.test/sign-in",
                                   .params = {}});
  const Answer chosen = context.Ask({.kind = Question::Kind::kSampleWithTools,
                                     .key = "choice",
                                     .message = {},
                                     .url = {},
                                     .params = std::string(kSampling)});
  const Answer roots =
      context.Ask({.kind = Question::Kind::kRoots, .key = "roots", .message = {}, .url = {}, .params = {}});
  return Result{.page = Say(page), .chosen = Say(chosen), .roots = Say(roots)};
}
constexpr Tool kTool =
    MakeTool<Run>({.name = "consult", .title = "Consult", .description = "Consults.", .effect = Effect::kWrite});
}  // namespace consult

constexpr const Tool* kTools[] = {&greet::kTool, &fetch::kTool, &consult::kTool};

class AskingTest : public testing::Test {
 protected:
  void Initialize(const Json& capabilities, std::string_view version = "2025-06-18") {
    session_.Ask(RequestLine(0, "initialize",
                             {{"protocolVersion", version},
                              {"capabilities", capabilities},
                              {"clientInfo", {{"name", "test"}, {"version", "1"}}}}));
  }
  Json Next() { return Json::parse(session_.Next().value_or("null")); }
  void Respond(const Json& id, const Json& result) {
    session_.Send(Json{{"jsonrpc", "2.0"}, {"id", id}, {"result", result}}.dump());
  }
  /// What of a call has come to be stored.
  Json Stored() {
    return Json::parse(session_.Ask(Call("fetch", "fetch")))["result"]["structuredContent"].value("value", Json());
  }
  static std::string Said(const Json& answer) { return answer["result"]["structuredContent"].value("said", "nothing"); }

  TestServer server_{kTools};
  TestSession session_{server_};
};

constexpr const char* kTrace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const Json kElicits = {{"elicitation", Json::object()}};

TEST_F(AskingTest, WhoCannotBeAskedIsNot) {
  Initialize(Json::object());
  EXPECT_EQ(Said(Json::parse(session_.Ask(Call(1, "greet")))), "unavailable");
}

TEST_F(AskingTest, RevisionsWithoutElicitationAreNotAsked) {
  Initialize(kElicits, "2025-03-26");
  EXPECT_EQ(Said(Json::parse(session_.Ask(Call(1, "greet")))), "unavailable");
}

TEST_F(AskingTest, ARunIsRepeatedForEachAnswerAndLeavesNothingBefore) {
  Initialize(kElicits);
  session_.Send(Call(1, "greet", {{"to", "all of you, however long"}}));
  const Json first = Next();
  EXPECT_EQ(first["method"], "elicitation/create");
  EXPECT_EQ(first["params"], Json::parse(R"({"message":"Who are you?","requestedSchema":{"type":"object","properties":{
    "name":{"type":"string","description":"Yours"},
    "times":{"type":"integer","maximum":9,"default":1}},"required":["name"]}})"));
  EXPECT_EQ(Stored(), Json()) << "what it wrote before it asked was undone";
  Respond(first["id"], {{"action", "accept"}, {"content", {{"name", "Ann"}, {"times", 2}}}});
  const Json second = Next();
  EXPECT_EQ(second["params"]["message"], "And what shall I say?");
  EXPECT_NE(second["id"], first["id"]);
  Respond(second["id"], {{"action", "accept"}, {"content", {{"greeting", "hello"}}}});
  const Json answer = Next();
  EXPECT_EQ(answer["id"], 1);
  EXPECT_EQ(Said(answer), "hello Ann Ann all of you, however long");
  EXPECT_EQ(Stored(), "asked");
  EXPECT_EQ(session_.session().InFlight(), 0U);
  EXPECT_EQ(session_.session().InFlightBytes(), 0U);
}

TEST_F(AskingTest, ThePersonMaySayNoOrNothingAndTheClientMayFail) {
  Initialize(kElicits);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("result":{"action":"decline"})", "declined"},
      {R"("result":{"action":"cancel"})", "dismissed"},
      {R"("result":{"action":"accept","content":{"name":1}})", "dismissed"},
      {R"("result":{"action":"accept"})", "dismissed"},
      {R"("error":{"code":-32603,"message":"no screen"})", "dismissed"},
  };
  for (const auto& [response, outcome] : cases) {
    session_.Send(Call(1, "greet"));
    const Json question = Next();
    session_.Send(R"({"jsonrpc":"2.0","id":)" + question["id"].dump() + "," + response + "}");
    EXPECT_EQ(Said(Next()), outcome) << response;
  }
}

TEST_F(AskingTest, AnswersToNothingAreCountedAndChangeNothing) {
  Initialize(kElicits);
  session_.Send(Call(1, "greet"));
  const Json question = Next();
  const Json yes = {{"action", "accept"}, {"content", {{"name", "Mallory"}}}};
  Respond(question["id"].get<std::int64_t>() + 1, yes);
  Respond("1", yes);
  session_.Send(R"({"jsonrpc":"2.0","result":{}})");
  EXPECT_EQ(session_.TakeNow(), std::nullopt);
  // Of another session, it is none of his business.
  TestSession other(server_);
  other.Send(Json{{"jsonrpc", "2.0"}, {"id", question["id"]}, {"result", yes}}.dump());
  EXPECT_EQ(session_.TakeNow(), std::nullopt);
  Respond(question["id"], {{"action", "decline"}});
  EXPECT_EQ(Said(Next()), "declined");
  Respond(question["id"], yes);
  EXPECT_EQ(session_.TakeNow(), std::nullopt);
  const rpc::OwnRequestStats stats = server_.server().inquiries().stats();
  EXPECT_EQ(stats.AllPending(), 0U);
  EXPECT_GE(stats.forged, 2U);
  EXPECT_EQ(stats.duplicates, 1U);
}

TEST_F(AskingTest, NobodyWhoDoesNotAnswerHoldsACallForEver) {
  Initialize(kElicits);
  session_.Send(Call(1, "greet"));
  const Json question = Next();
  server_.events().AdvanceMs(limits::kAskMs + 2000);
  const Json withdrawn = Next();
  EXPECT_EQ(withdrawn["method"], "notifications/cancelled");
  EXPECT_EQ(withdrawn["params"]["requestId"], question["id"]);
  EXPECT_EQ(Said(Next()), "dismissed");
}

TEST_F(AskingTest, ACancelledCallWithdrawsItsQuestion) {
  Initialize(kElicits);
  session_.Send(Call(1, "greet"));
  const Json question = Next();
  session_.Send(Cancelled(1));
  const Json withdrawn = Json::parse(session_.TakeNow().value());
  EXPECT_EQ(withdrawn["method"], "notifications/cancelled");
  EXPECT_EQ(withdrawn["params"]["requestId"], question["id"]);
  EXPECT_EQ(session_.session().InFlight(), 0U);
  EXPECT_EQ(server_.server().inquiries().size(), 0U);
  Respond(question["id"], {{"action", "decline"}});
  EXPECT_EQ(session_.TakeNow(), std::nullopt);
  EXPECT_EQ(server_.server().inquiries().stats().late, 1U);
}

TEST_F(AskingTest, TheEndOfTheInputAnswersTheCallWithAnError) {
  Initialize(kElicits);
  session_.Send(Call(1, "greet"));
  Next();
  session_.session().OnEnd();
  const Json answer = Next();
  EXPECT_EQ(answer["result"]["isError"], true);
  EXPECT_EQ(answer["result"]["_meta"]["skep/error"], "cancelled");
  EXPECT_EQ(server_.server().inquiries().stats().AllPending(), 0U);
}

TEST_F(AskingTest, ASessionThatBreaksOffLeavesNothingBehind) {
  Initialize(kElicits);
  session_.Send(Call(1, "greet"));
  Next();
  session_.End();
  EXPECT_EQ(server_.server().inquiries().size(), 0U);
  EXPECT_EQ(server_.server().inquiries().stats().AllPending(), 0U);
}

const Json kEverything = {{"elicitation", {{"form", Json::object()}, {"url", Json::object()}}},
                          {"sampling", {{"tools", Json::object()}}},
                          {"roots", Json::object()}};

TEST_F(AskingTest, APageAModelAndTheRootsAreAskedForAtOnce) {
  Initialize(kEverything, "2025-11-25");
  session_.Send(Call(1, "consult"));
  const Json page = Next();
  const Json choice = Next();
  const Json roots = Next();
  EXPECT_EQ(page["method"], "elicitation/create");
  EXPECT_EQ(page["params"]["mode"], "url");
  EXPECT_EQ(page["params"]["url"], "https://example.test/sign-in");
  EXPECT_TRUE(page["params"]["elicitationId"].is_string());
  EXPECT_EQ(choice["method"], "sampling/createMessage");
  EXPECT_EQ(choice["params"], Json::parse(consult::kSampling));
  EXPECT_EQ(roots["method"], "roots/list");
  const Json chosen = {{"role", "assistant"}, {"model", "m"}, {"content", {{"type", "text"}, {"text", "this"}}}};
  Respond(roots["id"], {{"roots", Json::array()}});
  Respond(choice["id"], chosen);
  EXPECT_EQ(session_.TakeNow(), std::nullopt) << "not before the last answer";
  Respond(page["id"], {{"action", "accept"}});
  const Json result = Next()["result"]["structuredContent"];
  EXPECT_EQ(result["page"], "{}");
  EXPECT_EQ(Json::parse(result["chosen"].get<std::string>()), chosen);
  EXPECT_EQ(result["roots"], R"({"roots":[]})");
}

TEST_F(AskingTest, WhatIsAskedBelongsToTheTraceOfItsCall) {
  Initialize(kEverything, "2025-11-25");
  session_.Send(Json{{"jsonrpc", "2.0"},
                     {"id", 1},
                     {"method", "tools/call"},
                     {"params", {{"name", "consult"}, {"_meta", {{"traceparent", kTrace}}}}}}
                    .dump());
  for (int i = 0; i < 3; ++i) {
    const Json question = Next();
    EXPECT_EQ(question["params"]["_meta"]["traceparent"], kTrace) << question;
  }
}

TEST_F(AskingTest, WhatIsNoTraceIsNotPassedOn) {
  Initialize(kEverything, "2025-11-25");
  session_.Send(Json{{"jsonrpc", "2.0"},
                     {"id", 1},
                     {"method", "tools/call"},
                     {"params", {{"name", "consult"}, {"_meta", {{"traceparent", "00-\"}}"}}}}}}
                    .dump());
  EXPECT_FALSE(Next()["params"].contains("_meta"));
}

TEST_F(AskingTest, WhatARevisionDoesNotHaveIsNotAskedFor) {
  Initialize(kEverything, "2025-06-18");
  session_.Send(Call(1, "consult"));
  const Json roots = Next();
  EXPECT_EQ(roots["method"], "roots/list");
  Respond(roots["id"], {{"roots", Json::array()}});
  const Json result = Next()["result"]["structuredContent"];
  EXPECT_EQ(result["page"], "unavailable");
  EXPECT_EQ(result["chosen"], "unavailable");
}

// --- The modern era --------------------------------------------------------------------------------

class ModernAskingTest : public AskingTest {
 protected:
  Json Ask(Json params, const Json& capabilities = kElicits) {
    params = Modern(std::move(params));
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities;
    return Json::parse(session_.Ask(RequestLine(++id_, "tools/call", params)));
  }
  static Json Greet() { return {{"name", "greet"}, {"arguments", {{"to", "you"}}}}; }

  int id_ = 0;
};

TEST_F(ModernAskingTest, WhoCannotBeAskedIsNot) { EXPECT_EQ(Said(Ask(Greet(), Json::object())), "unavailable"); }

TEST_F(ModernAskingTest, TheAnswerAsksAndTheNextRequestAnswers) {
  const Json first = Ask(Greet())["result"];
  EXPECT_EQ(first["resultType"], "input_required");
  EXPECT_EQ(first["inputRequests"]["name"]["method"], "elicitation/create");
  EXPECT_EQ(first["inputRequests"]["name"]["params"]["message"], "Who are you?");
  EXPECT_FALSE(first.contains("content"));
  EXPECT_EQ(Stored(), Json());

  Json params = Greet();
  params["requestState"] = first["requestState"];
  params["inputResponses"]["name"] = {{"action", "accept"}, {"content", {{"name", "Ann"}}}};
  const Json second = Ask(params)["result"];
  EXPECT_EQ(second["resultType"], "input_required");
  EXPECT_FALSE(second["inputRequests"].contains("name")) << "answered already";

  params["requestState"] = second["requestState"];
  params["inputResponses"] = {{"greeting", {{"action", "accept"}, {"content", {{"greeting", "hello"}}}}}};
  const Json last = Ask(params);
  EXPECT_EQ(last["result"]["resultType"], "complete");
  EXPECT_EQ(Said(last), "hello Ann you");
  EXPECT_EQ(Stored(), "asked");
}

TEST_F(ModernAskingTest, APageAModelAndTheRootsAreAskedForAtOnce) {
  Json params = {{"name", "consult"}, {"arguments", Json::object()}};
  const Json first = Ask(params, kEverything)["result"];
  const Json& requests = first["inputRequests"];
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests["page"]["params"],
            Json::parse(R"({"mode":"url","message":"Sign in","url":"https://example.test/sign-in"})"));
  EXPECT_EQ(requests["choice"]["params"], Json::parse(consult::kSampling));
  EXPECT_EQ(requests["roots"]["method"], "roots/list");
  params["requestState"] = first["requestState"];
  params["inputResponses"] = {{"page", {{"action", "decline"}}},
                              {"choice", {{"role", "assistant"}, {"model", "m"}}},
                              {"roots", {{"roots", Json::array()}}}};
  const Json result = Ask(params, kEverything)["result"]["structuredContent"];
  EXPECT_EQ(result["page"], "declined");
  EXPECT_EQ(Json::parse(result["chosen"].get<std::string>())["model"], "m");
}

TEST_F(ModernAskingTest, WhatIsAskedBelongsToTheTraceOfItsCall) {
  Json params = {{"name", "consult"}, {"arguments", Json::object()}, {"_meta", {{"traceparent", kTrace}}}};
  const Json first = Ask(params, kEverything)["result"];
  for (const char* const key : {"page", "choice", "roots"}) {
    EXPECT_EQ(first["inputRequests"][key]["params"]["_meta"]["traceparent"], kTrace) << key;
  }
}

TEST_F(ModernAskingTest, WhatIsNotAnsweredIsAskedAgain) {
  Json params = Greet();
  params["requestState"] = Ask(Greet())["result"]["requestState"];
  params["inputResponses"]["somethingElse"] = {{"action", "accept"}};
  const Json again = Ask(params)["result"];
  EXPECT_EQ(again["resultType"], "input_required");
  EXPECT_TRUE(again["inputRequests"].contains("name"));
}

TEST_F(ModernAskingTest, AnswersWithoutAStateAnswerNothing) {
  Json params = Greet();
  params["inputResponses"]["name"] = {{"action", "accept"}, {"content", {{"name", "Mallory"}}}};
  EXPECT_EQ(Ask(params)["result"]["resultType"], "input_required");
}

TEST_F(ModernAskingTest, AStateOfAnotherCallOrTimeOrMakingIsRefused) {
  const Json first = Ask(Greet())["result"];
  const auto refused = [&](Json params) {
    const Json answer = Ask(std::move(params));
    EXPECT_EQ(answer["error"]["code"], -32602) << answer;
    return answer["error"]["data"].value("reason", "") == "invalid_request_state";
  };
  Json other = {{"name", "greet"}, {"arguments", {{"to", "somebody else"}}}, {"requestState", first["requestState"]}};
  EXPECT_TRUE(refused(other));
  Json made_up = Greet();
  for (const Json& state : {Json(""), Json("A"), Json(std::string(4096, 'A')), Json("ä"), Json(1)}) {
    made_up["requestState"] = state;
    EXPECT_TRUE(refused(made_up)) << state;
  }
  Json late = Greet();
  late["requestState"] = first["requestState"];
  server_.events().AdvanceMs(limits::kAskMs + 1);
  EXPECT_TRUE(refused(late));
}

}  // namespace
}  // namespace skep::mcp
