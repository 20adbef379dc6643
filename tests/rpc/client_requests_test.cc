#include "rpc/client_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace skep::rpc {
namespace {

struct Request {
  std::atomic<int> ended{0};
};
using Requests = ClientRequests<Request>;

std::vector<Request*> Find(const Requests& requests, std::int64_t session, std::string_view id) {
  std::vector<Request*> found;
  const std::size_t count = requests.Find(session, id, [&](Request* request) { found.push_back(request); });
  EXPECT_EQ(count, found.size());
  return found;
}

TEST(ClientRequests, AreFoundBySessionAndId) {
  Requests requests;
  std::array<Request, 4> all;
  EXPECT_TRUE(requests.Insert(1, "7", &all[0], kNever));
  EXPECT_TRUE(requests.Insert(1, "\"7\"", &all[1], kNever));
  EXPECT_TRUE(requests.Insert(2, "7", &all[2], kNever));
  EXPECT_TRUE(requests.Insert(1, R"("0198f5a2-7c1e-7d3a-9b4f-2f6d1c8e0a55")", &all[3], kNever));
  EXPECT_THAT(Find(requests, 1, "7"), testing::ElementsAre(&all[0]));
  EXPECT_THAT(Find(requests, 1, "\"7\""), testing::ElementsAre(&all[1]));
  EXPECT_THAT(Find(requests, 2, "7"), testing::ElementsAre(&all[2]));
  EXPECT_THAT(Find(requests, 1, R"("0198f5a2-7c1e-7d3a-9b4f-2f6d1c8e0a55")"), testing::ElementsAre(&all[3]));
  EXPECT_THAT(Find(requests, 1, R"("0198f5a2-7c1e-7d3a-9b4f-2f6d1c8e0a56")"), testing::IsEmpty());
  EXPECT_THAT(Find(requests, 2, "\"7\""), testing::IsEmpty());
  EXPECT_THAT(Find(requests, 3, "7"), testing::IsEmpty());
  EXPECT_EQ(requests.Count(1), 3U);
  EXPECT_EQ(requests.Count(3), 0U);
  EXPECT_EQ(requests.stats().AllPending(), 4U);
  EXPECT_EQ(requests.stats().sessions, 2U);
}

TEST(ClientRequests, AnyIdThatAMessageMayHave) {
  Requests requests;
  Request request;
  for (const std::string& id :
       {std::string("0"), std::string("-1"), std::string("9223372036854775807"), std::string("-9223372036854775808"),
        std::string("9223372036854775808"), std::string("18446744073709551615"), std::string("\"\""),
        "\"" + std::string(limits::kMaxIdBytes - 2, 'x') + "\""}) {
    EXPECT_TRUE(requests.Insert(1, id, &request, kNever));
    EXPECT_THAT(Find(requests, 1, id), testing::ElementsAre(&request)) << id;
    EXPECT_TRUE(requests.Remove(1, id, &request)) << id;
    EXPECT_THAT(Find(requests, 1, id), testing::IsEmpty()) << id;
  }
}

TEST(ClientRequests, IsRemovedOnce) {
  Requests requests;
  Request request;
  Request other;
  EXPECT_FALSE(requests.Remove(1, "7", &request));
  EXPECT_TRUE(requests.Insert(1, "7", &request, kNever));
  EXPECT_FALSE(requests.Remove(1, "7", &other));
  EXPECT_FALSE(requests.Remove(2, "7", &request));
  EXPECT_TRUE(requests.Remove(1, "7", &request));
  EXPECT_FALSE(requests.Remove(1, "7", &request));
  EXPECT_EQ(requests.Count(1), 0U);
}

TEST(ClientRequests, AnIdUsedTwiceIsTwoRequests) {
  Requests requests;
  std::array<Request, 3> all;
  for (Request& request : all) EXPECT_TRUE(requests.Insert(1, "\"again\"", &request, kNever));
  EXPECT_THAT(Find(requests, 1, "\"again\""), testing::UnorderedElementsAre(&all[0], &all[1], &all[2]));
  EXPECT_TRUE(requests.Remove(1, "\"again\"", &all[1]));
  EXPECT_THAT(Find(requests, 1, "\"again\""), testing::UnorderedElementsAre(&all[0], &all[2]));
}

TEST(ClientRequests, ASessionHasALimit) {
  Requests requests;
  std::vector<Request> all(limits::kSessionRequests + 1);
  for (std::size_t i = 0; i < limits::kSessionRequests; ++i) {
    EXPECT_TRUE(requests.Insert(1, std::to_string(i), &all[i], kNever));
  }
  EXPECT_FALSE(requests.Insert(1, "more", &all.back(), kNever));
  EXPECT_EQ(requests.Count(1), limits::kSessionRequests);
  EXPECT_EQ(requests.stats().refused, 1U);
  // Others have their own.
  EXPECT_TRUE(requests.Insert(2, "more", &all.back(), kNever));
  EXPECT_TRUE(requests.Remove(1, "50", &all[50]));
  EXPECT_TRUE(requests.Insert(1, "more", &all.back(), kNever));
  for (std::size_t i = 0; i < limits::kSessionRequests; ++i) {
    EXPECT_EQ(Find(requests, 1, std::to_string(i)).size(), i == 50 ? 0U : 1U);
  }
  EXPECT_EQ(Requests(1'000'000).session_limit(), limits::kMaxSessionRequests);
}

TEST(ClientRequests, EndOfASessionEndsItsRequestsOnly) {
  Requests requests;
  std::vector<Request> all(50);
  Request other;
  for (std::size_t i = 0; i < all.size(); ++i) requests.Insert(1, std::to_string(i), &all[i], kNever);
  requests.Insert(2, "1", &other, kNever);
  EXPECT_TRUE(requests.Remove(1, "3", &all[3]));
  EXPECT_EQ(requests.EndSession(1,
                                [&](Request* request) {
                                  ++request->ended;
                                  EXPECT_EQ(requests.Count(1), 0U);
                                }),
            49U);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].ended, i == 3 ? 0 : 1);
  EXPECT_EQ(requests.EndSession(1, [](Request*) { FAIL(); }), 0U);
  EXPECT_EQ(requests.stats().AllPending(), 1U);
  EXPECT_EQ(requests.stats().sessions, 1U);
  EXPECT_THAT(Find(requests, 2, "1"), testing::ElementsAre(&other));
}

TEST(ClientRequests, ExpireWhenTheyAreDue) {
  Requests requests;
  std::array<Request, 4> all;
  requests.Insert(1, "1", &all[0], 100);
  requests.Insert(1, "2", &all[1], 200);
  requests.Insert(2, "1", &all[2], 150);
  requests.Insert(2, "2", &all[3], kNever);
  const auto expire = [&](std::int64_t now_ns) {
    std::vector<Request*> ended;
    const std::size_t count = requests.Expire(now_ns, [&](Request* request) { ended.push_back(request); });
    EXPECT_EQ(count, ended.size());
    return ended;
  };
  EXPECT_THAT(expire(99), testing::IsEmpty());
  EXPECT_THAT(expire(100), testing::ElementsAre(&all[0]));
  EXPECT_TRUE(requests.Remove(2, "1", &all[2]));
  EXPECT_THAT(expire(199), testing::IsEmpty());
  EXPECT_THAT(expire(200), testing::ElementsAre(&all[1]));
  requests.Insert(1, "3", &all[0], 50);
  EXPECT_THAT(expire(200), testing::ElementsAre(&all[0]));
  EXPECT_THAT(expire(kNever - 1), testing::IsEmpty());
  EXPECT_EQ(requests.stats().expired, 3U);
  EXPECT_EQ(requests.stats().AllPending(), 1U);
}

TEST(ClientRequests, AreWhatAMapWouldHold) {
  // Compared with the plainest table, through growing, shrinking and ids that come again.
  Requests requests(40);
  std::vector<Request> all(64);
  std::multimap<std::pair<std::int64_t, std::string>, Request*> model;
  std::map<std::int64_t, std::size_t> counts;
  std::mt19937 random(11);
  for (int step = 0; step < 50'000; ++step) {
    const auto session = static_cast<std::int64_t>(random() % 3);
    const std::size_t number = random() % 30;
    const std::string id = number % 2 ? std::to_string(number) : "\"" + std::to_string(number) + "\"";
    Request* const request = &all[random() % all.size()];
    if (random() % 2 == 0) {
      const bool fits = counts[session] < 40;
      EXPECT_EQ(requests.Insert(session, id, request, kNever), fits);
      if (fits) {
        model.emplace(std::pair(session, id), request);
        ++counts[session];
      }
    } else {
      const auto [first, last] = model.equal_range({session, id});
      std::vector<Request*> wanted;
      for (auto at = first; at != last; ++at) wanted.push_back(at->second);
      ASSERT_THAT(Find(requests, session, id), testing::UnorderedElementsAreArray(wanted));
      if (first != last) {
        EXPECT_TRUE(requests.Remove(session, id, first->second));
        model.erase(first);
        --counts[session];
      }
    }
    ASSERT_EQ(requests.Count(session), counts[session]);
  }
}

TEST(ClientRequests, AMillionPend) {
  Requests requests;
  Request request;
  constexpr std::int64_t kSessions = 10'000;
  const std::int64_t each = limits::kSessionRequests;
  for (std::int64_t i = 0; i < kSessions * each; ++i) {
    ASSERT_TRUE(requests.Insert(i % kSessions, std::to_string(i), &request, 1000));
  }
  const ClientRequestStats stats = requests.stats();
  EXPECT_EQ(stats.AllPending(), 1'000'000U);
  EXPECT_LE(stats.bytes, 100 * stats.AllPending());
  EXPECT_EQ(requests.EndSession(77, [](Request*) {}), static_cast<std::size_t>(each));
  EXPECT_EQ(requests.Expire(1000, [](Request*) {}), static_cast<std::size_t>((kSessions - 1) * each));
  EXPECT_EQ(requests.stats().AllPending(), 0U);
}

TEST(ClientRequests, EachRequestEndsOnceWhoeverEndsIt) {
  constexpr std::size_t kThreads = 8;
  constexpr std::size_t kEach = 4000;
  constexpr std::size_t kSessions = 5;
  Requests requests(64);
  std::vector<Request> all(kThreads * kEach);
  std::atomic<std::int64_t> now{0};
  std::atomic<std::size_t> entered{0};
  std::atomic<std::size_t> ended{0};
  const auto end = [&](Request* request) {
    EXPECT_EQ(request->ended.fetch_add(1), 0);
    ++ended;
  };
  const auto session_of = [&](std::size_t i) { return static_cast<std::int64_t>(i % kSessions); };
  const auto id_of = [](std::size_t i) {
    return i % 2 == 0 ? std::to_string(i / 16) : "\"a-client's-id-" + std::to_string(i / 16) + "\"";
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        std::mt19937 random(static_cast<unsigned>(thread));
        for (std::size_t i = thread * kEach; i < (thread + 1) * kEach; ++i) {
          const std::int64_t deadline = now.fetch_add(1) + static_cast<std::int64_t>(random() % 500);
          if (requests.Insert(session_of(i), id_of(i), &all[i], deadline)) ++entered;
          const std::size_t other = i - random() % std::min<std::size_t>(i + 1, 32);
          Request* found = nullptr;
          requests.Find(session_of(other), id_of(other), [&](Request* request) { found = request; });
          // Perhaps over by now, which Remove says.
          if (found != nullptr && requests.Remove(session_of(other), id_of(other), found)) end(found);
          if (random() % 32 == 0) requests.Expire(now, end);
          if (random() % 256 == 0) requests.EndSession(static_cast<std::int64_t>(random() % kSessions), end);
          if (random() % 512 == 0) static_cast<void>(requests.stats());
        }
      });
    }
  }
  EXPECT_EQ(requests.stats().AllPending(), entered - ended);
  requests.Expire(kNever - 1, end);
  EXPECT_EQ(ended, entered);
  EXPECT_EQ(requests.stats().AllPending(), 0U);
}

}  // namespace
}  // namespace skep::rpc
