#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "load/sample_report.h"

namespace skep::load {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Each opened element is closed, in the reverse order.
testing::AssertionResult IsWellFormed(const std::string& page) {
  std::vector<std::string> open;
  const std::regex tag("<(/?)([a-zA-Z0-9]+)[^<>]*?(/?)>");
  for (std::sregex_iterator at(page.begin(), page.end(), tag), end; at != end; ++at) {
    if ((*at)[3].length() > 0) continue;
    if ((*at)[1].length() == 0) {
      open.push_back((*at)[2]);
    } else if (open.empty() || open.back() != (*at)[2]) {
      return testing::AssertionFailure() << (*at)[0] << " closes nothing";
    } else {
      open.pop_back();
    }
  }
  if (!open.empty()) return testing::AssertionFailure() << open.back() << " is not closed";
  return testing::AssertionSuccess();
}

TEST(ReportPage, ShowsARunAndNeedsNothingBesideIt) {
  const Report report = SampleReport();
  const std::string page = ReportPage({&report, 1}, {});
  EXPECT_TRUE(IsWellFormed(page));
  EXPECT_THAT(page, AllOf(HasSubstr("plot-throughput-1"), HasSubstr("plot-latency-1"), HasSubstr("plot-operations-1"),
                          HasSubstr("plot-errors-1"), HasSubstr("plot-cpu-1"), HasSubstr("plot-memory-1"),
                          HasSubstr("Abacus"), HasSubstr("constant:2000"), HasSubstr("bees &amp; &lt;co&gt;")));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("http://")), Not(HasSubstr("https://")),
                          Not(HasSubstr("<co>"))));
  EXPECT_THAT(page, HasSubstr("<span class=\"bad\">p95 &lt; 1.00 ms: not met"));
}

TEST(ReportPage, OfNothingSaysThatThereIsNoData) {
  const Report report;
  const std::string page = ReportPage({&report, 1}, {});
  EXPECT_TRUE(IsWellFormed(page));
  EXPECT_THAT(page, HasSubstr("No data."));
}

TEST(ReportPage, OfSeveralServersBeginsWithHowTheyCompare) {
  const std::vector<Report> reports(2, SampleReport());
  auto contenders = SampleContenders();
  contenders[1].rounds[0].broken_off = "it has <ended>";
  const std::string page = ReportPage(reports, contenders);
  EXPECT_THAT(page, HasSubstr("wasps, round 1: it has &lt;ended&gt;"));
  EXPECT_TRUE(IsWellFormed(page));
  EXPECT_THAT(page, AllOf(HasSubstr("Side by side"), HasSubstr("wasps"), HasSubstr("plot-latency-2")));
}

}  // namespace
}  // namespace skep::load
