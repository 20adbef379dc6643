#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"

namespace skep::cli {

/// How text for people looks: plain unless it goes to a terminal.
struct Style {
  bool bold = false;
  /// What could make a terminal do something is shown instead of sent: stored values are anybody's.
  bool harmless = false;
};
/// NO_COLOR (see no-color.org) is read from the environment.
Style StyleOf(const Console& console);

std::string Bold(std::string_view text, const Style& style);

/// Rows of cells, each column as wide as its widest cell; numbers stand to the right.
class Table {
 public:
  /// The first row is the heading when there is one.
  explicit Table(bool heading = false) : heading_(heading) {}
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string Render(const Style& style, std::string_view indent = "") const;

 private:
  std::vector<std::vector<std::string>> rows_;
  bool heading_;
};

/// A structured result (a JSON object) for people: scalars as aligned `key  value` lines, lists of objects as tables
/// (those too wide for one, object by object), and texts of more than a line at the end, as they are.
std::string RenderForPeople(std::string_view json, const Style& style);

}  // namespace skep::cli
