#include "skep/context.h"

#include <gtest/gtest.h>

#include <memory>

#include "mcp/mcp_test.h"

namespace skep::mcp {
namespace {

class Context : public testing::Test {
 protected:
  TestServer server_{TestTools()};
  SessionScope scope_;
  const Services services_ = server_.services();
};

TEST_F(Context, AReadHasTheStoresReaderOnceItAsksForIt) {
  ToolContext context(services_, scope_, nullptr);
  EXPECT_EQ(context.used_database(), nullptr);
  EXPECT_EQ(&context.database(), &server_.store().Reader());
  EXPECT_EQ(context.used_database(), &server_.store().Reader());
  EXPECT_EQ(context.cache(), &server_.store().cache());
}

TEST_F(Context, AWriteHasItsTransactionAndNoCache) {
  store::Database& database = server_.store().Reader();
  ToolContext context(services_, scope_, &database);
  EXPECT_EQ(&context.database(), &database);
  EXPECT_EQ(context.cache(), nullptr);
}

TEST_F(Context, TimeIsThatOfItsBeginning) {
  ToolContext context(services_, scope_, nullptr);
  const std::int64_t now = server_.clock().WallMs();
  EXPECT_EQ(context.now_ms(), now);
  server_.clock().AdvanceMs(1000);
  EXPECT_EQ(context.now_ms(), now);
  EXPECT_EQ(ToolContext(services_, scope_, nullptr).now_ms(), now + 1000);
}

TEST_F(Context, TheSessionRemembersBetweenCalls) {
  ToolContext(services_, scope_, nullptr).session().current_swarm = 7;
  EXPECT_EQ(ToolContext(services_, scope_, nullptr).session().current_swarm, 7);
}

TEST_F(Context, WhatIsKeptLivesAsLongAsTheCall) {
  auto lent = std::make_shared<const int>(1);
  const std::weak_ptr<const int> seen = lent;
  {
    ToolContext context(services_, scope_, nullptr);
    context.Keep(std::move(lent));
    EXPECT_FALSE(seen.expired());
  }
  EXPECT_TRUE(seen.expired());
}

}  // namespace
}  // namespace skep::mcp
