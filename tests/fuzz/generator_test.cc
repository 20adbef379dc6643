#include "fuzz/generator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "fuzz/demand.h"
#include "fuzz/echo_contract.h"

namespace skep::fuzz {
namespace {

std::string Said(std::uint64_t seed, int count, const std::vector<Capture>& learned = {}) {
  const Contract contract = EchoContract();
  Generator generator(contract, Random(seed), 0);
  std::string said;
  generator.Greet(said);
  generator.Learn(learned);
  for (int i = 0; i < count; ++i) generator.Append(said);
  return said;
}

TEST(Generator, SaysTheSameFromTheSameSeedAndAnswers) {
  EXPECT_EQ(Said(1, 300), Said(1, 300));
  EXPECT_NE(Said(1, 300), Said(2, 300));
}

TEST(Generator, SpeaksOfWhatTheServerHasNamed) {
  EXPECT_NE(Said(1, 300, {{"1", "agentId", "ag_known"}}).find("ag_known"), std::string::npos);
  const std::vector<Capture> claimed = {{"1", "agentId", "ag_known"}, {"2", std::string(Pool::kClaims), "tk_known 4"}};
  EXPECT_NE(Said(1, 600, claimed).find(R"("taskId":"tk_known","state":)"), std::string::npos);
}

TEST(Generator, SaysAllThatThereIs) {
  const Contract contract = EchoContract();
  Claims claims;
  Model model(0, claims);
  DemandReader reader(contract, model);
  const std::string said = Said(1, 5000);
  Agreement agreement{.revision = "2025-03-26"};
  int unreadable = 0, good = 0, refused = 0, modern = 0, cancelled = 0, greeted = 0, modelled = 0, silent = 0;
  for (std::size_t begin = 0; begin < said.size();) {
    const std::size_t end = std::min(said.find('\n', begin), said.size());
    const auto& read = reader.Of(std::string_view(said).substr(begin, end - begin), agreement);
    begin = end + 1;
    cancelled += static_cast<int>(read.cancelled.size());
    greeted += read.greets ? 1 : 0;
    silent += read.demands.empty() ? 1 : 0;
    for (const Demand& demand : read.demands) {
      unreadable += demand.id.empty() ? 1 : 0;
      modern += demand.modern ? 1 : 0;
      modelled += demand.truth != Model::kNone ? 1 : 0;
      good += (demand.kinds & kGood) != 0 ? 1 : 0;
      refused += (demand.kinds & kGood) == 0 ? 1 : 0;
    }
  }
  for (const int count : {unreadable, good, refused, modern, cancelled, greeted, modelled, silent}) EXPECT_GT(count, 9);
}

TEST(Generator, ValidCallsAreValid) {
  const Contract contract = EchoContract();
  Claims claims;
  Model model(0, claims);
  DemandReader reader(contract, model);
  Pool pool;
  Random random(1);
  Values values(random, pool);
  for (int i = 0; i < 200; ++i) {
    std::string call = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":)";
    values.Valid(contract.tools[0].input, 0, "echo", call);
    call += "}}";
    const auto& read = reader.Of(call, {.revision = "2025-11-25"});
    ASSERT_EQ(read.demands.size(), 1U) << call;
    EXPECT_TRUE(read.demands[0].kinds & kGood) << call;
  }
}

TEST(Generator, ACallCanBeMadeToTakeSomeTime) {
  std::string arguments = R"({"wait":0,"duration":0,"x":0})";
  Lengthen(arguments, 60);
  EXPECT_EQ(arguments, R"({"wait":60,"duration":60,"x":0})");
}

TEST(Pool, KeepsTheNewestOfEachName) {
  Pool pool;
  Random random(1);
  EXPECT_EQ(pool.Pick("taskId", random), nullptr);
  EXPECT_EQ(pool.PickAny(random), nullptr);
  for (std::size_t i = 0; i <= Pool::kMost; ++i) pool.Add("taskId", std::to_string(i));
  for (int i = 0; i < 500; ++i) EXPECT_NE(*pool.Pick("taskId", random), "0");
  EXPECT_EQ(pool.Pick("agentId", random), nullptr);
  pool.Add("nextCursor", "c");
  EXPECT_EQ(*pool.Pick("cursor", random), "c");
}

}  // namespace
}  // namespace skep::fuzz
