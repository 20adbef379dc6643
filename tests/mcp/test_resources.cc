#include "mcp/test_resources.h"

#include <array>
#include <string>
#include <vector>

namespace skep::mcp {
namespace {

enum class Level : int { kLow, kHigh };
constexpr std::array<std::string_view, 2> Names(Level) { return {"low", "high"}; }

struct NoArgs {
  static constexpr std::span<const Field> kFields = {};
};
struct Answer {
  std::int64_t answer = 42;
  static constexpr Field kFields[] = {Req<&Answer::answer>("answer")};
};
Expected<Answer> ReadFixed(const NoArgs&, ToolContext&) { return Answer{}; }

struct NameArgs {
  std::string_view name;
  static constexpr Field kFields[] = {Req<&NameArgs::name>("name", {}, {.max = 20})};
};
struct Named {
  std::string name;
  static constexpr Field kFields[] = {Req<&Named::name>("name")};
};
Expected<Named> ReadThing(const NameArgs& args, ToolContext&) { return Named{std::string(args.name)}; }

std::vector<ListedResource> ListThings(ToolContext&, std::int64_t after, std::int64_t limit) {
  std::vector<ListedResource> listed;
  for (std::int64_t i = after + 1; i <= kThings && std::ssize(listed) < limit; ++i) {
    const std::string n = std::to_string(i);
    listed.push_back({.number = i, .uri = "test://thing/" + n, .name = "thing-" + n, .title = "Thing " + n});
  }
  return listed;
}

struct LevelArgs {
  Level level = Level::kLow;
  static constexpr Field kFields[] = {Req<&LevelArgs::level>("level")};
};
struct Levelled {
  Level level = Level::kLow;
  static constexpr Field kFields[] = {Req<&Levelled::level>("level")};
};
Expected<Levelled> ReadLevel(const LevelArgs& args, ToolContext&) { return Levelled{args.level}; }

struct PathArgs {
  std::string_view place;
  std::string_view path;
  static constexpr Field kFields[] = {Req<&PathArgs::place>("place"), Req<&PathArgs::path>("path")};
};
struct Text {
  std::string text;
  static constexpr Field kFields[] = {Req<&Text::text>("text")};
};
Expected<Text> ReadText(const PathArgs& args, ToolContext&) {
  return Text{std::string(args.place) + ":" + std::string(args.path)};
}

std::vector<std::string> OfferPaths(ToolContext&, std::string_view typed, CompletionContext known) {
  std::vector<std::string> offered;
  for (const auto& [name, value] : known) offered.push_back(std::string(name) + "=" + std::string(value));
  if (typed != "many") return offered;
  for (std::size_t i = 0; i <= limits::kMaxCompletions; ++i) offered.push_back("many" + std::to_string(i));
  return offered;
}
constexpr Completer kPaths[] = {{"path", OfferPaths}};

struct CodeArgs {
  std::string_view code;
  static constexpr Field kFields[] = {Req<&CodeArgs::code>("code")};
};
Expected<Text> ReadFailing(const CodeArgs& args, ToolContext&) {
  if (args.code == "not_found") return Fail(ErrorCode::kNotFound, "it is not there");
  if (args.code == "conflict") return Fail(ErrorCode::kConflict, "it is taken");
  if (args.code == "unavailable") return Fail(ErrorCode::kUnavailable, "the disk is full");
  return Fail(ErrorCode::kInvalidArgument, "it cannot be");
}

struct SayArgs {
  std::string_view text;
  Level level = Level::kLow;
  static constexpr Field kFields[] = {Req<&SayArgs::text>("text", "What to say"), Opt<&SayArgs::level>("level")};
};
Expected<PromptText> WriteSay(const SayArgs& args, ToolContext&) {
  PromptText prompt{.description = "Says it", .messages = {}};
  const std::string_view level = Names(args.level)[static_cast<std::size_t>(args.level)];
  prompt.messages.push_back(
      {.role = "user", .content = {.type = "text", .text = std::string(level) + " " + std::string(args.text)}});
  return prompt;
}
Expected<PromptText> WriteFail(const NoArgs&, ToolContext&) { return Fail(ErrorCode::kNotFound, "nothing to say"); }

const Resource kFixed = MakeResource<ReadFixed>(
    {.uri = "test://fixed", .name = "fixed", .title = "Fixed", .description = "Always the same."});
const Resource kThing = MakeResource<ReadThing>({.uri = "test://thing/{name}",
                                                 .name = "thing",
                                                 .title = "Thing",
                                                 .description = "One of many.",
                                                 .list = ListThings});
const Resource kLevel = MakeResource<ReadLevel>(
    {.uri = "test://level/{level}", .name = "level", .title = "Level", .description = "One of two."});
const Resource kText = MakeResource<ReadText>({.uri = "test://text/{place}/{+path}",
                                               .name = "text",
                                               .title = "Text",
                                               .description = "What the URI says.",
                                               .mime_type = "text/plain",
                                               .completers = kPaths});
const Resource kFail = MakeResource<ReadFailing>(
    {.uri = "test://fail/{code}", .name = "fail", .title = "Fail", .description = "Always fails."});

const Prompt kSay = MakePrompt<WriteSay>({.name = "say", .title = "Say", .description = "Says something."});
const Prompt kFailing = MakePrompt<WriteFail>({.name = "fail", .title = "Fail", .description = "Always fails."});

}  // namespace

std::span<const Resource* const> TestResources() {
  static constexpr const Resource* kAll[] = {&kFixed, &kThing, &kLevel, &kText, &kFail};
  return kAll;
}

std::span<const Prompt* const> TestPrompts() {
  static constexpr const Prompt* kAll[] = {&kSay, &kFailing};
  return kAll;
}

}  // namespace skep::mcp
