#include "fuzz/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "json/reader.h"

namespace skep::fuzz {
namespace {

using nlohmann::json;
using std::string_view;

std::string KeyOf(int connection, const Capture& capture) {
  return fmt::format("{} {} {}", connection, capture.id, capture.name);
}

std::string Hex(string_view bytes) {
  std::string hex;
  for (const char c : bytes) fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(c));
  return hex;
}

std::string Unhex(string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

json JsonOf(const Step& step) {
  const string_view line = string_view(step.bytes).substr(0, step.bytes.size() - 1);
  const bool is_line = step.bytes.ends_with('\n') && line.find_first_of("\r\n") == string_view::npos;
  json object = is_line && skep::json::IsUtf8(line) ? json{{"raw", line}} : json{{"bytes", Hex(step.bytes)}};
  if (step.connection != 0) object["connection"] = step.connection;
  return object;
}

/// Adds what one step of a transcript says.
void Take(const json& step, int& round, Script& script) {
  if (step.is_array()) {
    for (const json& one : step) Take(one, round, script);
  }
  if (!step.is_object()) return;
  const int connection = step.value("connection", 0);
  if (step.contains("send")) {
    script.steps.push_back({round, connection, step["send"].dump() + "\n"});
  } else if (step.contains("raw")) {
    script.steps.push_back({round, connection, step["raw"].get<std::string>() + "\n"});
  } else if (step.contains("bytes")) {
    script.steps.push_back({round, connection, Unhex(step["bytes"].get<std::string>())});
  } else if (step.contains("settle") || step.contains("expect")) {
    ++round;
  } else if (step.contains("captured")) {
    const json& captured = step["captured"];
    script.captures.push_back({connection,
                               {captured.at("id").get<std::string>(), captured.at("name").get<std::string>(),
                                captured.at("text").get<std::string>()}});
  }
}

}  // namespace

std::vector<Step> ByLine(const std::vector<Step>& steps) {
  std::vector<Step> lines;
  for (const Step& step : steps) {
    for (std::size_t begin = 0; begin < step.bytes.size();) {
      const std::size_t end = std::min(step.bytes.find('\n', begin), step.bytes.size() - 1) + 1;
      lines.push_back({step.round, step.connection, step.bytes.substr(begin, end - begin)});
      begin = end;
    }
  }
  return lines;
}

Translation::Translation(const std::vector<Script::Named>& then) {
  for (const Script::Named& named : then) then_[KeyOf(named.connection, named.capture)] = named.capture.text;
}

void Translation::Learn(int connection, const Capture& now) {
  const auto then = then_.find(KeyOf(connection, now));
  if (then != then_.end() && then->second != now.text) now_[then->second] = now.text;
}

std::string Translation::operator()(string_view bytes) const {
  std::string text;
  while (!now_.empty()) {
    const std::size_t open = bytes.find('"');
    const std::size_t close = open == string_view::npos ? open : bytes.find('"', open + 1);
    if (close == string_view::npos) break;
    const auto now = now_.find(bytes.substr(open + 1, close - open - 1));
    text.append(bytes, 0, open + 1);
    if (now != now_.end()) {
      text.append(now->second) += '"';
      bytes.remove_prefix(close + 1);
    } else {
      bytes.remove_prefix(open + 1);
    }
  }
  return text.append(bytes);
}

namespace {

/// What stands between any two quotes, and behind "id": up to the next comma.
void AddWords(string_view bytes, std::set<string_view>& quoted, std::set<string_view>& asked) {
  constexpr string_view kId = "\"id\":";
  for (std::size_t begin = bytes.find('"'); begin != string_view::npos;) {
    if (bytes.substr(begin).starts_with(kId)) {
      const std::size_t from = begin + kId.size();
      asked.insert(bytes.substr(from, bytes.find(',', from) - from));
    }
    const std::size_t end = bytes.find('"', begin + 1);
    if (end != string_view::npos) quoted.insert(bytes.substr(begin + 1, end - begin - 1));
    begin = end;
  }
}

}  // namespace

std::string WriteTranscript(const Script& script, const Finding& finding) {
  const auto replace = json::error_handler_t::replace;
  std::string text = json{{"name", finding.Key()}, {"finding", finding.detail}}.dump(-1, ' ', false, replace) + "\n";
  // Only names that are spoken of, and whose requests are there. A long script has many of both: it is read once.
  std::set<string_view> quoted;
  std::set<string_view> asked;
  for (const Step& step : script.steps) AddWords(step.bytes, quoted, asked);
  for (const Script::Named& named : script.captures) {
    if (!quoted.contains(named.capture.text) || !asked.contains(named.capture.id)) continue;
    const json captured = {{"id", named.capture.id}, {"name", named.capture.name}, {"text", named.capture.text}};
    text += json{{"captured", captured}, {"connection", named.connection}}.dump(-1, ' ', false, replace) + "\n";
  }
  int round = script.steps.empty() ? 0 : script.steps.front().round;
  for (const Step& step : script.steps) {
    if (step.round != std::exchange(round, step.round)) text += "{\"settle\":true}\n";
    text += JsonOf(step).dump() + "\n";
  }
  return text;
}

Expected<Script> ReadTranscript(string_view text) {
  Script script;
  int round = 0;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    try {
      Take(json::parse(line), round, script);
    } catch (const json::exception& error) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("line {}: a step is a JSON object with \"raw\", \"bytes\", \"send\" or \"settle\": {}",
                              number, error.what()));
    }
  }
  return script;
}

}  // namespace skep::fuzz
