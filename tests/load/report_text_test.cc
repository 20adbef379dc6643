#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load/sample_report.h"

namespace skep::load {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(ReportText, SaysWhatWasAskedAndWhatCameOfIt) {
  EXPECT_THAT(ReportText(SampleReport()),
              AllOf(HasSubstr("bees & <co>\n"),
                    HasSubstr("constant:2000, ping=3,store, 4 connections, 2 s after 1 s of warm-up, seed 1\n"),
                    HasSubstr("Abacus, 2 cores, 24.0 GB, Linux 6.1\n"),
                    HasSubstr("answered   3,980 in 2.500 s, 1,592/s; 4,000 were due, 2,000/s\n"),
                    HasSubstr("errors     25 of 4,000: 5 tool error, 20 unanswered\n"
                              "           the first tool error: the hive is <full>\\n\n"),
                    HasSubstr("server     100 µs CPU for each answer, 0.16 cores; RSS 12.0 MB at most, of 4 "
                              "processes\n"),
                    HasSubstr("skep-load  251 ns CPU for each answer\n"),
                    HasSubstr("expected   errors < 1 %: met (0.625 %)\n")));
}

TEST(ReportText, HasALineForEachOperation) {
  const std::string text = ReportText(SampleReport());
  EXPECT_THAT(text, testing::ContainsRegex("ping +100 +50.* µs +90"));
  EXPECT_THAT(text, testing::ContainsRegex("all +200 "));
}

TEST(ReportText, AServerThatAnswersNothingUsesProcessorsAllTheSame) {
  const Report report{.outcome = {.seconds = 2, .due = 1, .server_cpu_s = 3, .peak_resident_bytes = 12e6}};
  EXPECT_THAT(ReportText(report), HasSubstr("server     1.50 cores; RSS 12.0 MB at most\n"));
}

TEST(ReportText, OfNothingSaysThatThereIsNoData) {
  const Report report{.target = {.command = {"silent", "server"}}, .outcome = {.by_operation = {{"ping", {}}}}};
  EXPECT_THAT(ReportText(report), AllOf(HasSubstr("silent server\n"), HasSubstr("no data"),
                                        HasSubstr("errors     0 of 0\n"), HasSubstr("no data of its CPU")));
}

TEST(VersusText, TellsOfEveryRoundThatBrokeOff) {
  auto contenders = SampleContenders();
  contenders[1].rounds[0].broken_off = "the server of connection 1 has ended";
  EXPECT_THAT(VersusText(contenders),
              HasSubstr("B  wasps, 2 rounds\n   round 1: the server of connection 1 has ended\n"));
}

TEST(VersusText, SaysHowManyRoundsAnIntervalNeeds) {
  auto contenders = SampleContenders();
  EXPECT_THAT(VersusText(contenders), HasSubstr("its interval needs at least 5 rounds\n"));
  for (Contender& contender : contenders) contender.rounds.resize(kLeastValues, contender.rounds[0]);
  EXPECT_THAT(VersusText(contenders), HasSubstr("with its 95 % interval\n"));
}

TEST(VersusText, NamesAnyNumberOfServers) {
  const std::vector<Contender> contenders(28, SampleContenders()[0]);
  EXPECT_THAT(VersusText(contenders), AllOf(HasSubstr("\nZ  bees"), HasSubstr("\nAA  bees"), HasSubstr("\nAB  bees")));
}

TEST(VersusText, ComparesWithTheFirst) {
  EXPECT_THAT(VersusText(SampleContenders()),
              AllOf(HasSubstr("A  bees & <co>, 2 rounds\nB  wasps, 2 rounds\n"), HasSubstr("× 1.00"),
                    testing::ContainsRegex("p50 +.* × [0-9.]+\n")));
}

}  // namespace
}  // namespace skep::load
