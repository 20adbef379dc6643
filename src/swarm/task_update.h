#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "skep/error.h"
#include "skep/moment.h"
#include "store/database.h"
#include "swarm/task.h"

/// What the owner of a task says of it.
namespace skep::swarm {

enum class Report : int { kProgress, kSucceeded, kFailed, kReleased, kCancelled };
constexpr std::array<std::string_view, 5> Names(Report) {
  return {"progress", "succeeded", "failed", "released", "cancelled"};
}

struct UpdateRequest {
  std::int64_t task = 0;
  std::optional<std::int64_t> epoch;  ///< Of the claim. Only a cancellation needs none: it is anyone's.
  Report report = Report::kProgress;
  std::optional<std::string_view> result;
  std::optional<std::string_view> note;
  Usage usage;  ///< Since the last report; added up.
};

struct Updated {
  Task task;
  std::int64_t now_ready = 0;  ///< Tasks that it has made ready.
};

/// kConflict when the epoch is not the present claim's, saying who is the owner now: what the caller did is then not
/// the swarm's any more. Progress renews the claim's time.
Expected<Updated> UpdateTask(store::Database& database, const UpdateRequest& request, const Moment& now);

}  // namespace skep::swarm
