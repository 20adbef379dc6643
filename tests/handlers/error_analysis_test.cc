#include <gtest/gtest.h>

#include <string>

#include "handlers/served.h"

namespace skep::handlers {
namespace {

TEST_F(Served, ALogOfMoreThanOneCallTakesIsRefusedWithWhatToDo) {
  Json logs = Json::array();
  for (int i = 0; i < 262; ++i) logs.push_back(std::string(8000, 'x'));
  const Json call{{"name", "error_analysis"}, {"arguments", {{"logs", logs}}}};
  EXPECT_FALSE(ResultOf("tools/call", call).value("isError", false));
  logs.push_back(std::string(8000, 'x'));
  const Json refused = ResultOf("tools/call", Json{{"name", "error_analysis"}, {"arguments", {{"logs", logs}}}});
  EXPECT_EQ(refused.value("isError", false), true);
  EXPECT_EQ(refused["content"][0]["text"],
            "logs have 2104000 bytes in all, one call takes 2097152: pass the part around the failure");
}

}  // namespace
}  // namespace skep::handlers
