#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/page.h"

/// The sections of a page, each as HTML.
namespace skep::metrics {

/// What a page lists at most, of each: what a person reads, and what keeps the page small.
inline constexpr std::size_t kListedClaims = 600;
inline constexpr std::size_t kListedAgents = 40;
inline constexpr std::size_t kListedSteps = 100;
inline constexpr std::size_t kListedTitle = 80;

// What happened by time: page_plots.cc.
std::string RequestSection(const PageContents& contents);
std::string StoreSection(const PageContents& contents);
std::string ProcessSection(const PageContents& contents);
std::string TaskSection(const PageContents& contents);

// Who did what: page_agents.cc.
std::string AgentSection(const PageContents& contents);
std::string PathSection(const PageContents& contents);
/// The steps of a path that are listed: those with the most work when there are too many, in their order.
std::vector<CriticalPath::Step> ListedSteps(const CriticalPath& path);

// Tables: page_tables.cc.
std::string OperationSection(const PageContents& contents);
/// Groups of one or several kinds, each under its heading, in one table.
struct Kind {
  std::string_view heading;
  const std::vector<TaskGroup>* groups;
};
std::string GroupTable(std::span<const Kind> kinds, const std::map<std::string, std::string>& names);
std::string RequirementSection(const PageContents& contents);
std::string BaselineSection(const PageContents& contents);
std::string AlertSection(const PageContents& contents);

/// A heading, what is said of it, and the drawing or table itself. Without a heading: the section's is enough.
std::string Figure(std::string_view heading, std::string_view note, std::string_view body, bool wide = false);
/// In place of a drawing.
std::string Empty(std::string_view why);

}  // namespace skep::metrics
