#include "fuzz/script.h"

#include <gtest/gtest.h>

#include <string>

namespace skep::fuzz {
namespace {

TEST(Script, ATranscriptReadsBackAsItWas) {
  const Script script{.steps = {{0, 0, "{\"id\":1,\"a\":\"ä\\n\"}\n"},
                                {0, 1, "\xff\n"},
                                {1, 0, "cut off"},
                                {3, 0, "a\r\n"},
                                {3, 0, "{\"task\":\"tk_1\"}\n"}},
                      .captures = {{0, {"1", "taskId", "tk_1"}}, {0, {"9", "taskId", "tk_1"}}}};
  const std::string text = WriteTranscript(script, {Rule::kCrash, "signal", "it died"});
  EXPECT_TRUE(text.starts_with(R"({"finding":"it died","name":"crash: signal"})")) << text;
  const auto read = ReadTranscript(text);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  ASSERT_EQ(read->steps.size(), script.steps.size());
  constexpr int kRounds[] = {0, 0, 1, 2, 2};
  for (std::size_t i = 0; i < script.steps.size(); ++i) {
    EXPECT_EQ(read->steps[i].bytes, script.steps[i].bytes);
    EXPECT_EQ(read->steps[i].connection, script.steps[i].connection);
    EXPECT_EQ(read->steps[i].round, kRounds[i]);
  }
  // What the request that named it is not there for, is not kept.
  ASSERT_EQ(read->captures.size(), 1U);
  EXPECT_EQ(read->captures[0].capture.text, "tk_1");
}

TEST(Script, TranscriptsOfTheProtocolCanBePlayed) {
  const auto read = ReadTranscript(
      "{\"name\":\"n\"}\n[{\"send\":{\"a\":1}},{\"expect\":{}}]\n{\"raw\":\"x\"}\n{\"expect_none\":true}\n");
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->steps.size(), 2U);
  EXPECT_EQ(read->steps[0].bytes, "{\"a\":1}\n");
  EXPECT_EQ(read->steps[1].round, 1);
  EXPECT_FALSE(ReadTranscript("nothing").has_value());
  EXPECT_FALSE(ReadTranscript(R"({"raw":7})").has_value());
}

TEST(Script, StepsAreCutIntoLines) {
  const auto lines = ByLine({{2, 1, "a\n\nbc"}, {3, 0, ""}, {3, 0, "d\n"}});
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].bytes, "a\n");
  EXPECT_EQ(lines[1].bytes, "\n");
  EXPECT_EQ(lines[2].bytes, "bc");
  EXPECT_EQ(lines[2].connection, 1);
  EXPECT_EQ(lines[3].round, 3);
}

TEST(Translation, NamesOfThenBecomeThoseOfNow) {
  Translation translated({{0, {"1", "taskId", "tk_then"}}});
  EXPECT_EQ(translated(R"({"taskId":"tk_then"})"), R"({"taskId":"tk_then"})");
  translated.Learn(1, {"1", "taskId", "other connection"});
  translated.Learn(0, {"1", "taskId", "tk_now"});
  EXPECT_EQ(translated(R"({"taskId":"tk_then","x":"tk_thenx","y":")"), R"({"taskId":"tk_now","x":"tk_thenx","y":")");
}

}  // namespace
}  // namespace skep::fuzz
