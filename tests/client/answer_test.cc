#include "client/answer.h"

#include <gtest/gtest.h>

#include <string>

#include "skep/block.h"

namespace skep::client {
namespace {

using Kind = Answer::Kind;

Answer LookAt(std::string_view line) {
  Block block;
  block.Append(line);
  json::Reader reader;
  return Look({block.data(), block.size()}, reader);
}

void Expect(std::string_view line, Kind kind, std::int64_t id, std::int64_t code = 0) {
  const Answer answer = LookAt(line);
  EXPECT_EQ(answer.kind, kind) << line;
  EXPECT_EQ(answer.id, id) << line;
  EXPECT_EQ(answer.code, code) << line;
}

TEST(Answer, AResultIsToldByItsBeginning) {
  Expect(R"({"jsonrpc":"2.0","id":7,"result":{}})", Kind::kResult, 7);
  Expect(R"({"jsonrpc":"2.0","id":9007199254740991,"result":[1,2]})", Kind::kResult, 9007199254740991);
}

TEST(Answer, AResultIsToldByItsEnd) {
  Expect(R"({"result":{"content":[]},"jsonrpc":"2.0","id":12})", Kind::kResult, 12);
  Expect(R"({"result":1,"jsonrpc":"2.0","id":0})", Kind::kResult, 0);
}

TEST(Answer, OtherShapesAreParsed) {
  Expect(R"({"id":3,"jsonrpc":"2.0","result":{}})", Kind::kResult, 3);
  Expect(R"( { "jsonrpc" : "2.0" , "result" : null , "id" : 4 } )", Kind::kResult, 4);
}

TEST(Answer, AFailedToolIsNoResult) {
  Expect(R"({"jsonrpc":"2.0","id":1,"result":{"isError":true}})", Kind::kToolError, 1);
  Expect(R"({"result":{"isError":true},"jsonrpc":"2.0","id":1})", Kind::kToolError, 1);
  Expect(R"({"jsonrpc":"2.0","id":1,"result":{"isError":false}})", Kind::kResult, 1);
  Expect(R"({"jsonrpc":"2.0","id":1,"result":{"text":"\"isError\": true"}})", Kind::kResult, 1);
}

TEST(Answer, AnErrorHasACode) {
  Expect(R"({"jsonrpc":"2.0","id":5,"error":{"code":-32601,"message":"no"}})", Kind::kError, 5, -32601);
  Expect(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}})", Kind::kError, -1, -32700);
}

TEST(Answer, WhatTheServerSaysByItselfIsNoReply) {
  Expect(R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})", Kind::kNotification, -1);
  Expect(R"({"jsonrpc":"2.0","id":2,"method":"roots/list"})", Kind::kRequest, 2);
}

TEST(Answer, AnIdOfAnotherTypeIsNone) {
  Expect(R"({"jsonrpc":"2.0","id":"a","result":{}})", Kind::kResult, -1);
  Expect(R"({"jsonrpc":"2.0","id":-3,"result":{}})", Kind::kResult, -1);
  Expect(R"({"jsonrpc":"2.0","id":1.5,"result":{}})", Kind::kResult, -1);
}

TEST(Answer, WhatIsNoMessageIsMalformed) {
  for (const char* line : {"hello", "[]", "{}", "{\"jsonrpc\":\"2.0\",\"id\":1}", "{\"id\":1,\"result\":"}) {
    EXPECT_EQ(LookAt(line).kind, Kind::kMalformed) << line;
  }
}

}  // namespace
}  // namespace skep::client
