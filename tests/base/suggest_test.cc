#include "base/suggest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace skep {
namespace {

constexpr std::array<std::string_view, 5> kTopologies = {"hierarchical", "mesh", "ring", "star", "adaptive"};
constexpr std::array<std::string_view, 5> kTools = {"memory_usage", "memory_search", "swarm_init", "swarm_status",
                                                    "health_check"};

TEST(Nearest, FindsTheWordBehindATypingError) {
  EXPECT_EQ(Nearest("mash", kTopologies), "mesh") << "a wrong letter";
  EXPECT_EQ(Nearest("mehs", kTopologies), "mesh") << "two swapped";
  EXPECT_EQ(Nearest("rin", kTopologies), "ring") << "one missing";
  EXPECT_EQ(Nearest("starr", kTopologies), "star") << "one too many";
  EXPECT_EQ(Nearest("heirarchicle", kTopologies), "hierarchical");
}

TEST(Nearest, IgnoresCase) {
  EXPECT_EQ(Nearest("MESH", kTopologies), "mesh");
  EXPECT_EQ(Nearest("Swarm_Int", kTools), "swarm_init");
}

TEST(Nearest, IsEmptyWhenNothingIsNear) {
  EXPECT_EQ(Nearest("tree", kTopologies), "");
  EXPECT_EQ(Nearest("bogus_tool", kTools), "");
  EXPECT_EQ(Nearest("", kTopologies), "");
  EXPECT_EQ(Nearest("mesh", {}), "");
}

TEST(Nearest, AShortWordIsNotNearToEverything) {
  constexpr std::array<std::string_view, 2> kShort = {"ab", "xyz"};
  EXPECT_EQ(Nearest("q", kShort), "");
  EXPECT_EQ(Nearest("cd", kShort), "") << "as many edits as letters";
  EXPECT_EQ(Nearest("ax", kShort), "ab");
}

TEST(Nearest, TheBeginningOfAWordMeansIt) {
  EXPECT_EQ(Nearest("hier", kTopologies), "hierarchical");
  EXPECT_EQ(Nearest("health", kTools), "health_check");
  EXPECT_EQ(Nearest("memory", kTools), "memory_usage") << "the nearer in length";
  EXPECT_EQ(Nearest("swarm_initialise", kTools), "swarm_init");
  EXPECT_EQ(Nearest("h", kTopologies), "") << "one letter begins too much";
}

TEST(Nearest, OfEquallyNearOnesTakesTheFirst) {
  constexpr std::array<std::string_view, 3> kAlike = {"cat", "bat", "rat"};
  EXPECT_EQ(Nearest("hat", kAlike), "cat");
}

TEST(Nearest, AnEnormousWordCostsNothing) { EXPECT_EQ(Nearest(std::string(1'000'000, 'm'), kTools), ""); }

}  // namespace
}  // namespace skep
