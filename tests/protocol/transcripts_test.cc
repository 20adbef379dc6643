#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/list.h"
#include "support/in_process_session.h"

// Plays protocol/transcripts in process; integration/transcripts.test.mjs plays the same files against the binary.
// protocol/README.md has the rules.

namespace skep {
namespace {

using Json = nlohmann::ordered_json;
using Saved = std::map<std::string, Json>;

struct Mismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `<NAME>` in a text of the transcript: what stands between the brackets.
const std::regex kName("<([^<>]+)>");

/// What is inside when the pattern is `prefix` … `>`.
std::optional<std::string> Inside(std::string_view pattern, std::string_view prefix) {
  if (!pattern.starts_with(prefix) || !pattern.ends_with('>')) return std::nullopt;
  return std::string(pattern.substr(prefix.size(), pattern.size() - prefix.size() - 1));
}

Json Substitute(const std::string& text, const Saved& saved) {
  std::smatch whole;
  if (std::regex_match(text, whole, kName)) {
    if (const auto value = saved.find(whole[1]); value != saved.end()) return value->second;
  }
  std::string out;
  auto from = text.begin();
  for (std::sregex_iterator name(text.begin(), text.end(), kName), end; name != end; ++name) {
    const auto value = saved.find((*name)[1]);
    if (value == saved.end()) continue;
    out.append(from, text.begin() + name->position());
    out += value->second.is_string() ? value->second.get<std::string>() : value->second.dump();
    from = text.begin() + name->position() + name->length();
  }
  out.append(from, text.end());
  return out;
}

Json Substitute(const Json& value, const Saved& saved) {
  if (value.is_string()) return Substitute(value.get<std::string>(), saved);
  if (!value.is_structured()) return value;
  Json copy = value;
  for (Json& inside : copy) inside = Substitute(Json(inside), saved);
  return copy;
}

bool IsInteger(const Json& value) {
  return value.is_number_integer() || (value.is_number() && std::trunc(value.get<double>()) == value.get<double>());
}

class Matcher {
 public:
  explicit Matcher(Saved& saved) : saved_(saved) {}

  /// Throws Mismatch with the path of the first difference. Saves what the pattern says is to be saved.
  void Match(const Json& pattern, const Json& value, const std::string& where) {
    if (pattern.is_string()) return MatchText(pattern.get<std::string>(), value, where);
    if (pattern.is_array()) return MatchArray(pattern, value, where);
    if (pattern.is_object()) return MatchObject(pattern, value, where);
    Check(pattern == value, where, value, "is not " + pattern.dump());
  }

 private:
  static void Check(bool holds, const std::string& where, const Json& value, const std::string& fault) {
    if (!holds) throw Mismatch((where.empty() ? "the message" : where) + " " + fault + ": " + value.dump());
  }

  void MatchText(const std::string& pattern, const Json& value, const std::string& where) {
    if (pattern == "<any>") return;
    if (pattern == "<string>") return Check(value.is_string(), where, value, "is no string");
    if (pattern == "<int>") return Check(IsInteger(value), where, value, "is no integer");
    if (pattern == "<number>") return Check(value.is_number(), where, value, "is no number");
    if (const auto inside = Inside(pattern, "<re:")) {
      const Json expression = Substitute(*inside, saved_);
      const bool found =
          value.is_string() && std::regex_search(value.get<std::string>(), std::regex(expression.get<std::string>()));
      return Check(found, where, value, "is not matched by " + expression.get<std::string>());
    }
    if (const auto name = Inside(pattern, "<save:")) {
      saved_[*name] = value;
      return;
    }
    const Json wanted = Substitute(pattern, saved_);
    Check(nlohmann::json(wanted) == nlohmann::json(value), where, value, "is not " + wanted.dump());
  }

  void MatchArray(const Json& pattern, const Json& value, const std::string& where) {
    Check(value.is_array(), where, value, "is no array");
    Check(value.size() == pattern.size(), where, value, "has not " + std::to_string(pattern.size()) + " elements");
    for (std::size_t i = 0; i < pattern.size(); ++i) Match(pattern[i], value[i], where + "[" + std::to_string(i) + "]");
  }

  void MatchObject(const Json& pattern, const Json& value, const std::string& where) {
    constexpr const char* kOpen = "<...>";
    Check(value.is_object(), where, value, "is no object");
    for (const auto& [name, member] : pattern.items()) {
      if (name == kOpen) continue;
      Check(value.contains(name), where, value, "lacks \"" + name + "\"");
      Match(member, value[name], where.empty() ? name : where + "." + name);
    }
    if (pattern.contains(kOpen)) return;
    for (const auto& [name, member] : value.items()) {
      Check(pattern.contains(name), where, value, "has also \"" + name + "\"");
    }
  }

  Saved& saved_;
};

std::filesystem::path Folder() { return SKEP_SOURCE_DIR "/protocol/transcripts"; }

std::vector<std::string> Transcripts() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(Folder(), ignored)) {
    if (entry.path().extension() == ".jsonl") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

std::vector<Json> ReadSteps(const std::string& name) {
  std::ifstream file(Folder() / (name + ".jsonl"));
  std::vector<Json> steps;
  for (std::string line; std::getline(file, line);) {
    // A line may hold several steps, so that what belongs together stands together.
    Json step = Json::parse(line);
    if (step.is_array()) {
      steps.insert(steps.end(), step.begin(), step.end());
    } else {
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

class Transcript : public testing::TestWithParam<std::string> {
 protected:
  void Play(const Json& step) {
    if (step.contains("send")) {
      session_.Send(Substitute(step["send"], saved_).dump());
    } else if (step.contains("raw")) {
      const Json line = Substitute(step["raw"].get<std::string>(), saved_);
      session_.Send(line.is_string() ? line.get<std::string>() : line.dump());
    } else if (step.contains("expect")) {
      const auto line = session_.Next();
      if (!line) throw Mismatch("nothing arrives");
      try {
        Matcher(saved_).Match(step["expect"], Json::parse(*line), "");
      } catch (const Mismatch& mismatch) {
        throw Mismatch(std::string(mismatch.what()) + "\n  in " + *line);
      }
    } else if (step.contains("expect_none")) {
      const std::string id = "\"runner-" + std::to_string(pings_++) + "\"";
      const std::string answer = session_.Ask(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"ping"})");
      if (answer != R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":{}})")
        throw Mismatch("arrives all the same: " + answer);
    } else if (!step.contains("name")) {
      throw Mismatch("there is no such step: " + step.dump());
    }
  }

  TestServer server_{handlers::AllTools(),       handlers::Instructions(), limits::kToolsPage,
                     handlers::kDefaultToolsets, handlers::AllResources(), handlers::AllPrompts()};
  TestSession session_{server_};
  Saved saved_;
  int pings_ = 0;
};

TEST_P(Transcript, Holds) {
  const std::vector<Json> steps = ReadSteps(GetParam());
  ASSERT_FALSE(steps.empty());
  ASSERT_TRUE(steps[0].contains("name")) << "the first line names what the transcript pins";
  if (std::ranges::any_of(steps, [](const Json& step) { return step.contains("only"); })) {
    GTEST_SKIP() << "for the binary only";
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    try {
      Play(steps[i]);
    } catch (const std::exception& wrong) {
      FAIL() << steps[0]["name"] << "\n" << GetParam() << ".jsonl, step " << i + 1 << ": " << wrong.what();
    }
  }
  session_.session().OnEnd();
  EXPECT_EQ(session_.TakeAll(), std::vector<std::string>()) << "said after the last line";
}

std::string TestName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Protocol, Transcript, testing::ValuesIn(Transcripts()), TestName);

// --- The runner itself ---------------------------------------------------------------------------

bool Matches(std::string_view pattern, std::string_view value, Saved saved = {}) {
  try {
    Matcher(saved).Match(Json::parse(pattern), Json::parse(value), "");
    return true;
  } catch (const Mismatch&) {
    return false;
  }
}

TEST(TranscriptRunner, AValueMatchesItselfOnly) {
  EXPECT_TRUE(Matches(R"({"a":[1,"x",null,true],"b":{}})", R"({"b":{},"a":[1.0,"x",null,true]})"));
  EXPECT_FALSE(Matches(R"({"a":1})", R"({"a":2})"));
  EXPECT_FALSE(Matches(R"({"a":1})", R"({"a":1,"b":2})"));
  EXPECT_FALSE(Matches(R"({"a":1,"b":2})", R"({"a":1})"));
  EXPECT_FALSE(Matches("[1]", "[1,2]"));
  EXPECT_FALSE(Matches("\"1\"", "1"));
  EXPECT_FALSE(Matches("{}", "[]"));
}

TEST(TranscriptRunner, SomeTextsMatchMore) {
  EXPECT_TRUE(Matches(R"(["<any>","<string>","<int>","<number>","<re:^a.c$>"])", R"([{},"x",-7,0.5,"abc"])"));
  EXPECT_FALSE(Matches(R"("<int>")", "1.5"));
  EXPECT_FALSE(Matches(R"("<string>")", "1"));
  EXPECT_FALSE(Matches(R"("<number>")", "\"1\""));
  EXPECT_FALSE(Matches(R"("<re:^a$>")", "\"ab\""));
  EXPECT_TRUE(Matches(R"({"a":1,"<...>":true})", R"({"a":1,"b":2})"));
  EXPECT_TRUE(Matches(R"("<none of ours>")", R"("<none of ours>")"));
}

TEST(TranscriptRunner, WhatIsSavedStandsForItsValue) {
  EXPECT_TRUE(Matches(R"(["<save:X>","<X>","an <X>"])", R"(["x","x","an x"])"));
  EXPECT_TRUE(Matches(R"(["<save:X>","<X>","<X>!"])", R"([7,7,"7!"])"));
  EXPECT_FALSE(Matches(R"(["<save:X>","<X>"])", R"(["x","y"])"));
  EXPECT_EQ(Substitute(Json::parse(R"({"a":["<N>","<N> and <M>","<O>"]})"), {{"N", 5}, {"M", "m"}}),
            Json::parse(R"({"a":[5,"5 and m","<O>"]})"));
}

TEST(TranscriptRunner, FindsTranscripts) { EXPECT_FALSE(Transcripts().empty()); }

}  // namespace
}  // namespace skep
