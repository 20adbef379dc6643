#include "rpc/own_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace skep::rpc {
namespace {

struct Request {
  std::atomic<int> ended{0};
};
using Requests = OwnRequests<Request>;

constexpr std::int64_t kSession = 7;

TEST(OwnRequests, AnAnswerFindsItsRequestOnce) {
  Requests requests;
  Request one;
  Request two;
  const std::uint64_t first = requests.Insert(kSession, &one, kNever).value();
  const std::uint64_t second = requests.Insert(kSession, &two, kNever).value();
  EXPECT_NE(first, second);
  EXPECT_EQ(requests.Find(kSession, second), &two);
  EXPECT_EQ(requests.stats().AllPending(), 2U);

  EXPECT_EQ(requests.Take(kSession, second), &two);
  EXPECT_EQ(requests.Find(kSession, second), nullptr);
  EXPECT_EQ(requests.Take(kSession, second), nullptr);
  EXPECT_EQ(requests.Take(kSession, first), &one);
  EXPECT_EQ(requests.stats().AllPending(), 0U);
  EXPECT_EQ(requests.stats().duplicates, 1U);
}

TEST(OwnRequests, IdsAreNumbersThatADoubleHolds) {
  for (const std::uint32_t generation : {0U, 1U, UINT32_MAX}) {
    Requests requests(generation);
    Request request;
    for (int i = 0; i < 3; ++i) {
      const std::uint64_t id = requests.Insert(kSession, &request, kNever).value();
      EXPECT_GT(id, 0U);
      EXPECT_LT(id, std::uint64_t{1} << 53);
      EXPECT_EQ(static_cast<std::uint64_t>(static_cast<double>(id)), id);
      EXPECT_EQ(ReadOwnId(std::to_string(id)), id);
      EXPECT_EQ(requests.Take(kSession, id), &request);
    }
  }
}

TEST(OwnRequests, WhatIsNoIdReadsAsNone) {
  for (const char* json : {"", "\"7\"", "-1", "1.5", "7 ", "9007199254740993", "99999999999999999999", "null", "0"}) {
    EXPECT_EQ(ReadOwnId(json), 0U) << json;
  }
  Requests requests;
  EXPECT_EQ(requests.Take(kSession, 0), nullptr);
  EXPECT_EQ(requests.stats().forged, 1U);
}

TEST(OwnRequests, LateAnswerMisses) {
  Requests requests;
  Request given_up;
  Request next;
  const std::uint64_t old = requests.Insert(kSession, &given_up, kNever).value();
  EXPECT_EQ(requests.Take(kSession, old, Ending::kGivenUp), &given_up);
  EXPECT_EQ(requests.Take(kSession, old), nullptr);
  EXPECT_EQ(requests.stats().late, 1U);

  // The same slot, used again.
  const std::uint64_t id = requests.Insert(kSession, &next, kNever).value();
  EXPECT_EQ(id % limits::kMaxOwnRequests, old % limits::kMaxOwnRequests);
  EXPECT_EQ(requests.Take(kSession, old), nullptr);
  EXPECT_EQ(requests.Find(kSession, old), nullptr);
  EXPECT_EQ(requests.stats().late, 2U);
  EXPECT_EQ(requests.Take(kSession, id), &next);
}

TEST(OwnRequests, GivingUpWhatIsOverIsNoWrongAnswer) {
  Requests requests;
  Request request;
  const std::uint64_t id = requests.Insert(kSession, &request, kNever).value();
  EXPECT_EQ(requests.Take(kSession, id), &request);
  EXPECT_EQ(requests.Take(kSession, id, Ending::kGivenUp), nullptr);
  const OwnRequestStats stats = requests.stats();
  EXPECT_EQ(stats.late + stats.duplicates + stats.forged, 0U);
}

TEST(OwnRequests, AnotherSessionCannotAnswer) {
  Requests requests;
  Request request;
  const std::uint64_t id = requests.Insert(kSession, &request, kNever).value();
  EXPECT_EQ(requests.Find(kSession + 1, id), nullptr);
  EXPECT_EQ(requests.Take(kSession + 1, id), nullptr);
  EXPECT_EQ(requests.stats().forged, 1U);
  EXPECT_EQ(requests.Take(kSession, id), &request);
}

TEST(OwnRequests, ForgedIdsMiss) {
  Requests requests(12345);
  std::vector<Request> all(1000);
  std::set<std::uint64_t> ids;
  for (Request& request : all) ids.insert(requests.Insert(kSession, &request, kNever).value());
  std::mt19937_64 random(1);
  std::uint64_t tried = 0;
  const auto forge = [&](std::uint64_t id) {
    if (ids.contains(id)) return;
    ++tried;
    EXPECT_EQ(requests.Find(kSession, id), nullptr) << id;
    EXPECT_EQ(requests.Take(kSession, id), nullptr) << id;
  };
  for (int i = 0; i < 100'000; ++i) {
    forge(random());
    forge(random() >> 12);
    forge(*ids.begin() ^ std::uint64_t{1} << (random() % 64));
  }
  forge(UINT64_MAX);
  const OwnRequestStats stats = requests.stats();
  EXPECT_EQ(stats.forged, tried);
  EXPECT_EQ(stats.AllPending(), all.size());
}

TEST(OwnRequests, GenerationsWrapAround) {
  Requests requests(UINT32_MAX - 1);
  std::vector<std::uint64_t> ids;
  Request request;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(requests.Insert(kSession, &request, kNever).value());
    EXPECT_EQ(requests.Take(kSession, ids.back()), &request);
  }
  std::vector<std::uint64_t> generations;
  for (const std::uint64_t id : ids) generations.push_back(id / limits::kMaxOwnRequests);
  EXPECT_THAT(generations, testing::ElementsAre(UINT32_MAX - 1, UINT32_MAX, 1, 2));
  for (const std::uint64_t id : ids) EXPECT_EQ(requests.Take(kSession, id), nullptr);
  EXPECT_EQ(requests.stats().forged, 0U);
  EXPECT_EQ(requests.stats().late + requests.stats().duplicates, 4U);
}

TEST(OwnRequests, EndOfASessionEndsItsRequestsOnly) {
  Requests requests;
  std::vector<Request> of_one(200);
  Request of_other;
  std::vector<std::uint64_t> ids;
  for (Request& request : of_one) ids.push_back(requests.Insert(1, &request, 500).value());
  const std::uint64_t other = requests.Insert(2, &of_other, 500).value();
  EXPECT_EQ(requests.Take(1, ids[3]), &of_one[3]);

  std::size_t seen = 0;
  EXPECT_EQ(requests.CancelOwner(1,
                                 [&](const Requests::Pending& one) {
                                   ++seen;
                                   ++one.request->ended;
                                   EXPECT_EQ(one.owner, 1);
                                   EXPECT_EQ(one.deadline_ns, 500);
                                   EXPECT_EQ(
                                       one.request,
                                       &of_one[static_cast<std::size_t>(std::ranges::find(ids, one.id) - ids.begin())]);
                                 }),
            199U);
  EXPECT_EQ(seen, 199U);
  EXPECT_EQ(of_one[3].ended, 0);
  EXPECT_EQ(requests.CancelOwner(1, [](const Requests::Pending&) { FAIL(); }), 0U);
  EXPECT_EQ(requests.Take(1, ids[0]), nullptr);
  EXPECT_EQ(requests.stats().late, 1U);
  EXPECT_EQ(requests.stats().cancelled, 199U);
  EXPECT_EQ(requests.Find(2, other), &of_other);
}

TEST(OwnRequests, SlotsThatChangeHandsStayInTheRightSession) {
  // The model is a list of ids for each session.
  Requests requests;
  Request request;
  std::array<std::vector<std::uint64_t>, 5> model;
  std::mt19937 random(3);
  for (int step = 0; step < 20'000; ++step) {
    const std::size_t session = random() % model.size();
    std::vector<std::uint64_t>& ids = model[session];
    const auto owner = static_cast<std::int64_t>(session);
    if (random() % 100 == 0) {
      std::vector<std::uint64_t> ended;
      requests.CancelOwner(owner, [&](const Requests::Pending& one) { ended.push_back(one.id); });
      EXPECT_THAT(ended, testing::UnorderedElementsAreArray(ids));
      ids.clear();
    } else if (ids.empty() || random() % 2 == 0) {
      ids.push_back(requests.Insert(owner, &request, kNever).value());
    } else {
      EXPECT_EQ(requests.Take(owner, ids.back()), &request);
      ids.pop_back();
    }
  }
}

TEST(OwnRequests, ExpiresWhatIsDue) {
  Requests requests;
  std::array<Request, 4> all;
  const std::array<std::int64_t, 4> deadlines{100, 300, 200, kNever};
  std::vector<std::uint64_t> ids;
  for (std::size_t i = 0; i < all.size(); ++i) ids.push_back(requests.Insert(1, &all[i], deadlines[i]).value());
  const auto expire = [&](std::int64_t now_ns) {
    std::vector<std::uint64_t> ended;
    requests.Expire(now_ns, [&](const Requests::Pending& one) { ended.push_back(one.id); });
    return ended;
  };
  EXPECT_THAT(expire(99), testing::IsEmpty());
  EXPECT_THAT(expire(100), testing::ElementsAre(ids[0]));
  EXPECT_EQ(requests.Take(1, ids[2]), &all[2]);
  EXPECT_THAT(expire(299), testing::IsEmpty());
  EXPECT_THAT(expire(1000), testing::ElementsAre(ids[1]));
  // A slot used again has the new deadline, be it earlier or later than the last one.
  const std::uint64_t later = requests.Insert(1, &all[0], 5000).value();
  EXPECT_THAT(expire(4999), testing::IsEmpty());
  const std::uint64_t past = requests.Insert(1, &all[1], 10).value();
  EXPECT_THAT(expire(4999), testing::ElementsAre(past));
  EXPECT_THAT(expire(5000), testing::ElementsAre(later));
  EXPECT_EQ(requests.Take(1, later), nullptr);
  const OwnRequestStats stats = requests.stats();
  EXPECT_EQ(stats.expired, 4U);
  EXPECT_EQ(stats.late, 1U);
  EXPECT_EQ(stats.AllPending(), 1U);
}

TEST(OwnRequests, CallbacksMayUseTheTable) {
  Requests requests;
  std::array<Request, 2> all;
  for (Request& request : all) ASSERT_TRUE(requests.Insert(1, &request, 10));
  EXPECT_EQ(requests.Expire(10,
                            [&](const Requests::Pending& one) {
                              EXPECT_EQ(requests.Take(one.owner, one.id), nullptr);
                              EXPECT_TRUE(requests.Insert(2, one.request, 20));
                            }),
            2U);
  EXPECT_EQ(requests.CancelOwner(2, [&](const Requests::Pending& one) { requests.Insert(3, one.request, 30); }), 2U);
  EXPECT_EQ(requests.Expire(30, [](const Requests::Pending& one) { EXPECT_EQ(one.owner, 3); }), 2U);
}

TEST(OwnRequests, AMillionPendAndThenNoMore) {
  Requests requests;
  Request request;
  std::vector<std::uint64_t> ids;
  ids.reserve(limits::kMaxOwnRequests);
  while (const auto id = requests.Insert(static_cast<std::int64_t>(ids.size() % 1000), &request, 1000)) {
    ids.push_back(*id);
  }
  // One thread has all magazines that were ever filled.
  EXPECT_EQ(ids.size(), limits::kMaxOwnRequests);
  const OwnRequestStats full = requests.stats();
  EXPECT_EQ(full.AllPending(), limits::kMaxOwnRequests);
  EXPECT_EQ(full.pending[0], limits::kMaxOwnRequests / limits::kOwnShards);
  EXPECT_EQ(full.refused, 1U);
  EXPECT_LE(full.bytes, 64 * limits::kMaxOwnRequests);

  // What was given back is there again, for every thread but for what this one's magazine keeps.
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(requests.Take(static_cast<std::int64_t>(i), ids[i]), &request);
  std::size_t again = 0;
  std::thread([&] {
    while (requests.Insert(1, &request, 1000)) ++again;
  }).join();
  EXPECT_GE(again, 1000 - limits::kMagazineSlots);
  EXPECT_EQ(requests.Expire(1000, [](const Requests::Pending&) {}), limits::kMaxOwnRequests - 1000 + again);
  EXPECT_EQ(requests.stats().AllPending(), 0U);
}

// --- Several threads ------------------------------------------------------------------------------------------------

TEST(OwnRequests, EachRequestEndsOnceWhoeverEndsIt) {
  constexpr int kThreads = 8;
  constexpr std::size_t kEach = 4000;
  Requests requests;
  std::vector<Request> all(kThreads * kEach);
  std::vector<std::atomic<std::uint64_t>> ids(all.size());
  std::atomic<std::int64_t> now{0};
  std::atomic<std::size_t> ended{0};
  const auto end = [&](Request* request) {
    if (request == nullptr) return;
    EXPECT_EQ(request->ended.fetch_add(1), 0);
    ++ended;
  };
  const auto end_one = [&](const Requests::Pending& one) { end(one.request); };
  const auto owner_of = [](std::size_t i) { return static_cast<std::int64_t>(i % 5); };
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        std::mt19937 random(static_cast<unsigned>(thread));
        for (std::size_t i = thread * kEach; i < (thread + 1) * kEach; ++i) {
          const std::int64_t deadline = now.fetch_add(1) + static_cast<std::int64_t>(random() % 2000);
          ids[i] = requests.Insert(owner_of(i), &all[i], deadline).value();
          // Whatever is there, of whichever thread: pending, over, or not yet entered.
          const std::size_t other = random() % all.size();
          const std::uint64_t id = ids[other];
          requests.Find(owner_of(other), id);
          if (id != 0) end(requests.Take(owner_of(other), id, random() % 2 ? Ending::kAnswered : Ending::kGivenUp));
          if (random() % 64 == 0) requests.Expire(now, end_one);
          if (random() % 256 == 0) requests.CancelOwner(static_cast<std::int64_t>(random() % 5), end_one);
          if (random() % 512 == 0) static_cast<void>(requests.stats());
        }
      });
    }
  }
  EXPECT_EQ(requests.stats().AllPending(), all.size() - ended);
  // Those with a list that lost them would stay.
  for (std::int64_t owner = 0; owner < 4; ++owner) requests.CancelOwner(owner, end_one);
  requests.Expire(kNever - 1, end_one);
  EXPECT_EQ(ended, all.size());
  for (const Request& request : all) EXPECT_EQ(request.ended, 1);
  EXPECT_EQ(requests.stats().AllPending(), 0U);
  EXPECT_EQ(requests.stats().forged, 0U);
}

TEST(OwnRequests, NoDeadlineAndNoSessionIsForgotten) {
  // Slots go from session to session and from deadline to deadline while they are looked at; what is left afterwards is
  // still known to be its session's, and due.
  for (const bool by_session : {true, false}) {
    Requests requests;
    Request request;
    std::atomic<std::size_t> entered{0};
    std::atomic<std::size_t> ended{0};
    {
      std::vector<std::jthread> threads;
      for (unsigned thread = 0; thread < 6; ++thread) {
        threads.emplace_back([&, thread] {
          std::mt19937 random(thread);
          for (int i = 0; i < 5000; ++i) {
            const auto owner = static_cast<std::int64_t>(random() % 3);
            const std::uint64_t id =
                requests.Insert(owner, &request, static_cast<std::int64_t>(random() % 100)).value();
            ++entered;
            if (random() % 4 != 0 && requests.Take(owner, id) != nullptr) ++ended;
          }
        });
      }
      for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
          for (int k = 0; k < 500; ++k) {
            const auto count = [&](const Requests::Pending&) { ++ended; };
            by_session ? requests.CancelOwner(k % 3, count) : requests.Expire(k % 100, count);
          }
        });
      }
    }
    const std::size_t left = entered - ended;
    EXPECT_EQ(requests.stats().AllPending(), left);
    std::size_t found = 0;
    const auto count = [&](const Requests::Pending&) { ++found; };
    if (by_session) {
      for (std::int64_t owner = 0; owner < 3; ++owner) requests.CancelOwner(owner, count);
    } else {
      requests.Expire(99, count);
    }
    EXPECT_EQ(found, left);
  }
}

}  // namespace
}  // namespace skep::rpc
