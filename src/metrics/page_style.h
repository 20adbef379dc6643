#pragma once

#include <string_view>

namespace skep::metrics {

/// A page's style sheet. Colours are those of Okabe and Ito, which people of any colour vision tell apart; what went
/// wrong is vermilion and nothing else is. Nothing is said by colour alone: lines are named, bars have a key and
/// titles.
inline constexpr std::string_view kPageStyle = R"css(
:root { --paper: #fff; --ink: #1b1f24; --soft: #5c6670; --rule: #d5dae0; --grid: #e8ebef; --hover: #1b1f2414;
  --blue: #0072b2; --sky: #6bb0dc; --navy: #003f66; --orange: #c77f00; --green: #00805c; --bad: #d55e00; --dim: #a3abb5; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --ink: #e4e8ec; --soft: #9aa5b1; --rule: #39424c; --grid: #262d35; --hover: #ffffff1f;
    --blue: #4aa8e0; --sky: #2f719c; --navy: #a9daf7; --orange: #e69f00; --green: #2fbf94; --bad: #f2823c; --dim: #6d7782; } }
* { box-sizing: border-box; }
html { color-scheme: light dark; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; padding: 28px 36px 48px; max-width: 1272px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }
h1 { margin: 0; font-size: 26px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 44px 0 12px; padding-top: 10px; border-top: 2px solid var(--ink); font-size: 19px; }
h3 { margin: 0; font-size: 15px; }
p { margin: 0; max-width: 80ch; }
a { color: inherit; }
nav { margin-top: 14px; display: flex; flex-wrap: wrap; gap: 2px 16px; }
.sub, .note, .small, .time, .value, nav, caption, dt, summary { color: var(--soft); }
.note, caption, summary { font-size: 13px; }
dl { display: grid; grid-template-columns: 8.5em 1fr; gap: 5px 12px; margin: 0; }
dt { font-weight: 600; } dd { margin: 0; max-width: 95ch; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 28px 32px; }
.all { grid-column: 1 / -1; } .all .note { max-width: 130ch; }
figure { margin: 0; min-width: 0; break-inside: avoid; }
.empty { margin-top: 10px; padding: 22px 16px; border: 1px dashed var(--rule); color: var(--soft); max-width: none; }
.key { display: flex; flex-wrap: wrap; gap: 2px 16px; margin-top: 4px; font-size: 13px; }
.key svg { display: inline-block; width: 14px; height: 10px; margin: 0 6px 0 0; }
svg { display: block; width: 100%; height: auto; margin-top: 8px; overflow: visible; }
svg text { font-size: 12px; fill: var(--ink); }
svg .time, svg .value, svg .small { fill: var(--soft); }
svg .time { text-anchor: middle; } svg .value { text-anchor: end; }
path { fill: none; } .grid { stroke: var(--grid); } .base, .tick { stroke: var(--soft); }
path.c1, path.c2, path.c3, path.q1, path.q2, path.q3 { stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round; }
path.c1 { stroke: var(--blue); } path.c2 { stroke: var(--orange); } path.c3 { stroke: var(--green); }
path.q1 { stroke: var(--sky); } path.q2 { stroke: var(--blue); stroke-width: 2.25; } path.q3 { stroke: var(--navy); }
circle.c1, rect.c1, circle.q2, circle.middle { fill: var(--blue); } circle.c2 { fill: var(--orange); }
circle.c3 { fill: var(--green); } circle.q1 { fill: var(--sky); } circle.q3 { fill: var(--navy); }
svg text.c1, svg text.q2 { fill: var(--blue); } svg text.c2 { fill: var(--orange); } svg text.c3 { fill: var(--green); }
svg text.q1 { fill: var(--sky); } svg text.q3 { fill: var(--navy); } svg text.name { font-weight: 600; }
rect.bad { fill: var(--bad); } rect.dim { fill: var(--dim); }
rect.lost { fill: var(--paper); stroke: var(--bad); stroke-width: 1.5; }
rect.open { fill: var(--paper); stroke: var(--blue); stroke-width: 1.5; stroke-dasharray: 3 2; }
rect.hit { fill: transparent; } rect.hit:hover { fill: var(--hover); }
.thin { stroke: var(--sky); stroke-width: 2; } .thick { stroke: var(--sky); stroke-width: 10; }
.most { stroke: var(--ink); stroke-width: 1.5; }
rect.chain { stroke: var(--ink); stroke-width: 1.25; }
path.chain { stroke: var(--ink); stroke-width: 1.5; stroke-linejoin: round; }
.wide { overflow-x: auto; margin-top: 8px; }
.wide > svg { min-width: 860px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 4px; }
th, td { padding: 4px 0 4px 14px; border-bottom: 1px solid var(--grid); text-align: right; vertical-align: top;
  white-space: nowrap; }
th { border-bottom-color: var(--rule); color: var(--soft); font-weight: 600; }
th:first-child, td:first-child, .words { text-align: left; } th:first-child, td:first-child { padding-left: 0; }
td.words { white-space: normal; overflow-wrap: anywhere; min-width: 12em; }
td.bad, dd .bad, p.bad { color: var(--bad); font-weight: 600; } td.no { color: var(--soft); }
details { margin-top: 6px; } summary { cursor: pointer; } details .wide { max-height: 320px; overflow: auto; }
footer { margin-top: 44px; color: var(--soft); font-size: 13px; }
@media (max-width: 600px) {
  body { padding: 18px 16px 36px; } dl { display: block; } dd { margin-bottom: 8px; }
  svg text { font-size: 17px; } .wide > svg text { font-size: 13px; }
}
@media print {
  body { padding: 0; max-width: none; font-size: 10pt; } nav, details { display: none; }
  h2 { margin-top: 24px; } h2, h3, .note, .key { break-after: avoid; } tr { break-inside: avoid; }
  figure.all { break-inside: auto; } .pair { display: block; } .pair > figure { margin-bottom: 20px; }
  .pair > figure:not(.all) { display: inline-block; width: 48%; margin-right: 1.5%; vertical-align: top; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .wide { overflow: visible; } .wide > svg { min-width: 0; } table { font-size: 8pt; } th, td { padding-left: 8px; }
  svg text { font-size: 16px; } .wide > svg text { font-size: 15px; }
}
)css";

}  // namespace skep::metrics
