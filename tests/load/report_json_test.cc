#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "load/sample_report.h"

namespace skep::load {
namespace {

using Json = nlohmann::json;

TEST(ReportJson, HasAllOfARun) {
  const Json json = Json::parse(ReportJson(SampleReport()).dump());
  EXPECT_EQ(json["outcome"]["began"], "2023-11-15T12:00:00.000Z");
  EXPECT_EQ(json["server"]["command"], Json({"bees", "--serve"}));
  EXPECT_EQ(json["plan"]["pattern"], "constant:2000");
  EXPECT_EQ(json["plan"]["mix"], "ping=3,store");
  EXPECT_EQ(json["machine"]["cores"], 2);
  EXPECT_EQ(json["machine"]["onlineCores"], 4);
  const Json& outcome = json["outcome"];
  EXPECT_EQ(outcome["due"], 4000);
  EXPECT_EQ(outcome["answered"], 3980);
  EXPECT_EQ(outcome["answeredPerSecond"], 1592);
  EXPECT_EQ(outcome["offeredPerSecond"], 2000);
  EXPECT_EQ(outcome["errors"], Json({{"tool error", 5}, {"unanswered", 20}}));
  EXPECT_EQ(outcome["operations"]["ping"]["count"], 100);
  EXPECT_EQ(outcome["operations"]["ping"]["min"], 1000);
  EXPECT_EQ(outcome["latencyNs"]["max"], 10'000'000);
  EXPECT_EQ(outcome["serverCpuNsPerAnswer"], 100'000);
  EXPECT_EQ(outcome["intervals"].size(), 2U);
  EXPECT_EQ(json["expectations"][1]["expected"], "errors < 1 %");
  EXPECT_EQ(json["expectations"][1]["verdict"], "met");
}

TEST(ReportJson, WhatThereIsNoDataOfIsNull) {
  const Json json = Json::parse(ReportJson({}).dump());
  EXPECT_TRUE(json["outcome"]["latencyNs"]["p99"].is_null());
  EXPECT_TRUE(json["outcome"]["answeredPerSecond"].is_null());
  EXPECT_TRUE(json["outcome"]["serverCpuNsPerAnswer"].is_null());
  EXPECT_TRUE(json["outcome"]["brokenOff"].is_null());
  EXPECT_EQ(json["outcome"]["errors"], Json::object());
}

TEST(VersusJson, HasRoundsMediansAndRatios) {
  const Json json = Json::parse(VersusJson(SampleContenders()).dump());
  EXPECT_EQ(json["servers"].size(), 2U);
  EXPECT_EQ(json["servers"][1]["name"], "wasps");
  EXPECT_EQ(json["servers"][1]["rounds"].size(), 2U);
  EXPECT_TRUE(json["figures"]["p50"][0]["ratio"].is_null());
  EXPECT_GT(json["figures"]["p50"][1]["ratio"], 1);
  EXPECT_TRUE(json["figures"]["p50"][1]["ratioInterval"].is_null());
}

}  // namespace
}  // namespace skep::load
