#include "load/words.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace skep::load {

Expected<std::vector<std::string>> SplitWords(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;  // The one that is open.
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    const char next = i + 1 < command.size() ? command[i + 1] : '\0';
    const bool escapes = c == '\\' && (quote == 0 || (quote == '"' && (next == '"' || next == '\\')));
    if (escapes) {
      if (next == '\0') return Fail(ErrorCode::kInvalidArgument, fmt::format("`{}` ends with a backslash", command));
      word += next;
      in_word = true;
      ++i;
    } else if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (std::exchange(in_word, false)) words.push_back(std::exchange(word, {}));
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != 0) return Fail(ErrorCode::kInvalidArgument, fmt::format("`{}`: the {} does not end", command, quote));
  if (in_word) words.push_back(std::move(word));
  if (words.empty()) return Fail(ErrorCode::kInvalidArgument, "a command has at least one word");
  return words;
}

std::string JoinWords(const std::vector<std::string>& words) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,{}";
  std::string command;
  for (const std::string& word : words) {
    if (!command.empty()) command += ' ';
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
      command += word;
      continue;
    }
    command += '\'';
    for (const char c : word) {
      if (c == '\'') {
        command += R"('\'')";
      } else {
        command += c;
      }
    }
    command += '\'';
  }
  return command;
}

}  // namespace skep::load
