#include "bench/calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/memory_probes.h"

namespace skep::bench {
namespace {

using testing::HasSubstr;

TEST(BenchmarkCalls, SayTheirToolAndNumber) {
  EXPECT_THAT(Tool("inbox", R"({"agentId":"w0"})").line(3, 9),
              HasSubstr(R"("id":3,"method":"tools/call","params":{"name":"inbox","arguments":{"agentId":"w0"}})"));
  EXPECT_THAT(Numbered("task_orchestrate", R"({{"task":"task {}"}})").line(3, 9), HasSubstr(R"({"task":"task 9"})"));
}

TEST(BenchmarkCalls, NoTwoStoresOfAKeyAreTheSame) {
  const Calls store = Store(2);
  EXPECT_THAT(store.line(1, 0), HasSubstr(R"("key":"k0")"));
  EXPECT_THAT(store.line(1, 2), HasSubstr(R"("key":"k0")"));
  EXPECT_NE(store.line(1, 0), store.line(1, 2));
}

TEST(BenchmarkCalls, RetrievesNameTheKeysThatWereStored) {
  EXPECT_THAT(Retrieve(3).line(1, 4), HasSubstr(RetrieveArguments(1)));
}

}  // namespace
}  // namespace skep::bench
