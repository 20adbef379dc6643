#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/error_report.h"
#include "metrics/failed_attempts.h"
#include "metrics/log_analysis.h"
#include "skep/field.h"

/// Groups of errors as error_analysis answers them. What would say the same as another member is left out.
namespace skep::handlers {

struct BeforeView {
  std::string name;
  std::int64_t count = 0;
  std::int64_t anything = 0;

  static constexpr Field kFields[] = {
      Req<&BeforeView::name>("name"),
      Req<&BeforeView::count>("count", "Times before this error"),
      Req<&BeforeView::anything>("anything", "Times before whatever it be"),
  };
};

struct ErrorGroupView {
  std::string signature;
  std::int64_t count = 0;
  std::int64_t later = 0;
  std::optional<metrics::Trend> trend;
  std::optional<double> chance;
  std::optional<metrics::Severity> severity;
  std::optional<Timestamp> first_seen;
  std::optional<Timestamp> last_seen;
  std::optional<std::int64_t> first_line;
  std::optional<std::int64_t> last_line;
  std::optional<double> mean_ms;
  std::optional<double> max_ms;
  std::optional<std::int64_t> timed;
  std::optional<std::string> operation;
  std::optional<std::string> code;
  std::optional<std::string> example;
  std::optional<std::vector<BeforeView>> preceded_by;

  static constexpr Field kFields[] = {
      Req<&ErrorGroupView::signature>("signature", "What is said, without what differs"),
      Req<&ErrorGroupView::count>("count"),
      Req<&ErrorGroupView::later>("later", "Of the count, since the middle"),
      Opt<&ErrorGroupView::trend>(
          "trend",
          "rising, falling: the halves differ by more than chance (binomial test, under 1 in 100, if "
          "errors come one by one); steady: twice as many would have; absent: too few to tell"),
      Opt<&ErrorGroupView::chance>("chance", "Of such a difference; where it is rising or falling"),
      Opt<&ErrorGroupView::severity>("severity", "The worst, in a log"),
      Opt<&ErrorGroupView::first_seen>("firstSeen"),
      Opt<&ErrorGroupView::last_seen>("lastSeen", "Absent: as firstSeen"),
      Opt<&ErrorGroupView::first_line>("firstLine", "In a log"),
      Opt<&ErrorGroupView::last_line>("lastLine", "Absent: as firstLine"),
      Opt<&ErrorGroupView::mean_ms>("meanMs",
                                    "Of the calls that failed; in a log, of lines that say how long. Absent: as maxMs"),
      Opt<&ErrorGroupView::max_ms>("maxMs"),
      Opt<&ErrorGroupView::timed>("timed", "In a log: how many lines say how long; absent: all, or without maxMs none"),
      Opt<&ErrorGroupView::operation>("operation", "That failed; of several, with counts"),
      Opt<&ErrorGroupView::code>("code"),
      Opt<&ErrorGroupView::example>("example", "The first; absent: as the signature"),
      Opt<&ErrorGroupView::preceded_by>(
          "precededBy",
          "Calls before in the session, or lines before, that come before this error clearly "
          "more often than before others: twice as often, and not by chance"),
  };
};

struct SlowView {
  std::string what;
  double max_ms = 0;
  std::optional<std::int64_t> line;

  static constexpr Field kFields[] = {
      Req<&SlowView::what>("what"),
      Req<&SlowView::max_ms>("maxMs"),
      Opt<&SlowView::line>("line"),
  };
};

/// Attempts at tasks that failed with the same note.
struct FailedView {
  std::string signature;
  std::int64_t count = 0;
  std::string agents;
  std::vector<std::string> tasks;
  std::int64_t tasks_in_all = 0;
  Timestamp first_seen;
  std::optional<Timestamp> last_seen;
  std::optional<std::string> example;

  static constexpr Field kFields[] = {
      Req<&FailedView::signature>("signature", "What was noted, without what differs"),
      Req<&FailedView::count>("count", "Attempts"),
      Req<&FailedView::agents>("agents", "Who failed; of several, with counts"),
      Req<&FailedView::tasks>("tasks", "Some"),
      Req<&FailedView::tasks_in_all>("tasksInAll"),
      Req<&FailedView::first_seen>("firstSeen"),
      Opt<&FailedView::last_seen>("lastSeen", "Absent: as firstSeen"),
      Opt<&FailedView::example>("example", "The last; absent: as the signature"),
  };
};

struct FailedTasksView {
  std::int64_t attempts = 0;
  std::int64_t kinds = 0;
  std::vector<FailedView> groups;
  std::optional<std::string> note;

  static constexpr Field kFields[] = {
      Req<&FailedTasksView::attempts>("attempts", "That failed or timed out, also of tasks that succeeded later"),
      Req<&FailedTasksView::kinds>("kinds"),
      Req<&FailedTasksView::groups>("groups", "The most frequent first"),
      Opt<&FailedTasksView::note>("note"),
  };
};

ErrorGroupView View(const metrics::ErrorGroup& group);
ErrorGroupView View(const metrics::LogGroup& group);
/// The group with the slowest call, if that is not the first.
std::optional<std::vector<SlowView>> SlowestOf(const std::vector<metrics::ErrorGroup>& groups);
std::vector<SlowView> View(const std::vector<metrics::SlowLine>& slowest);
/// The first `limit` groups. Nothing when no attempt has failed.
std::optional<FailedTasksView> View(const metrics::AttemptReport& report, std::int64_t limit);

}  // namespace skep::handlers
