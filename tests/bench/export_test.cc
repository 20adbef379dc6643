#include "bench/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/make_row.h"

namespace skep::bench {
namespace {

using testing::HasSubstr;

Report Full() {
  Report report{.what = "quick", .seconds = 9.5, .seed = 3, .interrupted = true, .others_cores = 0.25};
  report.around = {
      .machine =
          {.processor = "EPYC", .cores = 1, .online_cores = 2, .memory_bytes = 1 << 30, .kernel = "Linux", .load = 0.5},
      .filesystem = "ext4 on /dev/vda",
      .directory = "/data",
      .compiler = "gcc",
      .version = "0.1.0",
      .build = "00ff",
      .date = "2026-11-21T23:00:00.000Z"};
  Row row = MakeRow("store", 1234.5678);
  row.figure.subject = "mesh";
  row.figure.note = "1 KB";
  row.floor = {.name = "echo", .median = 2469.1356};
  row.ratio = 0.5;
  row.ratio_interval = Interval{.low = 0.4, .high = 0.6};
  row.figure.required = 1000;
  report.rows = {row, NoData("suite", {.name = "lost", .unit = "µs"}, "why")};
  return report;
}

TEST(BenchmarkExport, IsReadBackAsItWasWritten) {
  const auto read = FromJson(ToJson(Full()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(ToJson(*read), ToJson(Full()));
  EXPECT_TRUE(read->interrupted);
  EXPECT_EQ(read->around.machine.memory_bytes, 1 << 30);
  ASSERT_EQ(read->rows.size(), 2U);
  EXPECT_EQ(read->rows[0].median, 1234.57);
  EXPECT_EQ(read->rows[0].floor.name, "echo");
  EXPECT_EQ(read->rows[0].ratio_interval->high, 0.6);
  EXPECT_EQ(read->rows[0].figure.required, 1000);
  EXPECT_FALSE(read->rows[1].median);
  EXPECT_EQ(read->others_cores, 0.25);
  EXPECT_EQ(read->around.machine.cores, 1);
  EXPECT_EQ(read->around.machine.online_cores, 2);
}

TEST(BenchmarkExport, AnOlderOneHasNoOtherCoresThanItsOwn) {
  const auto read = FromJson(R"({"skepBenchmark":1,"suite":"a","environment":{"cores":2},"rows":[]})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->around.machine.online_cores, 2);
}

TEST(BenchmarkExport, WhatThereIsNoDataOfIsNull) {
  EXPECT_THAT(ToJson(Full()), HasSubstr(R"("name":"lost","unit":"µs","better":"lower","samples":0,"median":null)"));
}

TEST(BenchmarkExport, AnotherFileIsRefused) {
  for (const std::string_view text :
       {"", "[]", "{}", R"({"skepBenchmark":1})", R"({"skepBenchmark":1,"suite":5,"environment":{},"rows":[]})",
        R"({"skepBenchmark":1,"suite":"a","environment":{},"rows":[{"suite":1}]})", "no json"}) {
    const auto read = FromJson(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidArgument);
    // And nothing of what the library says of it.
    EXPECT_EQ(read.error().message, "not what skep benchmark run --export writes");
  }
  EXPECT_THAT(FromJson(R"({"skepBenchmark":99})").error().message, HasSubstr("another version of skep"));
}

}  // namespace
}  // namespace skep::bench
