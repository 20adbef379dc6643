#include "metrics/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <ranges>
#include <utility>

#include "base/printable.h"
#include "base/time_text.h"

namespace skep::metrics {
namespace {

/// A plot that is half of a wide page, or all of a narrow one; in the drawing's own units. Texts are 12 of them, on a
/// narrow page 17 (see page_style.h), and there has to be room for either: 11 for a character.
constexpr double kWidth = 560;
constexpr double kHeight = 210;
constexpr double kLeft = 70;
constexpr double kTop = 12;
constexpr double kBottom = 30;
constexpr double kCharacter = 11;
/// Between the baselines of two texts.
constexpr double kLine = 18;
/// Ticks of time: as many as do not touch on a narrow page, with seconds and without.
constexpr int kClockTicks = 3;
constexpr int kTimeTicks = 5;
constexpr std::int64_t kClockMs = 150'000;

/// A timeline is a whole wide page, and on a narrow one it is moved under the window.
constexpr double kGanttWidth = 1120;
constexpr double kGanttRow = 26;
constexpr double kGanttBar = 14;
constexpr double kGanttCharacter = 7;
constexpr std::size_t kGanttName = 22;

auto To(std::string& text) { return std::back_inserter(text); }

std::size_t Columns(std::string_view character) {
  // From U+1100 on most are twice as wide.
  return static_cast<unsigned char>(character[0]) >= 0xe1 ? 2 : 1;
}

/// A character that turns text around, or that XML does not allow.
bool IsAllowed(std::string_view character) {
  if (character.size() != 3) return true;
  return !(character >= "\u202a" && character <= "\u202e") && !(character >= "\u2066" && character <= "\u2069") &&
         character != "\ufffe" && character != "\uffff";
}

std::string_view FirstCharacter(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && (text[bytes] & 0xc0) == 0x80) ++bytes;
  return text.substr(0, bytes);
}

void AppendEscaped(std::string& to, std::string_view character) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kEntities = {
      {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}}};
  const auto found = std::ranges::find(kEntities, character, [](const auto& pair) { return pair.first; });
  to += found != kEntities.end() ? found->second : IsAllowed(character) ? character : "\ufffd";
}

/// How a plot's values lie in its drawing.
struct Frame {
  double left = kLeft;
  double right = kWidth;
  double top = kTop;
  double bottom = kHeight - kBottom;
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 1;
  Axis axis;

  double X(std::int64_t ms) const {
    const double share =
        static_cast<double>(ms - from_ms) / static_cast<double>(std::max<std::int64_t>(to_ms - from_ms, 1));
    return left + std::clamp(share, 0.0, 1.0) * (right - left);
  }
  double Y(double value) const { return bottom - axis.Share(value) * (bottom - top); }
};

void Begin(std::string& to, std::string_view id, std::string_view label, double width, double height) {
  fmt::format_to(To(to), R"(<svg id="{}" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">)", id, width, height,
                 Escape(label));
  to += '\n';
}

void DrawTimes(std::string& to, const Frame& frame, int most) {
  for (const TimeTick& tick : TimeTicks(frame.from_ms, frame.to_ms, most)) {
    const double x = frame.X(tick.at_ms);
    fmt::format_to(
        To(to), R"(<path class="tick" d="M{0:.1f} {1:.1f}v5"/><text class="time" x="{0:.1f}" y="{2:.1f}">{3}</text>)",
        x, frame.bottom, frame.bottom + 20, tick.text);
  }
  fmt::format_to(To(to), R"(<path class="base" d="M{:.1f} {:.1f}H{:.1f}"/>)", frame.left, frame.bottom, frame.right);
  to += '\n';
}

void DrawValues(std::string& to, const Frame& frame) {
  for (const Tick& tick : frame.axis.ticks) {
    const double y = frame.Y(tick.at);
    fmt::format_to(
        To(to), R"(<path class="grid" d="M{:.1f} {:.1f}H{:.1f}"/><text class="value" x="{:.1f}" y="{:.1f}">{}</text>)",
        frame.left, y, frame.right, frame.left - 6, y + 4, tick.text);
  }
  to += '\n';
}

Axis AxisOf(const TimePlot& plot) {
  double least = 0;
  double most = 0;
  bool any = false;
  for (std::size_t i = 0; i < plot.starts.size(); ++i) {
    double sum = 0;
    for (const Series& series : plot.series) {
      if (!series.values[i]) continue;
      const double value = *series.values[i];
      sum += value;
      least = any ? std::min(least, value) : value;
      most = any ? std::max(most, plot.bars ? sum : value) : value;
      any = true;
    }
  }
  return plot.logarithmic ? LogarithmicAxis(least, most) : LinearAxis(most, plot.unit);
}

void DrawLine(std::string& to, const Frame& frame, const TimePlot& plot, const Series& series) {
  std::string path;
  std::string points;
  std::int64_t last_ms = 0;
  bool alone = false;
  double x = 0;
  double y = 0;
  const auto dot = [&] {
    if (alone) fmt::format_to(To(points), R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="2.5"/>)", series.mark, x, y);
  };
  for (std::size_t i = 0; i < plot.starts.size(); ++i) {
    if (!series.values[i]) continue;
    // A line stands for windows that follow one another; where there was nothing it has a gap.
    const bool follows = last_ms != 0 && plot.starts[i] - last_ms <= plot.window_ms;
    if (!follows) dot();
    alone = !follows;
    x = frame.X(plot.starts[i] + plot.window_ms / 2);
    y = frame.Y(*series.values[i]);
    fmt::format_to(To(path), "{}{:.1f} {:.1f}", follows ? 'L' : 'M', x, y);
    last_ms = plot.starts[i];
  }
  dot();
  if (!path.empty()) fmt::format_to(To(to), R"(<path class="{}" d="{}"/>)", series.mark, path);
  to += points + "\n";
}

/// Names beside the ends of their lines: as high as these were in the last quarter of the time, and moved apart where
/// they would touch.
void DrawNames(std::string& to, const Frame& frame, const TimePlot& plot) {
  struct Name {
    double y;
    const Series* series;
  };
  std::vector<Name> names;
  const std::int64_t late_ms = plot.to_ms - (plot.to_ms - plot.from_ms) / 4;
  // Of two that are as high, the one that is named later is mostly the higher one: p50, p95, p99.
  for (const Series& series : std::views::reverse(plot.series)) {
    double sum = 0;
    double count = 0;
    for (std::size_t i = series.values.size(); i-- > 0;) {
      if (!series.values[i]) continue;
      if (count > 0 && plot.starts[i] < late_ms) break;
      sum += frame.Y(*series.values[i]);
      ++count;
    }
    if (count > 0) names.push_back({sum / count, &series});
  }
  std::ranges::stable_sort(names, {}, &Name::y);
  for (std::size_t i = 1; i < names.size(); ++i) names[i].y = std::max(names[i].y, names[i - 1].y + kLine);
  double below = frame.bottom;
  for (std::size_t i = names.size(); i-- > 0; below = names[i].y - kLine) names[i].y = std::min(names[i].y, below);
  for (const Name& name : names) {
    fmt::format_to(To(to), R"(<text class="name {}" x="{:.1f}" y="{:.1f}">{}</text>)", name.series->mark,
                   frame.right + 6, name.y + 4, Escape(name.series->name));
  }
}

void DrawBars(std::string& to, const Frame& frame, const TimePlot& plot) {
  std::vector<double> sums(plot.starts.size());
  for (const Series& series : plot.series) {
    for (std::size_t i = 0; i < plot.starts.size(); ++i) {
      if (!series.values[i] || *series.values[i] <= 0) continue;
      const double x = frame.X(plot.starts[i]);
      const double width = frame.X(plot.starts[i] + plot.window_ms) - x;
      const double low = frame.Y(sums[i]);
      sums[i] += *series.values[i];
      const double high = frame.Y(sums[i]);
      fmt::format_to(To(to), R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>)", series.mark,
                     x, high, width > 4 ? width - 1 : std::max(width, 0.5), std::max(low - high, 0.5));
    }
    to += '\n';
  }
}

/// What is shown of a window when it is pointed at.
void DrawHits(std::string& to, const Frame& frame, const TimePlot& plot) {
  for (std::size_t i = 0; i < plot.starts.size(); ++i) {
    const double x = frame.X(plot.starts[i]);
    fmt::format_to(To(to), R"(<rect class="hit" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}, {})", x,
                   frame.top, std::max(frame.X(plot.starts[i] + plot.window_ms) - x, 1.0), frame.bottom - frame.top,
                   MomentText(plot.starts[i], plot.window_ms < 60'000), LengthText(plot.window_ms));
    fmt::format_to(To(to), ": {} {}", CountText(plot.counts[i]), Escape(plot.counted));
    for (const Series& series : plot.series) {
      if (!series.values[i]) continue;
      fmt::format_to(To(to), "\n{} {}", Escape(series.name), ValueText(*series.values[i], plot.unit));
    }
    to += "</title></rect>\n";
  }
}

}  // namespace

std::string EscapeShort(std::string_view text, std::size_t characters) {
  const std::string line = Printable(text);
  std::string escaped;
  std::size_t columns = 0;
  for (std::string_view rest = line; !rest.empty();) {
    const std::string_view character = FirstCharacter(rest);
    columns += Columns(character);
    if (columns >= characters && rest.size() > character.size()) return escaped + "…";
    AppendEscaped(escaped, character);
    rest.remove_prefix(character.size());
  }
  return escaped;
}

std::string Escape(std::string_view text) { return EscapeShort(text, static_cast<std::size_t>(-1)); }

std::string MomentText(std::int64_t ms, bool seconds) {
  char text[kTimeTextSize];
  std::string moment(FormatTime(ms, text).substr(0, seconds ? 19 : 16));
  moment[10] = ' ';
  return moment;
}

bool TimePlot::empty() const {
  return std::ranges::all_of(series, [](const Series& one) {
    return std::ranges::none_of(one.values, [](const std::optional<double>& value) { return value.has_value(); });
  });
}

std::string Draw(const TimePlot& plot) {
  std::size_t longest = 0;
  for (const Series& series : plot.series) longest = std::max(longest, series.name.size());
  // The last time may need room where there are no names.
  const double margin = plot.bars ? 24 : static_cast<double>(longest) * kCharacter + 10;
  const Frame frame{.right = kWidth - margin, .from_ms = plot.from_ms, .to_ms = plot.to_ms, .axis = AxisOf(plot)};
  std::string svg;
  Begin(svg, plot.id, plot.label, kWidth, kHeight);
  DrawValues(svg, frame);
  if (plot.bars) {
    DrawBars(svg, frame, plot);
  } else {
    for (const Series& series : plot.series) DrawLine(svg, frame, plot, series);
    DrawNames(svg, frame, plot);
  }
  DrawTimes(svg, frame, plot.to_ms - plot.from_ms <= kClockMs ? kClockTicks : kTimeTicks);
  DrawHits(svg, frame, plot);
  return svg + "</svg>\n";
}

std::string Tabulate(const TimePlot& plot) {
  std::string table = "<details><summary>Figures</summary><div class=\"wide\"><table><tr><th>from (UTC)</th>";
  fmt::format_to(To(table), "<th>{}</th>", Escape(plot.counted));
  for (const Series& series : plot.series) fmt::format_to(To(table), "<th>{}</th>", Escape(series.name));
  table += "</tr>\n";
  for (std::size_t i = 0; i < plot.starts.size(); ++i) {
    fmt::format_to(To(table), "<tr><td>{}</td><td>{}</td>", MomentText(plot.starts[i], plot.window_ms < 60'000),
                   CountText(plot.counts[i]));
    for (const Series& series : plot.series) {
      fmt::format_to(To(table), "<td>{}</td>", series.values[i] ? ValueText(*series.values[i], plot.unit) : "–");
    }
    table += "</tr>\n";
  }
  return table + "</table></div></details>\n";
}

std::string Draw(const SpreadPlot& plot) {
  constexpr double kRow = 48;
  double least = plot.rows.empty() ? 1 : plot.rows[0].p5;
  double most = least;
  std::size_t longest = 8;
  for (const Spread& row : plot.rows) {
    least = std::min(least, row.p5);
    most = std::max(most, row.most);
    longest = std::max(longest, std::min(row.name.size(), kGanttName));
  }
  const double height = kTop + kRow * static_cast<double>(plot.rows.size()) + kBottom;
  const double left = static_cast<double>(longest) * kCharacter + 10;
  const double right = kWidth - 30;
  const double bottom = height - kBottom;
  const Axis axis = LogarithmicAxis(std::max(least, plot.finest), std::max(most, plot.finest));
  const auto x = [&](double value) { return left + axis.Share(value) * (right - left); };
  std::string svg;
  Begin(svg, plot.id, plot.label, kWidth, height);
  for (const Tick& tick : axis.ticks) {
    fmt::format_to(
        To(svg),
        R"(<path class="grid" d="M{0:.1f} {1:.1f}V{2:.1f}"/><text class="time" x="{0:.1f}" y="{3:.1f}">{4}</text>)",
        x(tick.at), kTop, bottom, bottom + 20, tick.text);
  }
  double y = kTop + kRow / 2;
  for (const Spread& row : plot.rows) {
    fmt::format_to(To(svg),
                   R"(<g><text class="row" x="0" y="{:.1f}">{}</text><text class="small" x="0" y="{:.1f}">{}</text>)",
                   y - 3, EscapeShort(row.name, kGanttName), y + 15, CountText(row.count));
    fmt::format_to(
        To(svg),
        R"(<path class="thin" d="M{0:.1f} {1:.1f}H{2:.1f}"/><path class="thick" d="M{3:.1f} {1:.1f}H{4:.1f}"/>)",
        x(row.p5), y, x(row.p95), x(row.p25), std::max(x(row.p75), x(row.p25) + 1));
    fmt::format_to(
        To(svg),
        R"(<path class="most" d="M{:.1f} {:.1f}v12"/><circle class="middle" cx="{:.1f}" cy="{:.1f}" r="4.5"/>)",
        x(row.most), y - 6, x(row.p50), y);
    const auto text = [](double value) { return ValueText(value, Unit::kNs); };
    fmt::format_to(To(svg), "<title>{}: {}\np5 {}\np25 {}\np50 {}\np75 {}\np95 {}\nmax {}</title></g>\n",
                   Escape(row.name), CountText(row.count), text(row.p5), text(row.p25), text(row.p50), text(row.p75),
                   text(row.p95), text(row.most));
    y += kRow;
  }
  return svg + "</svg>\n";
}

std::string Draw(const Gantt& gantt) {
  std::size_t name = 6;
  std::size_t note = 0;
  for (const Gantt::Row& row : gantt.rows) {
    name = std::max(name, std::min(row.name.size(), kGanttName));
    note = std::max(note, row.note.size());
  }
  const double height = kTop + kGanttRow * static_cast<double>(gantt.rows.size()) + kBottom;
  const Frame frame{.left = static_cast<double>(name) * kGanttCharacter + 12,
                    .right = kGanttWidth - static_cast<double>(note) * kGanttCharacter - 12,
                    .bottom = height - kBottom,
                    .from_ms = gantt.from_ms,
                    .to_ms = gantt.to_ms};
  const auto middle = [](std::size_t row) { return kTop + kGanttRow * (static_cast<double>(row) + 0.5); };
  std::string svg;
  Begin(svg, gantt.id, gantt.label, kGanttWidth, height);
  for (std::size_t i = 0; i < gantt.rows.size(); ++i) {
    const double y = middle(i);
    fmt::format_to(To(svg),
                   R"(<path class="grid" d="M{:.1f} {:.1f}H{:.1f}"/><text class="row" x="0" y="{:.1f}">{}</text>)",
                   frame.left, y, frame.right, y + 4, EscapeShort(gantt.rows[i].name, kGanttName));
    fmt::format_to(To(svg), R"(<text class="small" x="{:.1f}" y="{:.1f}">{}</text>)", frame.right + 8, y + 4,
                   Escape(gantt.rows[i].note));
    svg += '\n';
  }
  DrawTimes(svg, frame, 10);
  std::string path;
  for (const Gantt::Bar& bar : gantt.bars) {
    const double x = frame.X(bar.begin_ms);
    // With a gap to the next one, where there is room.
    const double end = std::max(frame.X(bar.end_ms) - 0.8, x + 1);
    fmt::format_to(
        To(svg), R"(<rect class="{}{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.0f}"><title>{}</title></rect>)",
        bar.mark, bar.marked ? " chain" : "", x, middle(bar.row) - kGanttBar / 2, end - x, kGanttBar,
        Escape(bar.title));
    svg += '\n';
    if (!bar.marked) continue;
    const double y = middle(bar.row);
    fmt::format_to(To(path), "{}{:.1f} {:.1f}H{:.1f}", path.empty() ? 'M' : 'L', x, y, end);
  }
  if (!path.empty()) fmt::format_to(To(svg), R"(<path class="chain" d="{}"/>)", path);
  return svg + "</svg>\n";
}

}  // namespace skep::metrics
