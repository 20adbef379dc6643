#include "net/loopback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skep::net {
namespace {

using testing::HasSubstr;

std::string Parsed(std::string_view text) {
  const auto address = ParseLoopback(text);
  return address ? address->text() : "refused";
}

TEST(Loopback, AddressesOfThisMachinesOwnAreTaken) {
  EXPECT_EQ(Parsed("127.0.0.1:4318"), "127.0.0.1:4318");
  EXPECT_EQ(Parsed("127.1.2.3:0"), "127.1.2.3:0");
  EXPECT_EQ(Parsed("localhost:80"), "127.0.0.1:80");
  EXPECT_EQ(Parsed("[::1]:4318"), "[::1]:4318");
}

TEST(Loopback, AddressesThatOthersCouldReachAreRefused) {
  for (const char* const text :
       {"0.0.0.0:4318", "192.168.1.1:4318", "[::]:4318", "[::ffff:127.0.0.1]:1", "example.org:4318", ":4318"}) {
    const auto address = ParseLoopback(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(address.error().message, HasSubstr("other machines must not reach it"));
  }
}

TEST(Loopback, APortIsANumberThatFits) {
  for (const char* const text : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:4318x"}) {
    const auto address = ParseLoopback(text);
    ASSERT_FALSE(address) << text;
    EXPECT_THAT(address.error().message, HasSubstr("does not end with a port"));
  }
}

TEST(ListeningPort, AFreePortIsChosenAndATakenOneRefused) {
  const auto first = ListeningPort::Open(*ParseLoopback("127.0.0.1:0"));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_NE(first->address().port, 0);
  const auto second = ListeningPort::Open(first->address());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr("cannot listen on " + first->address().text() + ": another process"));
}

}  // namespace
}  // namespace skep::net
