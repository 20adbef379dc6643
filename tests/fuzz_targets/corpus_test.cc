#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"

namespace skep::fuzz_targets {
namespace {

struct Seed {
  std::string name;
  std::string bytes;
};

std::vector<Seed> SeedsOf(const Target& target) {
  std::vector<Seed> seeds;
  const auto folder = std::filesystem::path(SKEP_SOURCE_DIR) / "tools/fuzz/corpus" / target.name;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    seeds.push_back({.name = entry.path().filename(), .bytes = std::string(std::istreambuf_iterator(file), {})});
  }
  std::ranges::sort(seeds, {}, &Seed::name);
  return seeds;
}

class FuzzTarget : public testing::TestWithParam<Target> {};

TEST_P(FuzzTarget, HoldsForItsCorpus) {
  const std::vector<Seed> seeds = SeedsOf(GetParam());
  EXPECT_FALSE(seeds.empty());
  for (const Seed& seed : seeds) EXPECT_EQ(GetParam().check(seed.bytes), "") << seed.name;
}

TEST_P(FuzzTarget, HoldsForItsCorpusCutAnywhere) {
  for (const Seed& seed : SeedsOf(GetParam())) {
    // Seeds beyond this are one thing over and over.
    const std::size_t size = std::min<std::size_t>(seed.bytes.size(), 300);
    for (std::size_t cut = 0; cut < size; ++cut) {
      EXPECT_EQ(GetParam().check(seed.bytes.substr(0, cut)), "") << seed.name << " cut at " << cut;
    }
  }
}

TEST_P(FuzzTarget, HoldsForItsCorpusWithBytesChanged) {
  constexpr int kChanges = 100;
  std::mt19937 random(1);
  const std::string_view likely = "\"\\{}[]:,0-9.eE+untf \r\n\t\x00\x1f\x80\xc3\xed\xf0\xff";
  for (const Seed& seed : SeedsOf(GetParam())) {
    for (int change = 0; change < kChanges; ++change) {
      std::string bytes = seed.bytes;
      for (int byte = 0; byte < 1 + change % 3; ++byte)
        bytes[random() % bytes.size()] = likely[random() % likely.size()];
      EXPECT_EQ(GetParam().check(bytes), "") << seed.name << " as " << testing::PrintToString(bytes);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, FuzzTarget, testing::ValuesIn(Targets().begin(), Targets().end()),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace skep::fuzz_targets
