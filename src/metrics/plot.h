#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/scale.h"

/// Plots as SVG that stands in an HTML page: from plain values to text, and nothing else. Colours and strokes are
/// classes, which the page's style sheet defines (see page_style.h). Whatever text comes in is escaped here.
namespace skep::metrics {

/// `text` for HTML and XML, as one line that is harmless whoever wrote it.
std::string Escape(std::string_view text);
/// Not more than so many characters of it, and escaped.
std::string EscapeShort(std::string_view text, std::size_t characters);

/// "2026-11-21 18:05:10" of a moment, UTC.
std::string MomentText(std::int64_t ms, bool seconds = true);

struct Series {
  std::string_view name;  ///< Stands beside its line.
  std::string_view mark;  ///< The class that it is drawn with.
  std::vector<std::optional<double>> values;
};

/// What happened by time. All vectors are as long as `starts`.
struct TimePlot {
  std::string_view id;
  std::string_view label;  ///< What it shows, for those who cannot see it.
  bool bars = false;       ///< Stacked, from 0; else lines.
  bool logarithmic = false;
  Unit unit = Unit::kCount;
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  std::int64_t window_ms = 0;
  std::vector<std::int64_t> starts;   ///< Of the windows in which there was anything, in order.
  std::vector<std::uint64_t> counts;  ///< Of what the values are.
  std::string_view counted;           ///< What the counts are of: "requests".
  std::vector<Series> series;         ///< Of bars, the lowest first.

  bool empty() const;
};
std::string Draw(const TimePlot& plot);
/// Its values in a table, which unfolds.
std::string Tabulate(const TimePlot& plot);

/// How a set of durations is distributed, in ns.
struct Spread {
  std::string name;
  std::uint64_t count = 0;
  double p5 = 0;
  double p25 = 0;
  double p50 = 0;
  double p75 = 0;
  double p95 = 0;
  double most = 0;
};
struct SpreadPlot {
  std::string_view id;
  std::string_view label;
  double finest = 1;  ///< What is less than this, in ns, cannot be told from it.
  std::vector<Spread> rows;
};
std::string Draw(const SpreadPlot& plot);

/// Who was busy when.
struct Gantt {
  struct Bar {
    std::size_t row = 0;
    std::int64_t begin_ms = 0;
    std::int64_t end_ms = 0;
    std::string_view mark;
    bool marked = false;  ///< One of those that a line leads through, in the order in which they are.
    std::string title;    ///< Shown when it is pointed at.
  };
  struct Row {
    std::string name;
    std::string note;  ///< Stands at its end.
  };
  std::string_view id;
  std::string_view label;
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  std::vector<Row> rows;
  std::vector<Bar> bars;  ///< By their beginnings.
};
std::string Draw(const Gantt& gantt);

}  // namespace skep::metrics
