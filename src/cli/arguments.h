#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "skep/block.h"
#include "skep/error.h"
#include "skep/field.h"

namespace skep::cli {

/// A flag as typed: its row and its value ("true" for one that needs none).
struct Flag {
  const Field* field;
  std::string value;
};

/// "max-agents" for maxAgents.
std::string FlagName(std::string_view field_name);

/// A field's type without the optional around it.
const FieldType& PlainType(const Field& field);

/// Whether the flag's value may be named instead of given: "-" is standard input, "@FILE" a file, "@@x" the text "@x".
/// So it is for texts of any length, for JSON, and for lists of lines; a key or a name is always taken literally.
bool TakesFile(const Field& field);

/// Whether it is a list of lines: of texts, and of so many that nobody types them. What a file or the value has is then
/// cut at its line ends, and not at commas.
bool TakesLines(const Field& field);

/// Puts in place of values that are named ("-", "@FILE") what they name. `in` is standard input.
Expected<void> FetchValues(std::span<Flag> flags, int in);

/// Appends the JSON object that the flags describe. Numbers are written as numbers where they read as such and as texts
/// otherwise, so that whoever decodes them says what is wrong, in one place. `all` is an object to begin with (--args).
/// An error is about what can only be seen here: JSON that is none, bytes that are not UTF-8.
Expected<void> WriteArguments(std::span<const Flag> flags, const std::optional<std::string>& all, Block& out);

}  // namespace skep::cli
