#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skep/field.h"
#include "support/parsed.h"

namespace skep {
namespace {

enum class Topology : int { kHierarchical, kMesh, kRing, kStar, kAdaptive };
constexpr std::array<std::string_view, 5> Names(Topology) {
  return {"hierarchical", "mesh", "ring", "star", "adaptive"};
}

struct Step {
  std::string_view title;
  int weight = 1;

  static constexpr Field kFields[] = {
      Req<&Step::title>("title"),
      Opt<&Step::weight>("weight", {}, {0, 10}),
  };
};

struct Args {
  Topology topology = Topology::kMesh;
  int max_agents = 8;
  std::int64_t total = 5;
  double ratio = 0.5;
  bool flag = false;
  std::string_view name = "bees";
  std::string objective = "honey";
  std::optional<std::int64_t> ttl;
  std::vector<std::string_view> tags;
  std::vector<Step> steps;
  Step first;

  static constexpr Field kFields[] = {
      Req<&Args::topology>("topology", "How agents are wired together"),
      Opt<&Args::max_agents>("maxAgents", "Most agents alive at once", {1, 1024}),
      Opt<&Args::total>("total"),
      Opt<&Args::ratio>("ratio", {}, {0, 1}),
      Opt<&Args::flag>("flag"),
      Opt<&Args::name>("name", {}, {1, 5}),
      Opt<&Args::objective>("objective", {}, {.max = 10}),
      Opt<&Args::ttl>("ttl", {}, {.min = 1}),
      Opt<&Args::tags>("tags", {}, {.max = 2}),
      Opt<&Args::steps>("steps", {}, {1, 3}),
      Opt<&Args::first>("first"),
  };
};

/// Why `{"topology":"mesh",MEMBERS}` is not accepted; empty if it is.
std::string Refusal(std::string_view json, Args* args = nullptr) {
  const Parsed parsed(json);
  EXPECT_TRUE(parsed.ok()) << json;
  Args mine;
  const auto done = DecodeFields(parsed.root(), Args::kFields, args != nullptr ? args : &mine);
  if (done) return "";
  EXPECT_EQ(done.error().code, ErrorCode::kInvalidArgument);
  return done.error().message;
}

std::string RefusalOf(std::string_view members) {
  return Refusal(R"({"topology":"mesh",)" + std::string(members) + "}");
}

// --- What is accepted ------------------------------------------------------------------------

TEST(Decode, FillsEveryMember) {
  const Parsed parsed(
      R"({"topology":"star","maxAgents":3,"total":-9223372036854775808,"ratio":1,"flag":true,"name":"ants",
      "objective":"sugar","ttl":60,"tags":["a",""],"steps":[{"title":"s","weight":10},{"title":""}],"first":{"title":"f"}})");
  Args args;
  ASSERT_TRUE(DecodeFields(parsed.root(), Args::kFields, &args));
  EXPECT_EQ(args.topology, Topology::kStar);
  EXPECT_EQ(args.max_agents, 3);
  EXPECT_EQ(args.total, std::numeric_limits<std::int64_t>::min());
  EXPECT_DOUBLE_EQ(args.ratio, 1);
  EXPECT_TRUE(args.flag);
  EXPECT_EQ(args.name, "ants");
  EXPECT_EQ(args.objective, "sugar");
  EXPECT_EQ(args.ttl, 60);
  EXPECT_EQ(args.tags, (std::vector<std::string_view>{"a", ""}));
  ASSERT_EQ(args.steps.size(), 2U);
  EXPECT_EQ(args.steps[0].weight, 10);
  EXPECT_EQ(args.steps[1].weight, 1);
  EXPECT_EQ(args.first.title, "f");
}

TEST(Decode, WhatIsLeftOutOrNullKeepsItsDefault) {
  for (const std::string_view json :
       {R"({"topology":"mesh"})",
        R"({"topology":"mesh","maxAgents":null,"ratio":null,"name":null,"objective":null,"ttl":null,"tags":null,)"
        R"("steps":null,"first":null,"flag":null,"total":null})"}) {
    Args args;
    EXPECT_EQ(Refusal(json, &args), "");
    EXPECT_EQ(args.max_agents, 8);
    EXPECT_EQ(args.total, 5);
    EXPECT_DOUBLE_EQ(args.ratio, 0.5);
    EXPECT_EQ(args.name, "bees");
    EXPECT_EQ(args.objective, "honey");
    EXPECT_FALSE(args.ttl);
    EXPECT_TRUE(args.tags.empty());
    EXPECT_TRUE(args.steps.empty());
  }
}

TEST(Decode, MembersComeInAnyOrder) {
  Args args;
  EXPECT_EQ(Refusal(R"({"ttl":1,"name":"a","topology":"ring","maxAgents":2,"flag":true,"ratio":0})", &args), "");
  EXPECT_EQ(args.topology, Topology::kRing);
  EXPECT_EQ(args.max_agents, 2);
}

TEST(Decode, AnIntegerMayBeWrittenWithAPointOrAnExponent) {
  Args args;
  EXPECT_EQ(Refusal(R"({"topology":"mesh","maxAgents":1e3,"total":-4.0,"ttl":1e18})", &args), "");
  EXPECT_EQ(args.max_agents, 1000);
  EXPECT_EQ(args.total, -4);
  EXPECT_EQ(args.ttl, 1'000'000'000'000'000'000);
}

TEST(Decode, ANumberMayBeAnyNumber) {
  Args args;
  EXPECT_EQ(Refusal(R"({"topology":"mesh","ratio":1e-3})", &args), "");
  EXPECT_DOUBLE_EQ(args.ratio, 0.001);
  EXPECT_EQ(RefusalOf(R"("ratio":18446744073709551615)"), "ratio must be from 0 to 1, got 18446744073709551615");
}

TEST(Decode, LengthsAreCountedInCharacters) {
  EXPECT_EQ(RefusalOf(R"("name":"äöü€😀")"), "");
  EXPECT_EQ(RefusalOf(R"("objective":"€€€€€€€€€€")"), "");
  EXPECT_EQ(RefusalOf(R"("name":"äöü€😀x")"), "name must be a string of 1 to 5 characters, got 6 characters");
  EXPECT_EQ(RefusalOf(R"("objective":"12345678901")"),
            "objective must be a string of at most 10 characters, got 11 characters");
}

TEST(Decode, NothingAtAllIsLikeAnEmptyObject) {
  Args args;
  const auto done = DecodeFields(json::Value(), Args::kFields, &args);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "topology is required: one of hierarchical, mesh, ring, star, adaptive");
  EXPECT_TRUE(DecodeFields(json::Value(), std::span<const Field>(), &args));
}

// --- What is not, and how it is said ------------------------------------------------------------

TEST(Decode, AWrongTypeIsToldWithWhatCame) {
  EXPECT_EQ(RefusalOf(R"("maxAgents":"many")"), "maxAgents must be an integer, got \"many\"");
  EXPECT_EQ(RefusalOf(R"("maxAgents":2.5)"), "maxAgents must be an integer, got 2.5");
  EXPECT_EQ(RefusalOf(R"("maxAgents":true)"), "maxAgents must be an integer, got true");
  EXPECT_EQ(RefusalOf(R"("maxAgents":[1])"), "maxAgents must be an integer, got an array");
  EXPECT_EQ(RefusalOf(R"("ratio":"half")"), "ratio must be a number, got \"half\"");
  EXPECT_EQ(RefusalOf(R"("flag":"yes")"), "flag must be true or false, got \"yes\"");
  EXPECT_EQ(RefusalOf(R"("flag":1)"), "flag must be true or false, got 1");
  EXPECT_EQ(RefusalOf(R"("name":5)"), "name must be a string, got 5");
  EXPECT_EQ(RefusalOf(R"("objective":{})"), "objective must be a string, got an object");
  EXPECT_EQ(RefusalOf(R"("ttl":false)"), "ttl must be an integer, got false");
  EXPECT_EQ(RefusalOf(R"("tags":"a,b")"), "tags must be an array, got \"a,b\"");
  EXPECT_EQ(RefusalOf(R"("first":[])"), "first must be an object, got an array");
  EXPECT_EQ(Refusal(R"({"topology":null})"),
            "topology must be one of hierarchical, mesh, ring, star, adaptive, got null");
}

TEST(Decode, OutOfRangeIsToldWithTheRange) {
  EXPECT_EQ(RefusalOf(R"("maxAgents":0)"), "maxAgents must be from 1 to 1024, got 0");
  EXPECT_EQ(RefusalOf(R"("maxAgents":1025)"), "maxAgents must be from 1 to 1024, got 1025");
  EXPECT_EQ(RefusalOf(R"("ttl":0)"), "ttl must be at least 1, got 0");
  EXPECT_EQ(RefusalOf(R"("ratio":-0.1)"), "ratio must be from 0 to 1, got -0.1");
  EXPECT_EQ(RefusalOf(R"("name":"")"), "name must be a string of 1 to 5 characters, got 0 characters");
  EXPECT_EQ(RefusalOf(R"("tags":["a","b","c"])"), "tags must be an array of at most 2 elements, got 3 elements");
  EXPECT_EQ(RefusalOf(R"("steps":[])"), "steps must be an array of 1 to 3 elements, got 0 elements");
}

TEST(Decode, AnIntegerBeyondItsTypeIsNotCalledAnythingElse) {
  EXPECT_EQ(RefusalOf(R"("total":9223372036854775808)"),
            "total must be an integer of 64 bits, got 9223372036854775808");
  EXPECT_EQ(RefusalOf(R"("total":-1e30)"), "total must be an integer of 64 bits, got -1e+30");
  EXPECT_EQ(RefusalOf(R"("maxAgents":18446744073709551615)"),
            "maxAgents must be from 1 to 1024, got 18446744073709551615");
  EXPECT_EQ(RefusalOf(R"("maxAgents":4294967297)"), "maxAgents must be from 1 to 1024, got 4294967297");
}

TEST(Decode, AnIntOfItsOwnIsBoundedByItsType) {
  struct Small {
    int value = 0;
  };
  static constexpr Field kFields[] = {Req<&Small::value>("value")};
  Small small;
  const Parsed parsed(R"({"value":2147483648})");
  const auto done = DecodeFields(parsed.root(), kFields, &small);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "value must be from -2147483648 to 2147483647, got 2147483648");
}

TEST(Decode, AWrongNameInAChoiceIsAnsweredWithTheNearest) {
  EXPECT_EQ(Refusal(R"({"topology":"mash"})"),
            "topology must be one of hierarchical, mesh, ring, star, adaptive, got \"mash\" (did you mean \"mesh\"?)");
  EXPECT_EQ(Refusal(R"({"topology":"pentagram"})"),
            "topology must be one of hierarchical, mesh, ring, star, adaptive, got \"pentagram\"");
  EXPECT_EQ(Refusal(R"({"topology":1})"), "topology must be one of hierarchical, mesh, ring, star, adaptive, got 1");
}

TEST(Decode, AnUnknownMemberIsAnErrorThatNamesTheKnownOnes) {
  EXPECT_EQ(
      RefusalOf(R"("maxAgnets":3)"),
      "maxAgnets is unknown (did you mean \"maxAgents\"?); accepted: topology, maxAgents, total, ratio, flag, name, "
      "objective, ttl, tags, steps, first");
  EXPECT_EQ(RefusalOf(R"("first":{"title":"t","colour":1})"), "first.colour is unknown; accepted: title, weight");
  const Parsed parsed(R"({"a":1})");
  const auto done = DecodeFields(parsed.root(), {}, nullptr);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "a is unknown; nothing is accepted here");
}

TEST(Decode, WhatIsMissingIsToldWithWhatItTakes) {
  EXPECT_EQ(Refusal("{}"), "topology is required: one of hierarchical, mesh, ring, star, adaptive");
  EXPECT_EQ(RefusalOf(R"("steps":[{"title":"a"},{}])"), "steps[1].title is required: a string");
}

TEST(Decode, AMemberGivenTwiceIsAnError) {
  EXPECT_EQ(RefusalOf(R"("ttl":1,"ttl":1)"), "ttl is given twice");
  EXPECT_EQ(RefusalOf(R"("ttl":null,"ttl":null)"), "ttl is given twice");
  EXPECT_EQ(RefusalOf(R"("first":{"title":"a","title":"b"})"), "first.title is given twice");
  EXPECT_EQ(RefusalOf(R"("topology":"mesh")"), "topology is given twice");
}

TEST(Decode, AnErrorInsideNamesThePath) {
  EXPECT_EQ(RefusalOf(R"("steps":[{"title":"a"},{"title":"b","weight":"heavy"}])"),
            "steps[1].weight must be an integer, got \"heavy\"");
  EXPECT_EQ(RefusalOf(R"("steps":[{"title":"a"},7])"), "steps[1] must be an object, got 7");
  EXPECT_EQ(RefusalOf(R"("tags":["a",null])"), "tags[1] must be a string, got null");
  EXPECT_EQ(RefusalOf(R"("first":{"title":"a","weight":11})"), "first.weight must be from 0 to 10, got 11");
}

// --- Errors stay short, whatever they are about -----------------------------------------------------

TEST(Decode, ALongValueIsCutInTheError) {
  const std::string message = RefusalOf(R"("maxAgents":")" + std::string(100'000, 'x') + "\"");
  EXPECT_EQ(message, "maxAgents must be an integer, got \"" + std::string(64, 'x') + "… (99936 more bytes)\"");
}

TEST(Decode, ALongNameIsCutInTheError) {
  const std::string message = RefusalOf("\"" + std::string(100'000, 'x') + "\":1");
  EXPECT_TRUE(message.starts_with(std::string(64, 'x') + "… (99936 more bytes) is unknown; accepted: topology"))
      << message;
  EXPECT_LT(message.size(), 300U);
}

TEST(Decode, AnErrorIsOneLine) {
  EXPECT_EQ(RefusalOf(R"("maxAgents":"a\nb")"), "maxAgents must be an integer, got \"a\\nb\"");
  EXPECT_TRUE(RefusalOf(R"("a\nb":1)").starts_with("a\\nb is unknown"));
}

TEST(Decode, AnArrayThatIsTooLongIsRefusedBeforeItsElementsAreLookedAt) {
  std::string tags = "7";
  for (int i = 0; i < 100'000; ++i) tags += ",7";
  EXPECT_EQ(RefusalOf("\"tags\":[" + tags + "]"), "tags must be an array of at most 2 elements, got 100001 elements");
}

}  // namespace
}  // namespace skep
