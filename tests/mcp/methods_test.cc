#include "mcp/methods.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include "mcp/mcp_test.h"
#include "mcp/revision.h"

namespace skep::mcp {
namespace {

Json ReadRevisions() {
  std::ifstream file(SKEP_SOURCE_DIR "/protocol/revisions.json");
  return Json::parse(file)["revisions"];
}

TEST(Methods, RevisionsAreThoseOfTheContract) {
  const Json revisions = ReadRevisions();
  ASSERT_EQ(revisions.size(), kRevisionNames.size());
  for (std::size_t i = 0; i < revisions.size(); ++i) {
    const auto revision = static_cast<Revision>(i);
    EXPECT_EQ(revisions[i]["version"], Name(revision));
    EXPECT_EQ(revisions[i]["era"] == "modern", revision == kModern);
    EXPECT_EQ(revisions[i]["batches"], revision == kBatches);
    EXPECT_EQ(ParseRevision(Name(revision)), revision);
  }
  EXPECT_EQ(ParseRevision("2025-11-26"), std::nullopt);
  EXPECT_EQ(ParseRevision(""), std::nullopt);
}

/// Whether a revision has a method: of its own, or of an extension that we speak.
bool Has(const Json& revision, std::string_view method) {
  const Json& requests = revision["fromClient"]["requests"];
  if (std::ranges::find(requests, Json(method)) != requests.end()) return true;
  if (!revision.contains("extensions")) return false;
  for (const Json& methods : revision["extensions"]) {
    if (std::ranges::find(methods, Json(method)) != methods.end()) return true;
  }
  return false;
}

TEST(Methods, EachIsHadByExactlyTheRevisionsThatTheContractGivesIt) {
  const Json revisions = ReadRevisions();
  for (const Method& method : Methods()) {
    for (std::size_t i = 0; i < revisions.size(); ++i) {
      const auto revision = static_cast<Revision>(i);
      const bool listed = Has(revisions[i], method.name);
      EXPECT_EQ(method.since <= revision && revision <= method.until, listed)
          << method.name << " in " << Name(revision);
    }
  }
}

TEST(Methods, AreFoundByTheirWholeNameOnly) {
  for (const Method& method : Methods()) EXPECT_EQ(FindMethod(method.name), &method);
  for (const std::string_view name : {"", "Ping", "ping ", "pin", "tools", "tools/call/x", "resources"}) {
    EXPECT_EQ(FindMethod(name), nullptr) << name;
  }
}

class EveryMethod : public McpTest {};

TEST_F(EveryMethod, OfTheContractIsAnsweredOrNotFoundInEachRevision) {
  for (const Json& revision : ReadRevisions()) {
    const bool modern = revision["era"] == "modern";
    if (!modern) ResultOf(Initialize(0, revision["version"].get<std::string>()));
    std::set<std::string> methods;
    for (const Json& other : ReadRevisions()) {
      for (const Json& name : other["fromClient"]["requests"]) methods.insert(name);
    }
    for (const std::string& name : methods) {
      if (name == "initialize" && !modern) continue;
      Json params = {{"name", "say"}, {"arguments", {{"text", "x"}}}};
      if (modern) params = Modern(params);
      const Json answer = Ask(RequestLine(name, name, params));
      EXPECT_EQ(answer["id"], name);
      const bool had = FindMethod(name) != nullptr && Has(revision, name);
      // That these parameters suit them all is not to be expected.
      const bool found = answer.contains("result") || answer["error"]["code"] != kMethodNotFound;
      EXPECT_EQ(found, had) << revision["version"] << " " << answer;
    }
  }
}

TEST_F(EveryMethod, ThatAnotherRevisionHasIsToldSo) {
  ExpectError(
      RequestLine(1, "server/discover"), kMethodNotFound, 1,
      "protocol 2025-11-25 has no method \"server/discover\"; its request must name its version in params._meta");
  ExpectError(RequestLine(1, "ping", Modern()), kMethodNotFound, 1, "protocol 2026-07-28 has no method \"ping\"");
  ExpectError(RequestLine(1, "initialize", Modern()), kMethodNotFound, 1,
              "protocol 2026-07-28 has no method \"initialize\"");
}

TEST_F(EveryMethod, ThatNobodyHasIsRepeatedInShort) {
  ExpectError(RequestLine(1, "no/such"), kMethodNotFound, 1, "there is no method \"no/such\"");
  ExpectError(RequestLine(1, ""), kMethodNotFound, 1, "there is no method \"\"");
  const Json answer = Ask(RequestLine(1, std::string(100'000, '"')));
  EXPECT_EQ(answer["error"]["code"], kMethodNotFound);
  EXPECT_LT(answer.dump().size(), 512U);
}

TEST_F(EveryMethod, HasItsCapabilityAnnouncedAndNoOtherIs) {
  const auto announced = [&](const std::string& request) {
    std::set<std::string> names;
    const Json capabilities = ResultOf(request)["capabilities"];
    for (const auto& [name, value] : capabilities.items()) names.insert(name);
    return names;
  };
  using Set = std::set<std::string>;
  // A server without resources and prompts says so.
  EXPECT_EQ(announced(Initialize(1, "2024-11-05")), (Set{"tools", "logging"}));
  EXPECT_EQ(announced(Initialize(1, "2025-11-25")), (Set{"tools", "logging", "tasks"}));
  EXPECT_EQ(announced(RequestLine(1, "server/discover", Modern())), (Set{"tools", "logging", "extensions"}));
}

}  // namespace
}  // namespace skep::mcp
