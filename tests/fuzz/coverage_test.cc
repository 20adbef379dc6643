#include "fuzz/coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace skep::fuzz {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Coverage, WhatAServerDoesNotAnnounceIsNotOffered) {
  Contract contract;
  contract.capabilities[0] = CapabilitiesIn(nlohmann::json::parse(
      R"({"capabilities":{"tools":{},"resources":{"subscribe":false},"prompts":{},"completions":{},"logging":{}}})"));
  EXPECT_THAT(NotOffered(contract), ElementsAre("resources/subscribe", "resources/unsubscribe", "tasks/list",
                                                "tasks/get", "tasks/result", "tasks/cancel"));
  contract.modern = true;
  contract.capabilities[1] = {"tools", "resources", "prompts", "completions", "tasks"};
  EXPECT_THAT(NotOffered(contract), ElementsAre("resources/subscribe", "resources/unsubscribe", "tasks/list",
                                                "tasks/get (legacy)", "tasks/result", "tasks/cancel (legacy)"));
  const auto missing = NotReached(contract, {});
  EXPECT_THAT(missing,
              testing::IsSupersetOf({"method ping (legacy): any answer", "method tasks/get (modern): any answer",
                                     "method subscriptions/listen (modern): any answer"}));
  EXPECT_THAT(missing, testing::Not(testing::Contains(testing::HasSubstr("resources/subscribe"))));
  EXPECT_THAT(missing, testing::Not(testing::Contains(testing::HasSubstr("tasks/get (legacy)"))));
}

TEST(Coverage, SkepOffersAllThatThereIs) {
  // The first answer of a session, which skep is held to.
  const auto announced = [](const std::string& revision) {
    std::ifstream file(SKEP_SOURCE_DIR "/protocol/transcripts/session-" + revision + ".jsonl");
    for (std::string line; std::getline(file, line);) {
      const auto step = nlohmann::json::parse(line);
      if (step.contains("expect")) return CapabilitiesIn(step.at("expect").at("result"));
    }
    return CapabilitiesIn({});
  };
  Contract skep;
  skep.modern = true;
  skep.capabilities[0] = announced("2025-11-25");
  skep.capabilities[1] = announced("2026-07-28");
  EXPECT_THAT(NotOffered(skep), IsEmpty());
}

}  // namespace
}  // namespace skep::fuzz
