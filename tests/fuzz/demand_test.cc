#include "fuzz/demand.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "fuzz/echo_contract.h"

namespace skep::fuzz {
namespace {

using Times = Demand::Times;

class DemandTest : public testing::Test {
 protected:
  const DemandReader::Read& Read(std::string_view line) { return reader_.Of(line, agreement_); }
  /// The only demand of a line.
  Demand Only(std::string_view line) {
    const auto& demands = Read(line).demands;
    EXPECT_EQ(demands.size(), 1U) << line;
    return demands.empty() ? Demand{} : demands.front();
  }
  Demand Call(std::string_view tool, std::string_view arguments) {
    return Only(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + std::string(tool) +
                R"(","arguments":)" + std::string(arguments) + "}}");
  }

  const Contract contract_ = EchoContract();
  Claims claims_;
  Model model_{0, claims_};
  DemandReader reader_{contract_, model_};
  Agreement agreement_{.revision = "2025-11-25"};
};

TEST_F(DemandTest, ARequestIsAnsweredOnceUnderItsId) {
  for (const std::string_view id : {"1", "-7", "0", R"("a b")", R"("")"}) {
    const Demand demand = Only(R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"ping"})");
    EXPECT_EQ(demand.id, id);
    EXPECT_EQ(demand.times, Times::kOnce);
    EXPECT_EQ(demand.kinds, kGood);
  }
}

TEST_F(DemandTest, NotificationsAndResponsesAreNotAnswered) {
  EXPECT_TRUE(Read(R"({"jsonrpc":"2.0","method":"ping"})").demands.empty());
  EXPECT_TRUE(Read(R"({"jsonrpc":"2.0","id":1,"result":{}})").demands.empty());
  EXPECT_TRUE(Read(R"({"jsonrpc":"2.0","id":null,"error":7})").demands.empty());
}

TEST_F(DemandTest, WhatIsNoMessageGetsAnErrorWithoutAnId) {
  for (const std::string_view line :
       {"{", "nothing", "7", "null", "{}", R"({"jsonrpc":"2.0"})", "[1]", "[]",
        R"({"jsonrpc":"2.0","id":null,"method":"ping"})", R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})"}) {
    const Demand demand = Only(line);
    EXPECT_EQ(demand.id, "") << line;
    EXPECT_EQ(demand.times, Times::kOnce) << line;
  }
}

TEST_F(DemandTest, WhatTheSpecificationsLeaveOpenIsLeftOpen) {
  for (const std::string_view line : {"", " \t", "\r"}) EXPECT_EQ(Only(line).times, Times::kAtMostOnce);
  // A byte order mark, a lone surrogate, no UTF-8, an id that doubles cannot tell from others.
  for (const std::string_view line : {"\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}",
                                      R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"\ud800"}})",
                                      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"x\":\"\xff\"}}",
                                      R"({"jsonrpc":"2.0","id":18446744073709551615,"method":"ping"})"}) {
    const Demand demand = Only(line);
    EXPECT_NE(demand.id, "") << line;
    EXPECT_EQ(demand.times, Times::kIdOrNone) << line;
  }
}

TEST_F(DemandTest, AnEnvelopeAtFaultIsRefusedUnderItsId) {
  for (const std::string_view line : {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", R"({"id":1,"method":"ping"})",
                                      R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":1,"method":7})"}) {
    const Demand demand = Only(line);
    EXPECT_EQ(demand.id, "1") << line;
    EXPECT_EQ(demand.kinds, kProtocolError) << line;
  }
}

TEST_F(DemandTest, AnUnknownMethodIsNotFound) {
  EXPECT_EQ(Only(R"({"jsonrpc":"2.0","id":1,"method":"no/such"})").kinds, kMethodNotFound);
}

TEST_F(DemandTest, AModernRequestSaysWhatItMust) {
  const auto with = [&](std::string_view meta) {
    return Only(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":)" + std::string(meta) + "}}");
  };
  const Demand right = with(
      R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})");
  EXPECT_TRUE(right.modern);
  EXPECT_EQ(right.kinds, kGood);
  EXPECT_EQ(with(R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"})").kinds, kProtocolError);
  EXPECT_EQ(
      with(R"({"io.modelcontextprotocol/protocolVersion":"1999","io.modelcontextprotocol/clientCapabilities":{}})")
          .kinds,
      kProtocolError);
}

TEST_F(DemandTest, ArgumentsAreHeldToTheInputSchema) {
  EXPECT_TRUE(Call("echo", R"({"text":"x"})").kinds & kGood);
  EXPECT_EQ(Call("echo", "{}").kinds, kRefusal);
  EXPECT_EQ(Call("echo", R"({"text":"x","times":9})").kinds, kRefusal);
  EXPECT_EQ(Call("none", "{}").kinds, kRefusal);
  // What servers make of a null, or of a name that is given twice, differs.
  EXPECT_EQ(Call("echo", R"({"text":null})").kinds, kWhatever);
  EXPECT_EQ(Call("echo", R"({"text":1,"text":"x"})").kinds, kWhatever);
}

TEST_F(DemandTest, BeforeASessionAnythingMayBeAnswered) {
  agreement_ = {};
  EXPECT_EQ(Call("echo", R"({"text":"x"})").kinds, kWhatever);
  EXPECT_EQ(Only(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
                 R"("capabilities":{},"clientInfo":{"name":"t","version":"1"}}})")
                .kinds,
            kGood);
  EXPECT_TRUE(Read(R"({"jsonrpc":"2.0","id":1,"method":"initialize"})").greets);
}

TEST_F(DemandTest, EachMessageOfABatchIsOneOfItsOwn) {
  agreement_.revision = "2025-03-26";
  const auto& read = Read(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},7,)"
                          R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}])");
  ASSERT_EQ(read.demands.size(), 2U);
  EXPECT_EQ(read.demands[0].id, "1");
  EXPECT_EQ(read.demands[1].id, "");
  EXPECT_THAT(read.cancelled, testing::ElementsAre(R"("a")"));
}

TEST_F(DemandTest, WhatIsNestedTooDeepIsLookedAtOtherwise) {
  const std::string deep = R"({"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":)" + std::string(3000, '[') +
                           std::string(3000, ']') + "}}";
  EXPECT_EQ(Only(deep).id, "7");
  EXPECT_EQ(Only(deep).times, Times::kIdOrNone);
  EXPECT_EQ(Only(std::string(3000, '[')).id, "");
}

TEST_F(DemandTest, OfWhatIsNestedTooDeepTheMembersAreReadWhateverTheyAre) {
  std::string array;
  std::string object = "0";
  for (int i = 0; i < 3000; ++i) {
    array = "[" + array + "]";
    object = R"({"a":)" + object + "}";
  }
  for (const std::string& value : {array, object}) {
    // A method that is none: refused under the id.
    const Demand method = Only(R"({"jsonrpc":"2.0","id":7,"method":)" + value + "}");
    EXPECT_EQ(method.id, "7");
    EXPECT_EQ(method.times, Times::kIdOrNone);
    // An id that is none: an error without one.
    const Demand id = Only(R"({"jsonrpc":"2.0","id":)" + value + R"(,"method":"ping"})");
    EXPECT_EQ(id.id, "");
    EXPECT_EQ(id.times, Times::kOnce);
  }
}

TEST_F(DemandTest, MembersOfOtherNamesMayBeRefused) {
  EXPECT_EQ(Only(R"({"jsonrpc":"2.0","id":1,"method":"ping","extra":1})").kinds, kWhatever);
  EXPECT_EQ(Only(R"({"jsonrpc":"2.0","id":1,"method":"no/such","extra":1})").kinds, kRefusal);
  const Demand store =
      Only(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","extra":1,"params":{"name":"memory_usage",)"
           R"("arguments":{"action":"store","namespace":"own-0","key":"k","value":"v"}}})");
  EXPECT_EQ(store.truth, Model::kNone);
}

TEST(Mended, ChangesWhatIsNoUnicodeAndNothingElse) {
  EXPECT_EQ(Mended(R"("a\\ud800")"), std::nullopt);
  EXPECT_EQ(Mended(R"("a\uD800b")"), R"("a\ufffdb")");
  EXPECT_EQ(Mended("\xef\xbb\xbf{}"), "{}");
  EXPECT_EQ(Mended("\"\xff\""), "\"?\"");
}

TEST(Methods, AreThoseOfTheContract) {
  const auto revisions =
      nlohmann::json::parse(std::ifstream(SKEP_SOURCE_DIR "/protocol/revisions.json")).at("revisions");
  std::set<std::string> legacy;
  std::set<std::string> modern;
  for (const auto& revision : revisions) {
    auto& methods = revision.at("era") == "legacy" ? legacy : modern;
    for (const auto& method : revision.at("fromClient").at("requests")) methods.insert(method);
    if (!revision.contains("extensions")) continue;
    for (const auto& [name, more] : revision.at("extensions").items()) methods.insert(more.begin(), more.end());
  }
  for (const MethodInfo& info : kMethods) {
    EXPECT_EQ(legacy.erase(std::string(info.name)), info.legacy ? 1U : 0U) << info.name;
    EXPECT_EQ(modern.erase(std::string(info.name)), info.modern ? 1U : 0U) << info.name;
    EXPECT_EQ(&info - kMethods.data(), static_cast<int>(info.method));
  }
  EXPECT_TRUE(legacy.empty());
  EXPECT_TRUE(modern.empty());
}

}  // namespace
}  // namespace skep::fuzz
