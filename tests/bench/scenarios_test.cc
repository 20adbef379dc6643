#include "bench/scenarios.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skep::bench {
namespace {

using testing::HasSubstr;

TEST(ScenarioNames, AreFoundAndOthersAreToldTheNearest) {
  ASSERT_TRUE(FindScenario("ml-pipeline"));
  EXPECT_EQ((*FindScenario("ml-pipeline"))->name, "ml-pipeline");
  const auto wrong = FindScenario("ecomerce");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(wrong.error().message, HasSubstr("did you mean \"ecommerce\"?"));
  EXPECT_THAT(wrong.error().message, HasSubstr("ecommerce, ml-pipeline, microservices"));
}

}  // namespace
}  // namespace skep::bench
