#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string Content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Somebody who has used skep.
class Reporter : public testing::Test {
 protected:
  Reporter() {
    user_.Run({"mcp", "swarm_init", "--topology", "star", "--name", "bees"});
    user_.Run({"mcp", "agent_spawn", "--type", "coder", "--name", "ada"});
  }
  const User user_;
};

TEST(Report, OfAProjectThatWasNeverUsedMakesNothing) {
  const User user;
  for (const auto& words : std::vector<std::vector<std::string>>{{"report"}, {"metrics"}, {"report", "--html", "x"}}) {
    const auto ended = user.Run(words);
    EXPECT_EQ(ended.status, kExitFailed);
    EXPECT_THAT(ended.err, HasSubstr("nothing is stored yet for"));
  }
  EXPECT_FALSE(std::filesystem::exists(user.home()));
}

TEST_F(Reporter, IsToldWhatTheToolSays) {
  const auto summary = user_.Run({"report", "--timeframe", "1h"});
  EXPECT_EQ(summary.status, kExitOk) << summary.err;
  EXPECT_THAT(summary.out, AllOf(StartsWith("Period: "), HasSubstr("\nTasks: none ended.")));
  EXPECT_THAT(user_.Run({"report", "--format", "detailed"}).out, HasSubstr("\nRequirements\n"));
  const json data = json::parse(user_.Run({"report", "--format", "json"}).out);
  EXPECT_TRUE(data["figures"].contains("requirements"));
  EXPECT_TRUE(json::parse(user_.Run({"report", "--json"}).out).contains("report"));
}

TEST_F(Reporter, MayAskForOneSwarm) {
  EXPECT_EQ(user_.Run({"report", "--swarm", "bees"}).status, kExitOk);
  EXPECT_THAT(user_.Run({"report", "--swarm", "beas"}).err, HasSubstr("did you mean \"bees\"?"));
  EXPECT_THAT(user_.Run({"report", "--html", user_.home() + "/p.html", "--swarm", "beas"}).err,
              HasSubstr("did you mean \"bees\"?"));
}

TEST_F(Reporter, GetsAPage) {
  const std::string path = user_.home() + "/page.html";
  const auto written = user_.Run({"report", "--html", path, "--swarm", "bees"});
  EXPECT_EQ(written.status, kExitOk) << written.err;
  EXPECT_THAT(written.out, StartsWith("wrote " + path));
  EXPECT_THAT(Content(path), AllOf(StartsWith("<!DOCTYPE html>"), HasSubstr("Tasks of swarm bees (sw_000001).")));
  const json said = json::parse(user_.Run({"report", "--html", path, "--json"}).out);
  EXPECT_EQ(said["file"], path);
  EXPECT_EQ(said["bytes"], Content(path).size());
}

TEST_F(Reporter, IsToldWhyThereIsNoPage) {
  const auto nowhere = user_.Run({"report", "--html", user_.home() + "/none/page.html"});
  EXPECT_EQ(nowhere.status, kExitFailed);
  EXPECT_THAT(nowhere.err, HasSubstr("make its directory first"));
  const auto both = user_.Run({"report", "--html", "page.html", "--format", "json"});
  EXPECT_EQ(both.status, kExitUsage);
  EXPECT_THAT(both.err, HasSubstr("choose one"));
  EXPECT_THAT(user_.Run({"report", "--timeframe", "2h"}).err, HasSubstr("timeframe must be one of 1h, 24h, 7d, 30d"));
}

TEST_F(Reporter, MetricsAreWhatTheResourceSays) {
  const auto metrics = user_.Run({"metrics"});
  EXPECT_EQ(metrics.status, kExitOk) << metrics.err;
  EXPECT_THAT(metrics.out, AllOf(StartsWith("# HELP skep_swarms"), HasSubstr("skep_agents{state=\"idle\"}")));
}

}  // namespace
}  // namespace skep::cli
