#include "handlers/benchmark_report.h"

#include <gtest/gtest.h>

#include "skep/block.h"

namespace skep::handlers {
namespace {

Expected<BenchmarkReport> Read(std::string_view text) {
  Block block;
  block.Append(text);
  block.Room(1);
  return ReadBenchmarkReport({block.data(), block.size()});
}

TEST(BenchmarkReport, IsReadFromWhatTheCommandPrints) {
  const auto report = Read(
      R"({"skepBenchmark":1,"suite":"quick","seconds":9.5,"seed":1,"interrupted":true,)"
      R"("environment":{"processor":"EPYC","cores":2,"filesystem":"ext4 on /dev/vda","kernel":"Linux","loadAverage":0.5,"otherWorkCores":0.25},)"
      R"("rows":[{"suite":"memory","subject":"mesh","name":"store","unit":"/s","better":"higher","samples":7,)"
      R"("median":100,"interval":[99.5,101],"floor":{"name":"echo","median":200},"ratio":0.5,"ratioInterval":[0.4,0.6],)"
      R"("required":90,"met":true},)"
      R"({"suite":"memory","subject":"","name":"lost","unit":"µs","better":"lower","samples":0,"median":null,)"
      R"("note":"no data: why"}]})");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->suite, "quick");
  EXPECT_TRUE(report->interrupted);
  EXPECT_EQ(report->machine, "EPYC, 2 cores, ext4 on /dev/vda, Linux");
  EXPECT_EQ(report->load, 0.5);
  EXPECT_EQ(report->other_work, 0.25);
  ASSERT_EQ(report->rows.size(), 2U);
  EXPECT_EQ(report->rows[0].name, "mesh: store");
  EXPECT_EQ(report->rows[0].median, 100);
  EXPECT_EQ(report->rows[0].low, 99.5);
  EXPECT_EQ(report->rows[0].high, 101);
  EXPECT_EQ(report->rows[0].better, Better::kHigher);
  EXPECT_EQ(report->rows[0].n, 7);
  EXPECT_EQ(report->rows[0].floor->name, "echo");
  EXPECT_EQ(report->rows[0].floor->median, 200);
  EXPECT_EQ(report->rows[0].ratio, 0.5);
  EXPECT_EQ(report->rows[0].ratio_low, 0.4);
  EXPECT_EQ(report->rows[0].ratio_high, 0.6);
  EXPECT_EQ(report->rows[0].required, 90);
  EXPECT_EQ(report->rows[0].met, true);
  EXPECT_EQ(report->rows[1].better, Better::kLower);
  EXPECT_FALSE(report->rows[1].median);
  EXPECT_FALSE(report->rows[1].floor);
  EXPECT_FALSE(report->rows[1].met);
  EXPECT_EQ(report->rows[1].note, "no data: why");
}

TEST(BenchmarkReport, AnythingElseIsNone) {
  for (const char* text : {"", "{}", "no json", R"({"rows":5})"}) {
    const auto report = Read(text);
    ASSERT_FALSE(report) << text;
    EXPECT_EQ(report.error().code, ErrorCode::kInternal);
  }
}

TEST(LastLineOfProgress, IsWithoutOurName) {
  EXPECT_EQ(LastLine("skep: 10 % ping\nskep: 20 % store\n"), "20 % store");
  EXPECT_EQ(LastLine("other"), "other");
  EXPECT_EQ(LastLine(""), "");
}

}  // namespace
}  // namespace skep::handlers
