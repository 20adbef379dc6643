#include <gtest/gtest.h>

#include <set>
#include <string>

#include "mcp/test_resources.h"

namespace skep::mcp {
namespace {

class ResourcesMethods : public ResourceTest {
 protected:
  Json Read(std::string_view uri) { return ResultOf("resources/read", {{"uri", uri}}); }
  Json ReadError(std::string_view uri) { return ErrorOf("resources/read", {{"uri", uri}}); }
};

TEST_F(ResourcesMethods, AreListedPageByPageEachOnce) {
  std::set<std::string> uris;
  std::string cursor;
  int pages = 0;
  std::size_t listed = 0;
  do {
    const Json page = ResultOf("resources/list", cursor.empty() ? Json::object() : Json{{"cursor", cursor}});
    EXPECT_LE(page["resources"].size(), limits::kResourcesPage);
    for (const Json& resource : page["resources"]) uris.insert(resource["uri"].get<std::string>());
    listed += page["resources"].size();
    cursor = page.value("nextCursor", "");
    ASSERT_LT(++pages, 10);
  } while (!cursor.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(listed, static_cast<std::size_t>(kThings) + 1);
  EXPECT_EQ(uris.size(), listed);
  EXPECT_TRUE(uris.contains("test://fixed"));
  EXPECT_TRUE(uris.contains("test://thing/250"));
}

TEST_F(ResourcesMethods, AListedThingHasItsOwnNameAndTheTemplatesKind) {
  const Json list = ResultOf("resources/list", Json::object())["resources"];
  EXPECT_EQ(list[0], Json::parse(R"({"uri": "test://fixed", "name": "fixed", "title": "Fixed",
      "description": "Always the same.", "mimeType": "application/json"})"));
  EXPECT_EQ(list[1], Json::parse(R"({"uri": "test://thing/1", "name": "thing-1", "title": "Thing 1",
      "description": "One of many.", "mimeType": "application/json"})"));
}

TEST_F(ResourcesMethods, ACursorIsOneThatWasGiven) {
  EXPECT_EQ(ResultOf("resources/list", {{"cursor", ""}}), ResultOf("resources/list", Json::object()));
  for (const char* wrong : {"x", "resources-", "resources-1", "resources-1-", "resources-a-1", "resources-1--1",
                            "resources-1-1x", "resources--1-1", "resources-99999999999999999999-1"}) {
    EXPECT_EQ(ErrorOf("resources/list", {{"cursor", wrong}})["code"], kInvalidParams) << wrong;
  }
  EXPECT_EQ(ErrorOf("resources/list", {{"cursor", 1}})["message"], "params.cursor must be a string");
  EXPECT_EQ(ResultOf("resources/list", {{"cursor", "resources-77-0"}})["resources"], Json::array());
  EXPECT_EQ(ErrorOf("resources/templates/list", {{"cursor", "x"}})["code"], kInvalidParams);
}

TEST_F(ResourcesMethods, TemplatesAreThoseWithVariables) {
  const Json templates = ResultOf("resources/templates/list", Json::object())["resourceTemplates"];
  ASSERT_EQ(templates.size(), 4U);
  EXPECT_EQ(templates[0]["uriTemplate"], "test://thing/{name}");
  EXPECT_EQ(templates[2], Json::parse(R"({"uriTemplate": "test://text/{place}/{+path}", "name": "text",
      "title": "Text", "description": "What the URI says.", "mimeType": "text/plain"})"));
}

TEST_F(ResourcesMethods, AReadGivesBackTheUriThatWasAskedFor) {
  EXPECT_EQ(Read("test://fixed"), Json::parse(R"({"contents": [{"uri": "test://fixed",
      "mimeType": "application/json", "text": "{\"answer\":42}"}]})"));
  const Json thing = Read("test://thing/a%20%22b")["contents"][0];
  EXPECT_EQ(thing["uri"], "test://thing/a%20%22b");
  EXPECT_EQ(Json::parse(thing["text"].get<std::string>()), (Json{{"name", "a \"b"}}));
  EXPECT_EQ(Read("test://text/p/a/b%2Fc"), Json::parse(R"({"contents": [{"uri": "test://text/p/a/b%2Fc",
      "mimeType": "text/plain", "text": "p:a/b/c"}]})"));
}

TEST_F(ResourcesMethods, AModernResultSaysHowLongItHolds) {
  const Json read = ResultOf("resources/read", Modern({{"uri", "test://fixed"}}));
  EXPECT_EQ(read["resultType"], "complete");
  EXPECT_EQ(read["ttlMs"], 0);
  EXPECT_EQ(read["cacheScope"], "private");
  EXPECT_EQ(ResultOf("resources/list", Modern())["ttlMs"], 0);
  EXPECT_GT(ResultOf("resources/templates/list", Modern())["ttlMs"], 0);
}

TEST_F(ResourcesMethods, WhatIsNotThereHasACodeOfItsEra) {
  for (const char* uri : {"test://other", "test://thing/", "other", "", "test://fail/not_found"}) {
    const Json legacy = ReadError(uri);
    EXPECT_EQ(legacy["code"], -32002) << uri;
    EXPECT_EQ(legacy["data"], (Json{{"uri", uri}}));
    const Json modern = ErrorOf("resources/read", Modern({{"uri", uri}}));
    EXPECT_EQ(modern["code"], kInvalidParams) << uri;
    EXPECT_EQ(modern["data"], (Json{{"uri", uri}}));
  }
  EXPECT_LT(ReadError(std::string(100'000, 'x')).dump().size(), 1024U);
}

TEST_F(ResourcesMethods, OtherFailuresAreErrorsToo) {
  EXPECT_EQ(ReadError("test://fail/wrong")["code"], kInvalidParams);
  EXPECT_EQ(ReadError("test://fail/conflict"), (Json{{"code", kInvalidParams}, {"message", "it is taken"}}));
  EXPECT_EQ(ReadError("test://fail/unavailable"), (Json{{"code", kInternal}, {"message", "the disk is full"}}));
  EXPECT_EQ(ReadError("test://level/hihg")["message"],
            "level must be one of low, high, got \"hihg\" (did you mean \"high\"?)");
  EXPECT_EQ(ReadError("test://level/hihg")["code"], kInvalidParams);
  EXPECT_EQ(ReadError("test://thing/" + std::string(21, 'x'))["code"], kInvalidParams);
  EXPECT_EQ(ErrorOf("resources/read", Json::object())["message"], "params.uri is required and must be a string");
}

TEST_F(ResourcesMethods, AReadTakesItsPlaceBehindAWrite) {
  Gate::Instance().Shut();
  session_.Send(Call("hold", "hold"));
  Gate::Instance().AwaitVisitor();
  session_.Send(RequestLine("read", "resources/read", {{"uri", "test://text/p/q"}}));
  EXPECT_FALSE(session_.TakeNow());
  Gate::Instance().Open();
  const auto lines = session_.TakeAll();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(Json::parse(lines[0])["id"], "hold");
  const Json read = Json::parse(lines[1]);
  EXPECT_EQ(read["id"], "read");
  EXPECT_EQ(read["result"]["contents"][0]["uri"], "test://text/p/q") << "which was the request's";
  EXPECT_EQ(read["result"]["contents"][0]["text"], "p:q");
}

}  // namespace
}  // namespace skep::mcp
