#include "handlers/log_text.h"

#include <gtest/gtest.h>

namespace skep::handlers {
namespace {

std::string TextOf(std::string_view line) {
  json::Reader reader;
  return LogText(line, reader);
}

TEST(LogText, AnObjectIsItsMomentLevelAndMessage) {
  EXPECT_EQ(TextOf(R"({"time":"2026-03-05T08:00:00Z","level":"error","msg":"cannot open","pid":7})"),
            "2026-03-05T08:00:00Z error: cannot open");
  EXPECT_EQ(TextOf(R"({"level":50,"time":1772704800123,"msg":"full","duration_ms":12.5})"),
            "1772704800123 ERROR: full duration_ms=12.5");
  EXPECT_EQ(TextOf(R"(  {"message":"x","took":"5ms"})"), "x took=5ms");
}

TEST(LogText, OtherLinesAreLeftAsTheyAre) {
  for (const std::string_view line : {"", "plain", "{broken", "[1]", R"({"no":"message"})", R"({"msg":{}})"}) {
    EXPECT_EQ(TextOf(line), "") << line;
  }
}

}  // namespace
}  // namespace skep::handlers
