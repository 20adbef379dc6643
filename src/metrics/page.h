#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "metrics/claims.h"
#include "metrics/critical_path.h"
#include "metrics/history.h"
#include "metrics/report.h"
#include "store/database.h"

/// A report as one page of HTML that needs nothing else: no network, no fonts, no scripts. It is well-formed XML too,
/// but for its first line. At most 2 MB, whatever the project is: what it lists is bounded.
namespace skep::metrics {

struct PageContents {
  std::string project;
  std::string swarm;  ///< Whose tasks; empty: all swarms'.
  Report report;
  History history;
  Claims claims;
  std::string path_swarm;  ///< Whose critical path.
  std::optional<CriticalPath> path;
  std::map<std::int64_t, std::string> titles;      ///< Of the tasks of the path that are listed, by number.
  std::map<std::string, std::string> agent_names;  ///< Of the agents that are listed, by id.
};

/// Reads all that a page shows. `request` without a swarm: of all; then the critical path is that of the swarm in which
/// the most tasks have ended in the period.
PageContents ReadPage(store::Database& database, std::string project, ReportRequest request, std::int64_t now_ms);

std::string WritePage(const PageContents& contents);

}  // namespace skep::metrics
