#include "mcp/task_records.h"

#include <utility>

#include "base/limits.h"
#include "swarm/stored_enum.h"

namespace skep::mcp {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kInsert{
    "INSERT INTO task_calls (id, modern, process, tool, status, created_ms, updated_ms, ttl_ms, expires_ms) "
    "VALUES (?1, ?2, ?3, ?4, 'working', ?5, ?5, ?6, ?5 + ?6)"};
constexpr Sql kForget{
    "DELETE FROM task_calls WHERE number IN (SELECT number FROM task_calls WHERE expires_ms <= ?1 LIMIT ?2)"};
constexpr Sql kForgetOldest{"DELETE FROM task_calls WHERE number <= ?1"};
constexpr Sql kEnd{
    "UPDATE task_calls SET status = ?2, message = ?3, updated_ms = ?4, tool_failed = ?5, result = ?6 WHERE id = ?1"};
constexpr Sql kFind{
    "SELECT c.number, c.id, c.tool, c.status, c.message, c.created_ms, c.updated_ms, c.ttl_ms, c.tool_failed, "
    "p.ended_ms, c.result FROM task_calls AS c JOIN processes AS p ON p.id = c.process "
    "WHERE c.id = ?1 AND c.modern = ?2 AND c.expires_ms > ?3"};
constexpr Sql kList{
    "SELECT c.number, c.id, c.tool, c.status, c.message, c.created_ms, c.updated_ms, c.ttl_ms, c.tool_failed, "
    "p.ended_ms FROM task_calls AS c JOIN processes AS p ON p.id = c.process "
    "WHERE c.number > ?2 AND c.modern = ?1 AND c.expires_ms > ?3 ORDER BY c.number LIMIT ?4"};
/// Too old ones forgotten for each new one: more than come, so that they grow fewer.
constexpr int kForgetSlice = 16;
/// Calls that are remembered, however long their clients want them to be: some MiB.
constexpr std::int64_t kMaxRemembered = 10'000;

CallRecord Read(Database& database, const Cursor& row, bool modern) {
  CallRecord record{.number = row.Int(0),
                    .id = std::string(row.Text(1)),
                    .modern = modern,
                    .tool = std::string(row.Text(2)),
                    .status = swarm::ReadEnum<CallStatus>(database, row.Text(3)),
                    .message = std::string(row.Text(4)),
                    .created_ms = row.Int(5),
                    .updated_ms = row.Int(6),
                    .ttl_ms = row.Int(7),
                    .tool_failed = row.Int(8) != 0,
                    .result = {}};
  if (const std::int64_t ended_ms = row.Int(9); record.status == CallStatus::kWorking && ended_ms != 0) {
    record.status = CallStatus::kFailed;
    record.updated_ms = ended_ms;
    record.message = "the server that ran it has ended";
    record.result = R"({"code":-32603,"message":"the server that ran it has ended: call the tool again"})";
  }
  return record;
}

}  // namespace

void InsertCall(Database& database, const CallRecord& record, std::int64_t process) {
  database.Execute(kForget, record.created_ms, kForgetSlice);
  database.Execute(kInsert, record.id, record.modern, process, record.tool, record.created_ms, record.ttl_ms);
  database.Execute(kForgetOldest, database.last_insert_id() - kMaxRemembered);
}

void EndCall(Database& database, const CallRecord& record) {
  database.Execute(kEnd, record.id, swarm::NameOf(record.status), record.message, record.updated_ms, record.tool_failed,
                   record.result);
}

std::optional<CallRecord> FindCall(Database& database, std::string_view id, bool modern, std::int64_t now_ms) {
  Cursor row = database.Query(kFind, id, modern, now_ms);
  if (!row.Next()) return std::nullopt;
  CallRecord record = Read(database, row, modern);
  if (record.result.empty()) record.result = row.Text(10);
  return record;
}

std::vector<CallRecord> ListCalls(Database& database, bool modern, std::int64_t after, std::int64_t limit,
                                  std::int64_t now_ms) {
  std::vector<CallRecord> records;
  for (Cursor row = database.Query(kList, modern, after, now_ms, limit); row.Next();) {
    records.push_back(Read(database, row, modern));
  }
  return records;
}

}  // namespace skep::mcp
