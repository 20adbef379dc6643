#include "rpc/envelope.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "rpc/reply.h"
#include "support/parsed.h"

namespace skep::rpc {
namespace {

using Kind = Message::Kind;

/// What was made of a line; keeps the document that the message borrows from.
struct Read {
  explicit Read(std::string_view line)
      : parsed(line), refusal(ReadEnvelope(parsed.root(), parsed.outcome() == json::Outcome::kNumberRange, message)) {
    EXPECT_NE(parsed.outcome(), json::Outcome::kSyntax) << line;
  }
  Parsed parsed;
  Message message;
  std::optional<Refusal> refusal;
};

/// `{"jsonrpc":"2.0","id":ID,"method":"ping"}`
std::string Ping(std::string_view id) { return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"ping"})"; }

void ExpectRefused(std::string_view line, ErrorCode code, std::string_view id, std::string_view message) {
  const Read read(line);
  ASSERT_TRUE(read.refusal) << line;
  EXPECT_EQ(read.refusal->code, code) << line;
  EXPECT_EQ(read.refusal->id, id) << line;
  EXPECT_EQ(read.refusal->message, message) << line;
  EXPECT_LT(read.refusal->message.size(), kMaxErrorBytes / 2);
}

// --- Requests, notifications, responses ---------------------------------------------------

TEST(Envelope, ARequestHasAnIdAMethodAndPerhapsParams) {
  const Read with(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}})");
  ASSERT_FALSE(with.refusal);
  EXPECT_EQ(with.message.kind, Kind::kRequest);
  EXPECT_EQ(with.message.id, "1");
  EXPECT_EQ(with.message.method, "tools/call");
  EXPECT_EQ(with.message.params.Find("name").AsString(), "x");
  const Read without(Ping("1"));
  ASSERT_FALSE(without.refusal);
  EXPECT_FALSE(without.message.params.exists());
}

TEST(Envelope, MembersComeInAnyOrderAndOthersAreIgnored) {
  const Read read(R"({"params":{},"x":[1],"method":"m","idd":2,"result_":1,"id":"a","jsonrpc":"2.0","errors":3})");
  ASSERT_FALSE(read.refusal);
  EXPECT_EQ(read.message.kind, Kind::kRequest);
  EXPECT_EQ(read.message.id, "\"a\"");
  EXPECT_EQ(read.message.method, "m");
}

TEST(Envelope, NamesMayBeWrittenWithEscapes) {
  const Read read(R"({"\u006asonrpc":"2.0","\u0069d":3,"m\u0065thod":"p\u0069ng"})");
  ASSERT_FALSE(read.refusal);
  EXPECT_EQ(read.message.id, "3");
  EXPECT_EQ(read.message.method, "ping");
}

TEST(Envelope, WithoutAnIdItIsANotification) {
  const Read read(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  ASSERT_FALSE(read.refusal);
  EXPECT_EQ(read.message.kind, Kind::kNotification);
  EXPECT_EQ(read.message.id, "");
  EXPECT_TRUE(read.message.params.exists());
}

TEST(Envelope, TheFaultsOfANotificationAreNobodysToHear) {
  for (const std::string_view params : {"null", "[]", "5", "\"x\"", "1e999"}) {
    const Read read(R"({"jsonrpc":"2.0","method":"m","params":)" + std::string(params) + "}");
    ASSERT_FALSE(read.refusal) << params;
    EXPECT_EQ(read.message.kind, Kind::kNotification);
    EXPECT_FALSE(read.message.params.exists()) << params;
  }
  const Read number(R"({"jsonrpc":"2.0","method":"m","params":{"a":1e999}})");
  EXPECT_FALSE(number.refusal);
}

TEST(Envelope, AResponseHasAResultOrAnError) {
  for (const std::string_view line :
       {R"({"jsonrpc":"2.0","id":1,"result":{}})", R"({"jsonrpc":"2.0","id":1,"result":null})",
        R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}})"}) {
    const Read read(line);
    ASSERT_FALSE(read.refusal) << line;
    EXPECT_EQ(read.message.kind, Kind::kResponse);
    EXPECT_EQ(read.message.id, "1");
  }
}

TEST(Envelope, AResponseIsNeverAnsweredHoweverFaulty) {
  for (const std::string_view line :
       {R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})", R"({"jsonrpc":"2.0","result":{}})", R"({"error":{}})",
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}})",
        R"({"jsonrpc":"1.0","id":1,"result":{}})", R"({"jsonrpc":"2.0","id":1,"id":2,"result":{}})",
        R"({"jsonrpc":"2.0","id":1,"result":1e999})"}) {
    const Read read(line);
    ASSERT_FALSE(read.refusal) << line;
    EXPECT_EQ(read.message.kind, Kind::kResponse) << line;
  }
}

// --- Ids ----------------------------------------------------------------------------------------

TEST(Envelope, AnIdIsAnyStringOrInteger) {
  const auto id = [](std::string_view text) {
    const Read read(Ping(text));
    EXPECT_FALSE(read.refusal) << text;
    EXPECT_EQ(read.message.kind, Kind::kRequest);
    return read.message.id;
  };
  for (const std::string_view same :
       {"0", "1", "-1", "9007199254740993", "9223372036854775807", "-9223372036854775808", "18446744073709551615",
        R"("")", R"("0")", R"("a-1")", R"("null")", R"("ä€😀")", R"("\"\\\n\t\u0000")"}) {
    EXPECT_EQ(id(same), same);
  }
}

TEST(Envelope, AnIdKeepsItsValueWhereItHasSeveralSpellings) {
  for (const auto& [came, kept] : {std::pair{"7.0", "7"},
                                   {"1e2", "100"},
                                   {"100E-2", "1"},
                                   {"-0", "0"},
                                   {"-0.0", "0"},
                                   {R"("\u0061\/\ud83d\ude00")", R"("a/😀")"},
                                   {"9007199254740992.0", "9007199254740992"}}) {
    const Read read(Ping(came));
    ASSERT_FALSE(read.refusal) << came;
    EXPECT_EQ(read.message.id, kept);
  }
}

TEST(Envelope, WhatIsNoIdIsRefusedAndNotRepeated) {
  for (const std::string_view id : {"null", "true", "1.5", "-0.1", "[]", "[1]", "{}", "1e300", "9007199254740994e3",
                                    "18446744073709551616", "1e400"}) {
    ExpectRefused(Ping(id), ErrorCode::kInvalidRequest, "",
                  "\"id\" must be a string of at most 1024 bytes or an integer");
  }
}

TEST(Envelope, AnIdMayHaveAThousandBytesAsJsonText) {
  const auto quoted = [](std::size_t size, std::string_view character) {
    std::string text = "\"";
    while (text.size() + character.size() < size) text += character;
    return text + "\"";
  };
  const std::string longest = quoted(limits::kMaxIdBytes, "x");
  ASSERT_EQ(longest.size(), limits::kMaxIdBytes);
  EXPECT_EQ(Read(Ping(longest)).message.id, longest);
  EXPECT_TRUE(Read(Ping(quoted(limits::kMaxIdBytes + 1, "x"))).refusal);
  // It counts as it is sent back: six bytes for each of these.
  EXPECT_FALSE(Read(Ping(quoted(limits::kMaxIdBytes, "\\u0001"))).refusal);
  EXPECT_TRUE(Read(Ping(quoted(limits::kMaxIdBytes + 7, "\\u0001"))).refusal);
  EXPECT_TRUE(Read(Ping(quoted(100'000, "x"))).refusal);
}

TEST(ReadId, WritesNothingUnlessItIsOne) {
  std::string id = "before";
  EXPECT_FALSE(ReadId(json::Value(), id));
  EXPECT_FALSE(ReadId(Parsed("1.5").root(), id));
  EXPECT_FALSE(ReadId(Parsed("\"" + std::string(2000, 'x') + "\"").root(), id));
  EXPECT_EQ(id, "before");
  EXPECT_TRUE(ReadId(Parsed("\"x\"").root(), id));
  EXPECT_EQ(id, "\"x\"");
}

// --- What is refused --------------------------------------------------------------------------------

TEST(Envelope, WhatIsNoObjectIsNoMessage) {
  for (const std::string_view line : {"null", "true", "1", "\"ping\"", "[]", R"([{"jsonrpc":"2.0"}])"}) {
    ExpectRefused(line, ErrorCode::kInvalidRequest, "", "a message must be an object");
  }
}

TEST(Envelope, TheVersionIsTheTextTwoPointZero) {
  for (const std::string_view version : {"null", "2.0", "2", "\"2\"", "\"1.0\"", "\" 2.0\"", "\"2.0 \"", "[]"}) {
    ExpectRefused(R"({"jsonrpc":)" + std::string(version) + R"(,"id":"a","method":"ping"})", ErrorCode::kInvalidRequest,
                  "\"a\"", "\"jsonrpc\" must be \"2.0\"");
  }
  ExpectRefused(R"({"id":1,"method":"ping"})", ErrorCode::kInvalidRequest, "1", "\"jsonrpc\" must be \"2.0\"");
  ExpectRefused(R"({"method":"ping"})", ErrorCode::kInvalidRequest, "", "\"jsonrpc\" must be \"2.0\"");
  ExpectRefused("{}", ErrorCode::kInvalidRequest, "", "\"jsonrpc\" must be \"2.0\"");
}

TEST(Envelope, AMethodIsAString) {
  ExpectRefused(R"({"jsonrpc":"2.0","id":1})", ErrorCode::kInvalidRequest, "1", "\"method\" is missing");
  ExpectRefused(R"({"jsonrpc":"2.0"})", ErrorCode::kInvalidRequest, "", "\"method\" is missing");
  for (const std::string_view method : {"null", "1", "[]", "{}", "true"}) {
    ExpectRefused(R"({"jsonrpc":"2.0","id":1,"method":)" + std::string(method) + "}", ErrorCode::kInvalidRequest, "1",
                  "\"method\" must be a string");
    ExpectRefused(R"({"jsonrpc":"2.0","method":)" + std::string(method) + "}", ErrorCode::kInvalidRequest, "",
                  "\"method\" must be a string");
  }
}

TEST(Envelope, ParamsAreAnObject) {
  ExpectRefused(R"({"jsonrpc":"2.0","id":1,"method":"m","params":[]})", ErrorCode::kInvalidParams, "1",
                "\"params\" must be an object: MCP names its parameters");
  for (const std::string_view params : {"null", "1", "\"x\"", "false"}) {
    ExpectRefused(R"({"jsonrpc":"2.0","id":1,"method":"m","params":)" + std::string(params) + "}",
                  ErrorCode::kInvalidRequest, "1", "\"params\" must be an object");
  }
}

TEST(Envelope, ARequestIsNotAlsoAResponse) {
  for (const std::string_view extra : {R"("result":{})", R"("error":{})", R"("result":null)"}) {
    ExpectRefused(R"({"jsonrpc":"2.0","id":1,"method":"m",)" + std::string(extra) + "}", ErrorCode::kInvalidRequest,
                  "1", "a message with a \"method\" has no \"result\" and no \"error\"");
  }
}

TEST(Envelope, AMemberThatMeansSomethingIsGivenOnce) {
  for (const std::string_view twice : {"jsonrpc", "method", "params"}) {
    const std::string value = twice == "params" ? "{}" : twice == "method" ? "\"m\"" : "\"2.0\"";
    const std::string member = "\"" + std::string(twice) + "\":" + value;
    ExpectRefused(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{},)" + member + "}", ErrorCode::kInvalidRequest,
                  "1", "\"" + std::string(twice) + "\" is given twice");
  }
  EXPECT_FALSE(Read(R"({"jsonrpc":"2.0","id":1,"method":"m","x":1,"x":2})").refusal) << "of others we know nothing";
}

TEST(Envelope, OfTwoIdsNeitherIsBelieved) {
  ExpectRefused(R"({"jsonrpc":"2.0","id":1,"method":"m","id":1})", ErrorCode::kInvalidRequest, "",
                "\"id\" is given twice");
  ExpectRefused(R"({"jsonrpc":"2.0","id":1,"id":2,"method":"m","method":"m"})", ErrorCode::kInvalidRequest, "",
                "\"method\" is given twice");
}

TEST(Envelope, ARequestInALineWithANumberOutOfRangeIsTold) {
  ExpectRefused(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"n":1e999}})", ErrorCode::kInvalidParams, "1",
                "a number in this line is beyond what 64-bit integers and doubles hold");
}

}  // namespace
}  // namespace skep::rpc
