#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "skep/tool.h"

// A resource is something that a client reads by its URI; a prompt is a text that a person picks. Both are bound like a
// tool: a struct of arguments (the URI's variables, the prompt's arguments), a struct of results, and a function that
// reads.

namespace skep {

/// What else is known while one value is being typed: the other variables or arguments, by name.
using CompletionContext = std::span<const std::pair<std::string_view, std::string_view>>;

/// Offers values for an argument. Choices (enums) are offered by themselves.
struct Completer {
  std::string_view argument;
  /// Values that begin with `typed`, the likeliest first: up to limits::kMaxCompletions and one more, which says that
  /// there are more.
  std::vector<std::string> (*offer)(ToolContext& context, std::string_view typed, CompletionContext known);
};

/// One of the things that a template stands for, as lists show it.
struct ListedResource {
  std::int64_t number = 0;  ///< Rises from one to the next: where the next page begins.
  std::string uri;
  std::string name;
  std::string title;
};

struct ResourceInfo {
  /// `skep://task/{id}`: a template if it has variables, which are the fields of Args. The last variable may be
  /// `{+key}`, which takes the rest, slashes included.
  std::string_view uri;
  std::string_view name;         ///< For programs: unique.
  std::string_view title;        ///< For people.
  std::string_view description;  ///< For models: one sentence.
  /// application/json: the result as it is encoded. Anything else: the result's only member, `text`.
  std::string_view mime_type = "application/json";
  std::span<const Completer> completers = {};
  /// Whether mere time changes it (a lease ends): subscribers are told within a second.
  bool changes_with_time = false;
  /// Of a template: those of its things that resources/list names, after the one numbered `after`, at most `limit`.
  /// Null: none.
  std::vector<ListedResource> (*list)(ToolContext& context, std::int64_t after, std::int64_t limit) = nullptr;
};

/// A resource as the server sees it: plain data. It is read as a tool is called.
struct Resource {
  ResourceInfo info;
  Tool reader;
};

template <auto Run>
constexpr Resource MakeResource(ResourceInfo info) {
  return {.info = info,
          .reader = MakeTool<Run>(
              {.name = info.name, .title = info.title, .description = info.description, .hints = {.read_only = true}})};
}

struct PromptInfo {
  std::string_view name;
  std::string_view title;
  std::string_view description;  ///< For people: one sentence.
  std::span<const Completer> completers = {};
};

/// What a prompt's function returns.
struct PromptText {
  struct Content {
    std::string type = "text";
    std::string text;

    static constexpr Field kFields[] = {Req<&Content::type>("type"), Req<&Content::text>("text")};
  };
  struct Message {
    std::string role = "user";
    Content content;

    static constexpr Field kFields[] = {Req<&Message::role>("role"), Req<&Message::content>("content")};
  };
  std::string description;
  std::vector<Message> messages;

  static constexpr Field kFields[] = {
      Req<&PromptText::description>("description"),
      Req<&PromptText::messages>("messages"),
  };
};

/// A prompt as the server sees it: plain data. Its arguments are texts and choices only.
struct Prompt {
  PromptInfo info;
  Tool writer;
};

template <auto Run>
constexpr Prompt MakePrompt(PromptInfo info) {
  return {.info = info,
          .writer = MakeTool<Run>(
              {.name = info.name, .title = info.title, .description = info.description, .hints = {.read_only = true}})};
}

}  // namespace skep
