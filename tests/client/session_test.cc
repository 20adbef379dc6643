#include "client/session.h"

#include <gtest/gtest.h>

#include <string>

#include "client/messages.h"
#include "support/temp_directory.h"

namespace skep::client {
namespace {

/// A server in a line of shell: it answers whatever comes with `answers`, one after the other, and then ends.
Launch Server(const std::string& answers, const std::string& errors = {}) {
  return {
      .command = {"sh", "-c", "printf '%s\\n' \"$1\" | while read -r answer; do echo \"$answer\"; done; cat >/dev/null",
                  "sh", answers},
      .errors = errors};
}

constexpr const char* kGreeted = R"({"jsonrpc":"2.0","id":9007199254740991,"result":{}})";

TEST(Session, IsGreeted) {
  auto session = Session::Open(Server(kGreeted));
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_TRUE(session->process() != nullptr);
  const auto ending = session->Close();
  ASSERT_TRUE(ending);
  EXPECT_TRUE(ending->clean());
}

TEST(Session, PassesOverWhatIsNoReply) {
  auto session = Session::Open(Server(
      std::string(kGreeted) + "\n" + R"({"jsonrpc":"2.0","method":"notifications/message"})" + "\n" +
      R"({"jsonrpc":"2.0","id":1,"method":"roots/list"})" + "\n" + R"({"jsonrpc":"2.0","id":5,"result":{"a":1}})"));
  ASSERT_TRUE(session) << session.error().message;
  const auto answer = session->Ask(Request(5, "ping"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(std::string(answer->data(), answer->size()), R"({"jsonrpc":"2.0","id":5,"result":{"a":1}})");
}

TEST(Session, SaysWhatTheServerAnsweredInstead) {
  const auto session = Session::Open(Server(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"never"}})"));
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, ErrorCode::kInternal);
  EXPECT_NE(session.error().message.find("never"), std::string::npos) << session.error().message;
}

TEST(Session, SaysHowTheServerEnded) {
  const TempDirectory place;
  const auto session = Session::Open(
      {.command = {"sh", "-c", "read line; echo 'no such flag' >&2; exit 2"}, .errors = place / "errors"});
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(session.error().message.find("no such flag"), std::string::npos) << session.error().message;
}

TEST(Session, DoesNotWaitForEver) {
  const auto session = Session::Open(Launch{.command = {"cat"}}, {.timeout_ms = 1});
  ASSERT_FALSE(session);
  // The echo of the greeting is a request, which is passed over.
  EXPECT_EQ(session.error().message, "no answer within 1 ms");
}

TEST(Session, WaitsNoLongerThanItIsToGoOn) {
  int asked = 0;
  const auto session = Session::Open(Launch{.command = {"cat"}}, {.goes_on = [&] { return ++asked < 2; }});
  ASSERT_FALSE(session);
  EXPECT_EQ(asked, 2);
}

TEST(Session, NeedsSomebodyWhoListens) {
  const TempDirectory place;
  const auto session = Session::Open(place / "socket", Session::Options());
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(Connect(std::string(200, 'x')).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace skep::client
