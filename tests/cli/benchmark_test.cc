#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/export.h"
#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

class BenchmarkCommand : public testing::Test {
 protected:
  std::string Export(const std::string& name, double median) const {
    bench::Row row = bench::Single("memory", {.name = "store", .unit = "/s", .better = bench::Better::kHigher}, median);
    row.interval = bench::Interval{.low = median * 0.99, .high = median * 1.01};
    const std::string file = user_.project() + "/" + name;
    std::ofstream(file) << bench::ToJson({.what = "memory", .rows = {row}});
    return file;
  }

  User user_;
};

TEST_F(BenchmarkCommand, MeasuresAndExportsWhatItPrints) {
  const std::string file = user_.project() + "/out.json";
  const std::string page = user_.project() + "/out.html";
  const auto run = user_.RunAnywhere(
      {"benchmark", "run", "--suite", "correlation", "--duration", "1", "--json", "--export", file, "--html", page});
  ASSERT_EQ(run.status, kExitOk) << run.err;
  const auto report = nlohmann::json::parse(run.out);
  EXPECT_EQ(report["suite"], "correlation");
  EXPECT_EQ(report["interrupted"], false);
  EXPECT_GT(report["rows"].size(), 0U);
  std::string exported;
  std::getline(std::ifstream(file), exported);
  EXPECT_EQ(exported + "\n", run.out);
  EXPECT_TRUE(std::ifstream(page));
  EXPECT_THAT(run.err, HasSubstr("% correlation"));
  EXPECT_THAT(run.err, HasSubstr("correlation takes longer than 1 s"));
}

TEST_F(BenchmarkCommand, WhatIsNotThereIsToldTheNearest) {
  const auto suite = user_.RunAnywhere({"benchmark", "run", "--suite", "memroy"});
  EXPECT_EQ(suite.status, kExitUsage);
  EXPECT_THAT(suite.err, HasSubstr("did you mean \"memory\"?"));
  const auto scenario = user_.RunAnywhere({"benchmark", "run", "--scenario", "ecomerce"});
  EXPECT_EQ(scenario.status, kExitUsage);
  EXPECT_THAT(scenario.err, HasSubstr("did you mean \"ecommerce\"?"));
  const auto both = user_.RunAnywhere({"benchmark", "run", "--suite", "memory", "--scenario", "ecommerce"});
  EXPECT_EQ(both.status, kExitUsage);
  EXPECT_THAT(both.err, HasSubstr("choose one"));
}

TEST_F(BenchmarkCommand, ComparesTwoExportsAndItsStatusSays) {
  const std::string before = Export("before.json", 100);
  const auto same = user_.RunAnywhere({"benchmark", "compare", before, Export("same.json", 101)});
  EXPECT_EQ(same.status, kExitOk) << same.err;
  EXPECT_THAT(same.out, HasSubstr("no difference shown"));
  const auto worse = user_.RunAnywhere({"benchmark", "compare", before, Export("worse.json", 50), "--json"});
  EXPECT_EQ(worse.status, kExitFailed);
  EXPECT_EQ(nlohmann::json::parse(worse.out)["worse"], 1);
}

TEST_F(BenchmarkCommand, WhatCannotBeComparedIsRefused) {
  const std::string before = Export("before.json", 100);
  EXPECT_THAT(user_.RunAnywhere({"benchmark", "compare", before}).err, HasSubstr("two files: before and after"));
  const auto missing = user_.RunAnywhere({"benchmark", "compare", before, "/no/such/file"});
  EXPECT_EQ(missing.status, kExitUsage);
  EXPECT_THAT(missing.err, HasSubstr("/no/such/file: cannot be read"));
  std::ofstream(user_.project() + "/other.json") << "{}";
  EXPECT_THAT(user_.RunAnywhere({"benchmark", "compare", before, user_.project() + "/other.json"}).err,
              HasSubstr("other.json: not what skep benchmark run --export writes"));
}

TEST_F(BenchmarkCommand, ComparingTakesNoOptionsOfARun) {
  const std::string before = Export("before.json", 100);
  for (const char* option : {"--suite", "--html", "--export", "--duration"}) {
    const auto run = user_.RunAnywhere({"benchmark", "compare", before, before, option, "x"});
    EXPECT_EQ(run.status, kExitUsage) << option;
    EXPECT_THAT(run.err, HasSubstr("skep benchmark compare takes no " + std::string(option) +
                                   ": that is for skep benchmark run"));
  }
}

TEST_F(BenchmarkCommand, EchoesForItsOwnFloor) {
  EXPECT_EQ(user_.RunAnywhere({"benchmark", "echo"}, "one\ntwo\n").out, "one\ntwo\n");
}

}  // namespace
}  // namespace skep::cli
