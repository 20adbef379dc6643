#include "load/pending.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace skep::load {
namespace {

TEST(Pending, GivesBackWhatWasSentOnceAndToItsConnectionOnly) {
  Pending pending(4, 1);
  const std::int64_t id = pending.Add({.due_ns = 5, .connection = 2, .operation = 3});
  EXPECT_FALSE(pending.Take(id, 1));
  EXPECT_FALSE(pending.Take(id + 1, 2));
  EXPECT_FALSE(pending.Take(-1, 2));
  EXPECT_FALSE(pending.Take(0, 2));
  const auto sent = pending.Take(id, 2);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->due_ns, 5);
  EXPECT_EQ(sent->operation, 3);
  EXPECT_FALSE(pending.Take(id, 2));
  EXPECT_EQ(pending.size(), 0U);
}

TEST(Pending, NeverUsesAnIdTwiceHoweverSlowOneIs) {
  Pending pending(4, 10);
  const std::int64_t slow = pending.Add({.due_ns = 77});
  EXPECT_EQ(slow, 10);
  std::set<std::int64_t> ids = {slow};
  for (int i = 0; i < 100; ++i) {
    const std::int64_t id = pending.Add({.due_ns = i});
    EXPECT_TRUE(ids.insert(id).second);
    EXPECT_EQ(pending.Take(id, 0)->due_ns, i);
  }
  EXPECT_EQ(pending.Take(slow, 0)->due_ns, 77);
}

TEST(Pending, ForgetsAConnectionAndCountsWhatIsRecent) {
  Pending pending(8, 1);
  pending.Add({.due_ns = 1, .connection = 0});
  pending.Add({.due_ns = 2, .connection = 1});
  const std::int64_t other = pending.Add({.due_ns = 3, .connection = 0});
  pending.Add({.due_ns = 9, .connection = 1});
  EXPECT_EQ(pending.Drop(1, 5), 1U);
  EXPECT_EQ(pending.size(), 2U);
  EXPECT_TRUE(pending.Take(other, 0));
}

}  // namespace
}  // namespace skep::load
