#include "bench/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "bench/value_text.h"
#include "metrics/plot.h"

namespace skep::bench {
namespace {

constexpr double kWidth = 860;
constexpr double kLabels = 330;  ///< Their share of it, at the left.
constexpr double kRight = 110;   ///< For the values, in a column of their own.
constexpr double kRowHeight = 22;
constexpr double kTop = 8;
constexpr double kBottom = 26;
constexpr std::size_t kLabelCharacters = 46;

/// Decades from below the least to above the most.
struct Decades {
  int from = 0;
  int to = 1;
  double X(double value) const {
    const double share = (std::log10(value) - from) / (to - from);
    return kLabels + std::clamp(share, 0.0, 1.0) * (kWidth - kLabels - kRight);
  }
};

Decades Around(std::span<const Row* const> rows) {
  double least = 0;
  double most = 0;
  const auto take = [&](const std::optional<double>& value) {
    if (!value || *value <= 0) return;
    least = least == 0 ? *value : std::min(least, *value);
    most = std::max(most, *value);
  };
  for (const Row* row : rows) {
    take(row->median);
    take(row->floor.median);
  }
  if (most == 0) return {};
  Decades decades{.from = static_cast<int>(std::floor(std::log10(least))),
                  .to = static_cast<int>(std::ceil(std::log10(most)))};
  if (decades.to == decades.from) ++decades.to;
  return decades;
}

std::string LabelOf(const Row& row) {
  return row.figure.subject.empty() ? row.figure.name : fmt::format("{}: {}", row.figure.subject, row.figure.name);
}

std::string DrawRow(const Row& row, const Decades& axis, double y) {
  std::string svg = fmt::format(R"(<text class="value" x="{:.0f}" y="{:.1f}">{}</text>)", kLabels - 10, y + 4,
                                metrics::EscapeShort(LabelOf(row), kLabelCharacters));
  if (!row.median || *row.median <= 0) {
    return svg + fmt::format(R"(<text class="small" x="{:.0f}" y="{:.1f}">{}</text>)", kLabels, y + 4,
                             row.median ? "0" : "no data");
  }
  if (row.floor.median && *row.floor.median > 0) {
    const double x = axis.X(*row.floor.median);
    svg += fmt::format(R"(<path class="most" d="M{:.1f} {:.1f}V{:.1f}"><title>{}: {}</title></path>)", x, y - 7, y + 7,
                       metrics::Escape(row.floor.name), ValueText(*row.floor.median, row.figure.unit));
  }
  if (row.interval && row.interval->low > 0) {
    svg += fmt::format(R"(<path class="thin" d="M{:.1f} {:.1f}H{:.1f}"/>)", axis.X(row.interval->low), y,
                       axis.X(row.interval->high));
  }
  const double x = axis.X(*row.median);
  return svg + fmt::format(R"(<circle class="c1" cx="{:.1f}" cy="{:.1f}" r="4"/>)"
                           R"(<text class="small" x="{:.1f}" y="{:.1f}">{}</text>)",
                           x, y, kWidth - kRight + 14, y + 4, metrics::Escape(ValueText(*row.median, row.figure.unit)));
}

}  // namespace

std::string DrawRows(std::span<const Row* const> rows, std::string_view label) {
  if (std::ranges::none_of(rows, [](const Row* row) { return row->median && *row->median > 0; })) return {};
  const Decades axis = Around(rows);
  const double height = kTop + kRowHeight * static_cast<double>(rows.size()) + kBottom;
  std::string svg = fmt::format(R"(<svg viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">)", kWidth, height,
                                metrics::Escape(label));
  for (int decade = axis.from; decade <= axis.to; ++decade) {
    const double value = std::pow(10.0, decade);
    svg += fmt::format(
        R"(<path class="grid" d="M{0:.1f} {1:.0f}V{2:.0f}"/><text class="time" x="{0:.1f}" y="{3:.0f}">{4}</text>)",
        axis.X(value), kTop, height - kBottom, height - 8, ValueText(value));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    svg += DrawRow(*rows[i], axis, kTop + kRowHeight * (static_cast<double>(i) + 0.5));
  }
  return svg + "</svg>";
}

}  // namespace skep::bench
