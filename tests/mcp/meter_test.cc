#include "mcp/meter.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "mcp/test_tools.h"
#include "store/store.h"
#include "support/manual_events.h"
#include "support/manual_executor.h"
#include "support/temp_directory.h"

namespace skep::mcp {
namespace {

struct ByAction {
  struct Args {
    int action = 0;
    static constexpr std::array<std::string_view, 2> kVariants = {"read", "write"};
    std::size_t variant() const { return static_cast<std::size_t>(action); }
    static constexpr Field kFields[] = {Opt<&Args::action>("action")};
  };
  struct Result {
    bool done = true;
    static constexpr Field kFields[] = {Req<&Result::done>("done")};
  };
  static Expected<Result> Run(const Args&, ToolContext&) { return Result(); }
};
constexpr Tool kByAction = MakeTool<ByAction::Run>({.name = "both", .title = "Both", .description = "Either."});
constexpr const Tool* kTools[] = {&kByAction};

class Metering : public testing::Test {
 protected:
  /// What was recorded, by operation.
  std::map<std::string, metrics::Recorded> Recorded() {
    std::map<std::string, metrics::Recorded> all;
    for (metrics::Recorded& one : collector_.recorder().Take()) all.emplace(std::string(one.operation), std::move(one));
    return all;
  }
  rpc::Mark MarkOf(std::uint16_t operation, std::int64_t began_ns) const {
    return {.began_ns = began_ns, .bytes_in = 40, .operation = operation};
  }

  TempDirectory directory_;
  ManualClock clock_;
  ManualExecutor executor_;
  ManualEvents events_{clock_, executor_};
  metrics::Collector collector_{{.clock = clock_, .events = events_, .pid = 1}};
  store::Store store_{{.path = directory_ / "skep.db"}, clock_, executor_};
  Services services_{
      .store = store_, .clock = clock_, .executor = executor_, .events = events_, .collector = &collector_};
  Meter meter_{services_, kTools};
  std::uint16_t previous_ = rpc::Mark::kNoOperation;
};

TEST_F(Metering, ARequestIsRecordedUnderItsMethodWithItsTimeAndBytes) {
  clock_.AdvanceMs(1);
  const rpc::Mark mark = MarkOf(meter_.OperationOf(*FindMethod("ping")), clock_.SteadyNs());
  clock_.AdvanceMs(3);
  meter_.Answered(mark, 36, nullptr, false, previous_);
  const auto all = Recorded();
  ASSERT_EQ(all.size(), 1);
  const metrics::Recorded& ping = all.at("method:ping");
  EXPECT_EQ(ping.values.total(), 3'000'000);
  EXPECT_EQ(ping.bytes_in, 40);
  EXPECT_EQ(ping.bytes_out, 36);
  EXPECT_EQ(ping.errors, 0);
}

TEST_F(Metering, ACallIsRecordedUnderWhatItDoes) {
  const ByAction::Args write{.action = 1};
  EXPECT_NE(meter_.OperationOf(kByAction), meter_.OperationOf(kByAction, &write));
  clock_.AdvanceMs(1);
  meter_.Answered(MarkOf(meter_.OperationOf(kByAction, &write), 1), 1, nullptr, false, previous_);
  meter_.Answered(MarkOf(meter_.OperationOf(kByAction), 1), 1, nullptr, false, previous_);
  const auto all = Recorded();
  EXPECT_TRUE(all.contains("tool:both.write"));
  EXPECT_TRUE(all.contains("tool:both")) << "whose arguments were wrong";
}

TEST_F(Metering, AFailureIsCountedWithWhatCameBeforeIt) {
  clock_.AdvanceMs(1);
  meter_.Answered(MarkOf(meter_.OperationOf(*FindMethod("ping")), 1), 1, nullptr, false, previous_);
  const rpc::Failure failure{.code = "not_found", .message = "there is no key"};
  meter_.Answered(MarkOf(meter_.OperationOf(kByAction), 1), 1, &failure, false, previous_);
  EXPECT_EQ(Recorded().at("tool:both").errors, 1);
  const metrics::ErrorKinds& kinds = collector_.errors().kinds();
  ASSERT_EQ(kinds.size(), 1);
  EXPECT_EQ(kinds.begin()->first.operation, "tool:both");
  EXPECT_EQ(kinds.begin()->first.preceding, "method:ping");
  EXPECT_EQ(kinds.begin()->first.code, "not_found");
}

TEST_F(Metering, WhatIsNoRequestIsUnknown) {
  clock_.AdvanceMs(1);
  meter_.Answered(MarkOf(rpc::Mark::kNoOperation, 1), 1, nullptr, false, previous_);
  EXPECT_TRUE(Recorded().contains("unknown"));
}

TEST_F(Metering, WaitsAndCallsThatNobodyWantsAreOperationsOfTheirOwn) {
  clock_.AdvanceMs(5);
  meter_.Waited(metrics::Operation::kWaitTask, 7);
  meter_.Cancelled(MarkOf(meter_.OperationOf(kByAction), 1'000'000));
  const auto all = Recorded();
  EXPECT_EQ(all.at("wait:task").values.total(), 7);
  EXPECT_EQ(all.at("cancelled").values.total(), 4'000'000);
  EXPECT_EQ(all.size(), 2);
}

TEST_F(Metering, AWaitForALeaseIsOneHoweverShort) {
  meter_.Contended("a.cc", 5, false);
  const auto paths = collector_.contention().Take();
  EXPECT_EQ(paths.at("a.cc").waits, 1);
}

TEST_F(Metering, WithoutACollectorNothingIsDone) {
  Services services = services_;
  services.collector = nullptr;
  Meter off(services, kTools);
  EXPECT_FALSE(off.on());
  EXPECT_EQ(off.Begin(), 0);
  EXPECT_EQ(off.OperationOf(kByAction), rpc::Mark::kNoOperation);
  off.Waited(metrics::Operation::kWaitTask, 7);
  off.Contended("a.cc", 5, true);
  off.Cancelled(MarkOf(0, 1));
  EXPECT_TRUE(Recorded().empty());
}

}  // namespace
}  // namespace skep::mcp
