#include "metrics/log_severity.h"

#include <gtest/gtest.h>

namespace skep::metrics {
namespace {

TEST(SeverityOf, TheFirstLevelCounts) {
  EXPECT_EQ(SeverityOf("INFO no ERROR was found"), Severity::kInfo);
  EXPECT_EQ(SeverityOf("[error] x"), Severity::kError);
  EXPECT_EQ(SeverityOf("level=warn msg=x"), Severity::kWarning);
  EXPECT_EQ(SeverityOf(R"({"level":"debug","msg":"x"})"), Severity::kDebug);
  EXPECT_EQ(SeverityOf("app: fatal: not a repository"), Severity::kFatal);
  EXPECT_EQ(SeverityOf("src/a.cc:3:1: warning: unused"), Severity::kWarning);
}

TEST(SeverityOf, WithoutALevelAWordOfFailureCounts) {
  EXPECT_EQ(SeverityOf("connection refused"), Severity::kError);
  EXPECT_EQ(SeverityOf("it timed out"), Severity::kError);
  EXPECT_EQ(SeverityOf("caught TypeError in x"), Severity::kError);
  EXPECT_EQ(SeverityOf("all is well with the mirror"), Severity::kNone);
  EXPECT_EQ(SeverityOf(""), Severity::kNone);
}

}  // namespace
}  // namespace skep::metrics
