#include "cli/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/printable.h"

namespace skep::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Columns on a terminal, near enough: characters.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string Pad(std::string_view text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, Width(text)), ' ');
  return right ? space + std::string(text) : std::string(text) + space;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.-") == std::string_view::npos;
}

/// A value in one line.
std::string Line(const Json& value) {
  switch (value.type()) {
    case Json::value_t::string:
      return Printable(value.get_ref<const std::string&>());
    case Json::value_t::boolean:
      return value.get<bool>() ? "yes" : "no";
    case Json::value_t::null:
      return "-";
    case Json::value_t::array: {
      if (value.empty()) return "none";
      std::string line;
      for (const Json& element : value) line += (line.empty() ? "" : ", ") + Line(element);
      return line;
    }
    case Json::value_t::object:
      if (value.empty()) return "none";
      [[fallthrough]];
    default:
      return value.dump();
  }
}

bool IsList(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::ranges::all_of(value, [](const Json& row) { return row.is_object(); });
}

bool IsText(const Json& value) {
  return value.is_string() && value.get_ref<const std::string&>().find('\n') != std::string::npos;
}

/// All that was stored, line by line, without its control characters when it goes to a terminal.
std::string Whole(const std::string& text, const Style& style) {
  if (!style.harmless) return text;
  std::string shown;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const bool ended = line.size() < rest.size();
    std::string_view part = line;
    while (true) {
      const std::size_t tab = part.find('\t');
      shown += Printable(part.substr(0, tab));
      if (tab == std::string_view::npos) break;
      shown += '\t';
      part.remove_prefix(tab + 1);
    }
    if (ended) shown += '\n';
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return shown;
}

/// With more columns than this, or with lists in it, a list is shown as one block after the other.
constexpr std::size_t kMostColumns = 16;

/// An element's members as cells by name; those of an object in it under both names.
void AddCells(const Json& object, const std::string& prefix, std::vector<std::pair<std::string, std::string>>& cells) {
  for (const auto& [name, value] : object.items()) {
    if (value.is_object() && !value.empty()) {
      AddCells(value, prefix + name + ".", cells);
    } else {
      cells.emplace_back(prefix + name, Line(value));
    }
  }
}

/// Nothing when it is too wide to be read.
std::optional<Table> TableOf(const Json& list) {
  std::vector<std::string> names;
  std::vector<std::vector<std::pair<std::string, std::string>>> rows;
  for (const Json& row : list) {
    if (std::ranges::any_of(row, IsList)) return std::nullopt;
    AddCells(row, "", rows.emplace_back());
    for (const auto& [name, cell] : rows.back()) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  if (names.size() > kMostColumns) return std::nullopt;
  Table table(true);
  table.Add(names);
  for (auto& row : rows) {
    std::vector<std::string> cells;
    for (const std::string& name : names) {
      const auto cell = std::ranges::find(row, name, &std::pair<std::string, std::string>::first);
      cells.push_back(cell == row.end() ? std::string() : std::move(cell->second));
    }
    table.Add(std::move(cells));
  }
  return table;
}

void Render(const Json& object, const Style& style, const std::string& indent, std::string& out);

void RenderList(const Json& list, const Style& style, const std::string& indent, std::string& out) {
  if (const auto table = TableOf(list)) {
    out += table->Render(style, indent);
    return;
  }
  for (const Json& row : list) {
    if (&row != &list.front()) out += '\n';
    Render(row, style, indent, out);
  }
}

void Render(const Json& object, const Style& style, const std::string& indent, std::string& out) {
  Table lines;
  std::string parts;
  for (const auto& [name, value] : object.items()) {
    if (IsList(value)) {
      parts += fmt::format("\n{}{}\n", indent, Bold(name, style));
      RenderList(value, style, indent + "  ", parts);
    } else if (value.is_object() && !value.empty()) {
      parts += fmt::format("\n{}{}\n", indent, Bold(name, style));
      Render(value, style, indent + "  ", parts);
    } else if (IsText(value)) {
      const std::string text = Whole(value.get_ref<const std::string&>(), style);
      parts += fmt::format("\n{}{}\n{}{}", indent, Bold(name, style), text, text.ends_with('\n') ? "" : "\n");
    } else {
      lines.Add({name, Line(value)});
    }
  }
  out += lines.Render(style, indent) + parts;
}

}  // namespace

Style StyleOf(const Console& console) {
  const bool terminal = console.OutIsTerminal();
  const char* const no_color = std::getenv("NO_COLOR");
  return {.bold = terminal && (no_color == nullptr || *no_color == '\0'), .harmless = terminal};
}

std::string Bold(std::string_view text, const Style& style) {
  return style.bold ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
}

std::string Table::Render(const Style& style, std::string_view indent) const {
  std::vector<std::size_t> widths;
  std::vector<bool> numbers;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& row = rows_[i];
    widths.resize(std::max(widths.size(), row.size()), 0);
    numbers.resize(widths.size(), heading_);
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], Width(row[column]));
      const bool is_heading = heading_ && i == 0;
      if (!is_heading && !row[column].empty() && !IsNumber(row[column])) numbers[column] = false;
    }
  }
  std::string out;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    std::string line;
    for (std::size_t column = 0; column < rows_[i].size(); ++column) {
      if (column > 0) line += "  ";
      line += Pad(rows_[i][column], widths[column], numbers[column]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += fmt::format("{}{}\n", indent, heading_ && i == 0 ? Bold(line, style) : line);
  }
  return out;
}

std::string RenderForPeople(std::string_view json, const Style& style) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) return std::string(json) + "\n";
  std::string out;
  Render(object, style, "", out);
  if (out.starts_with('\n')) out.erase(0, 1);
  return out;
}

}  // namespace skep::cli
