#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/limits.h"
#include "base/time_text.h"
#include "handlers/current_swarm.h"
#include "handlers/period.h"
#include "handlers/task_view.h"
#include "handlers/usage_view.h"
#include "skep/tool.h"
#include "swarm/stored_enum.h"
#include "swarm/task.h"
#include "swarm/usage.h"

namespace skep::handlers {
namespace {

using swarm::UsageGroup;
using swarm::UsageSum;

constexpr store::Sql kAgentName{"SELECT name FROM agents WHERE id = ?1"};

struct Args {
  std::optional<std::string_view> operation;
  Timeframe timeframe = Timeframe::kDay;
  UsageGroup group_by = UsageGroup::kAgent;
  std::optional<std::string_view> swarm_id;
  std::int64_t limit = 20;

  static constexpr Field kFields[] = {
      Opt<&Args::operation>("operation", "Only this one; task: what agents said with task_update"),
      Opt<&Args::timeframe>("timeframe"),
      Opt<&Args::group_by>("groupBy"),
      Opt<&Args::swarm_id>("swarmId", "Absent: all, and what is of no known swarm"),
      Opt<&Args::limit>("limit", "Rows", {1, limits::kMaxPage}),
  };
};

struct Row {
  std::optional<std::string> agent;
  std::optional<std::string> task;
  std::optional<std::string> operation;
  std::optional<std::string> model;
  std::optional<std::string> title;
  UsageSumView sum;

  static constexpr Field kFields[] = {
      Opt<&Row::agent>("agent", "No name of what is grouped by: unknown"),
      Opt<&Row::task>("task"),
      Opt<&Row::operation>("operation"),
      Opt<&Row::model>("model"),
      Opt<&Row::title>("title", "The agent's name, the task's title"),
      Req<&Row::sum>("usage"),
  };
};

struct Origin {
  swarm::UsageSource source = swarm::UsageSource::kTask;
  std::optional<std::string> client;
  std::int64_t counted = 0;
  std::int64_t left_out = 0;

  static constexpr Field kFields[] = {
      Req<&Origin::source>("source"),
      Opt<&Origin::client>("client"),
      Req<&Origin::counted>("counted", "Records"),
      Req<&Origin::left_out>("leftOut", "A better source has reported on that time"),
  };
};

struct Result {
  Timestamp from;
  Timestamp to;
  std::vector<Row> rows;
  std::int64_t more_rows = 0;
  UsageSumView total;
  std::vector<Origin> sources;
  std::string note;

  static constexpr Field kFields[] = {
      Req<&Result::from>("from"),
      Req<&Result::to>("to"),
      Req<&Result::rows>("rows", "Most tokens first"),
      Req<&Result::more_rows>("moreRows"),
      Req<&Result::total>("total"),
      Req<&Result::sources>("sources"),
      Req<&Result::note>("note", "What is not known"),
  };
};

Row View(const swarm::UsageRow& row, UsageGroup group, store::Database& database) {
  Row view{.sum = ViewUsage(row.sum)};
  switch (group) {
    case UsageGroup::kAgent:
      if (row.number == 0) break;
      view.agent = AgentId(row.number);
      if (store::Cursor agent = database.Query(kAgentName, row.number); agent.Next()) view.title = agent.Text(0);
      break;
    case UsageGroup::kTask:
      if (row.number == 0) break;
      view.task = swarm::TaskId(row.number);
      if (auto task = swarm::ReadTask(database, row.number)) view.title = std::move(task->title);
      break;
    case UsageGroup::kOperation:
      if (!row.text.empty()) view.operation = row.text;
      break;
    case UsageGroup::kModel:
      if (!row.text.empty()) view.model = row.text;
      break;
  }
  return view;
}

UsageSum LeftOut(const swarm::UsageReport& report) {
  UsageSum sum;
  for (const swarm::UsageOrigin& origin : report.origins) sum.Add(origin.left_out);
  return sum;
}

std::string NothingKnown(const UsageSum& left_out, bool ever, std::string_view operation) {
  if (left_out.records > 0) {
    return fmt::format(
        "nothing is counted: {} records with {} tokens are left out, because a better source has reported on the same "
        "time, but what it said is not among what was asked for",
        left_out.records, left_out.tokens());
  }
  if (!operation.empty()) {
    return fmt::format(
        "no usage of the operation \"{}\" was reported in this period: groupBy=operation lists those "
        "that were",
        operation);
  }
  return fmt::format(
      "no usage was reported in this period{}: nothing is known of it, which does not mean that "
      "nothing was used. Report usage with task_update, or let clients send their telemetry to "
      "skep serve --otlp 127.0.0.1:4318",
      ever ? "" : ", nor before");
}

std::string NoteOf(const swarm::UsageReport& report, UsageGroup group, std::optional<std::int64_t> since_ms,
                   std::int64_t from_ms, std::string_view operation) {
  const UsageSum left_out = LeftOut(report);
  if (report.total.records == 0) return NothingKnown(left_out, since_ms.has_value(), operation);
  const UsageSum& total = report.total;
  std::string note;
  const auto add = [&](std::string text) { note.append(note.empty() ? "" : "; ").append(text); };
  if (total.with_cost_usd < total.records) {
    add(total.with_cost_usd == 0 ? std::string("no source gave a cost, and none is made up")
                                 : fmt::format("the cost is that of {} of {} records: the others' sources give none",
                                               total.with_cost_usd, total.records));
  }
  if (left_out.records > 0) {
    add(
        fmt::format("{} records with {} tokens are left out: a better source has reported on the same session, or the "
                    "same client where none is named, at that time",
                    left_out.records, left_out.tokens()));
  }
  if (report.begun_before.records > 0) {
    char since[kTimeTextSize];
    add(
        fmt::format("{} tokens of {} records are from counters that were not heard of for some time: they were used "
                    "since {}, and how many of them in this period is not known",
                    report.begun_before.tokens(), report.begun_before.records, FormatTime(report.begun_ms, since)));
  }
  const bool telemetry = std::ranges::any_of(report.origins, [](const swarm::UsageOrigin& origin) {
    return origin.source != swarm::UsageSource::kTask && origin.counted > 0;
  });
  if (!telemetry) add("all of it is what agents said of themselves with task_update: what they did not say is missing");
  if (telemetry && report.task_reports_without_session > 0) {
    add(
        fmt::format("{} records are agents' own reports without a client's session: the same tokens may be in the "
                    "clients' telemetry too",
                    report.task_reports_without_session));
  }
  const auto unknown =
      std::ranges::find_if(report.rows, [](const swarm::UsageRow& row) { return row.number == 0 && row.text.empty(); });
  if (unknown != report.rows.end()) {
    add(fmt::format("of {} of {} records the {} is not known", unknown->sum.records, total.records,
                    swarm::NameOf(group)));
  }
  if (since_ms && *since_ms > from_ms) add("the first record is younger than the period");
  return note.empty() ? "nothing is missing that was reported" : note;
}

Expected<Result> Run(const Args& args, ToolContext& context) {
  store::Database& database = context.database();
  const std::int64_t to_ms = context.now_ms();
  swarm::UsageQuery query{.group = args.group_by,
                          .from_ms = to_ms - LengthMs(args.timeframe),
                          .to_ms = to_ms,
                          .swarm = {},
                          .operation = args.operation};
  if (args.swarm_id) {
    const auto swarm = SwarmInView(context, args.swarm_id);
    if (!swarm) return std::unexpected(swarm.error());
    query.swarm = swarm->number;
  }
  const swarm::UsageReport report = swarm::SumUsage(database, query);
  Result result{.from = {query.from_ms}, .to = {query.to_ms}, .total = ViewUsage(report.total)};
  for (const swarm::UsageRow& row : report.rows) {
    if (std::ssize(result.rows) == args.limit) break;
    result.rows.push_back(View(row, args.group_by, database));
  }
  result.more_rows = std::ssize(report.rows) - std::ssize(result.rows);
  for (const swarm::UsageOrigin& origin : report.origins) {
    result.sources.push_back({.source = origin.source,
                              .client = origin.client.empty() ? std::nullopt : std::optional(origin.client),
                              .counted = origin.counted,
                              .left_out = origin.left_out.records});
  }
  result.note = NoteOf(report, args.group_by, swarm::UsageSince(database), query.from_ms,
                       args.operation.value_or(std::string_view()));
  return result;
}

}  // namespace

extern const Tool kTokenUsage = MakeTool<Run>({
    .name = "token_usage",
    .title = "Count tokens",
    .description = "Tokens and money used in a period, as agents and clients' telemetry reported them: each request "
                   "once, unknown stays unknown.",
    .hints = {.read_only = true},
    .toolset = Toolset::kMetrics,
});

}  // namespace skep::handlers
