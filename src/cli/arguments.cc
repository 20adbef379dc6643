#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "cli/read_all.h"
#include "json/reader.h"
#include "json/writer.h"

namespace skep::cli {
namespace {

/// A JSON number, by RFC 8259's grammar.
bool IsNumber(std::string_view text) {
  const auto digits = [&] {
    const std::size_t n = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(n);
    return n;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0')) {
    text.remove_prefix(1);
  } else if (digits() == 0) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

Expected<void> CheckUtf8(std::string_view text, std::string_view flag) {
  if (json::IsUtf8(text)) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("--{}: not UTF-8 text; bytes of any kind can be stored as base64", flag));
}

/// The value itself, wherever it is.
Expected<std::string> Fetch(std::string value, std::string_view flag, int in) {
  if (value.starts_with("@@")) return value.substr(1);
  if (value != "-" && !value.starts_with('@')) return value;
  auto text = value == "-" ? ReadAll(in, "standard input") : ReadFile(value.substr(1));
  if (text) return text;
  std::string message = fmt::format("--{}: {}", flag, text.error().message);
  if (text.error().code != ErrorCode::kNotFound) return Fail(text.error().code, std::move(message));
  return Fail(ErrorCode::kInvalidArgument, message + " (write @@ for a text that begins with @)");
}

/// The members of a JSON object, as text between its braces; or the elements of an array.
Expected<std::string_view> Inside(std::string_view text, json::Type wanted, std::string_view flag) {
  Block padded(text.size());
  padded.Append(text);
  json::Reader reader;
  const json::Outcome outcome = reader.Parse({padded.data(), padded.size()});
  const bool is_json = outcome == json::Outcome::kOk || outcome == json::Outcome::kNumberRange;
  if (!is_json || !reader.root().Is(wanted)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("--{}: not a JSON {}{}{}", flag, wanted == json::Type::kObject ? "object" : "array",
                            is_json ? "" : ": ", is_json ? "" : reader.error()));
  }
  const std::size_t first = text.find_first_of("[{") + 1;
  text = text.substr(first, text.find_last_of("]}") - first);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return std::string_view();
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

void WriteScalar(std::string_view text, const FieldType& type, json::Writer& to) {
  const bool number = type.kind == Kind::kInt || type.kind == Kind::kInt64 || type.kind == Kind::kDouble;
  const bool literal = (number && IsNumber(text)) || (type.kind == Kind::kBool && (text == "true" || text == "false"));
  if (literal) return to.Raw(text);
  to.String(text);
}

/// Where an element ends: at a comma, but not at one in the braces of a glob.
std::size_t FindComma(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && depth > 0) --depth;
    if (text[i] == ',' && depth == 0) return i;
  }
  return text.size();
}

/// The elements of one flag: those of a JSON array, or what stands between commas.
Expected<void> WriteElements(std::string_view text, const FieldType& element, std::string_view flag, json::Writer& to) {
  if (text.starts_with('[') || (element.kind == Kind::kStruct && !element.from_text)) {
    const auto elements = Inside(text, json::Type::kArray, flag);
    if (!elements) return std::unexpected(elements.error());
    if (!elements->empty()) to.Raw(*elements);
    return {};
  }
  while (!text.empty()) {
    const std::size_t comma = FindComma(text);
    WriteScalar(text.substr(0, comma), element, to);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return {};
}

/// The lines of one flag: those of a JSON array, or of a text.
Expected<void> WriteLines(std::string_view text, std::string_view flag, json::Writer& to) {
  if (text.starts_with('[') && Inside(text, json::Type::kArray, flag)) {
    return WriteElements(text, {.kind = Kind::kText}, flag, to);
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    to.String(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

Expected<void> WriteList(std::span<const std::string_view> values, const FieldType& element, std::string_view flag,
                         json::Writer& to) {
  to.BeginArray();
  for (const std::string_view value : values) {
    if (auto done = WriteElements(value, element, flag, to); !done) return done;
  }
  to.EndArray();
  return {};
}

}  // namespace

std::string FlagName(std::string_view field_name) {
  std::string name;
  for (const char c : field_name) {
    if (c >= 'A' && c <= 'Z') {
      name += '-';
      name += static_cast<char>(c - 'A' + 'a');
    } else {
      name += c;
    }
  }
  return name;
}

const FieldType& PlainType(const Field& field) {
  return field.type->kind == Kind::kOptional ? *field.type->element : *field.type;
}

bool TakesLines(const Field& field) {
  const FieldType& type = PlainType(field);
  return type.kind == Kind::kVector && (type.element->kind == Kind::kText || type.element->kind == Kind::kString) &&
         field.range.max != Range::kOpen && field.range.max > limits::kMaxSubtasks;
}

bool TakesFile(const Field& field) {
  if (TakesLines(field)) return true;
  const FieldType& type = PlainType(field);
  if (type.kind == Kind::kText || type.kind == Kind::kString) return field.range.max == Range::kOpen;
  return type.kind == Kind::kStruct || (type.kind == Kind::kVector && type.element->kind == Kind::kStruct);
}

Expected<void> FetchValues(std::span<Flag> flags, int in) {
  bool in_was_read = false;
  for (Flag& flag : flags) {
    if (!TakesFile(*flag.field)) continue;
    const std::string name = FlagName(flag.field->name);
    if (flag.value == "-" && std::exchange(in_was_read, true)) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("--{}: standard input is already another's value", name));
    }
    auto value = Fetch(std::move(flag.value), name, in);
    if (!value) return std::unexpected(std::move(value.error()));
    flag.value = std::move(*value);
  }
  return {};
}

Expected<void> WriteArguments(std::span<const Flag> flags, const std::optional<std::string>& all, Block& out) {
  json::Writer to(out);
  to.BeginObject();
  if (all) {
    const auto members = Inside(*all, json::Type::kObject, "args");
    if (!members) return std::unexpected(members.error());
    if (!members->empty()) to.Raw(*members);
  }
  std::vector<const Field*> done;
  for (const Flag& first : flags) {
    const Field& field = *first.field;
    if (std::ranges::find(done, &field) != done.end()) continue;
    done.push_back(&field);
    const std::string flag = FlagName(field.name);
    std::vector<std::string_view> values;
    for (const Flag& same : flags) {
      if (same.field != &field) continue;
      if (auto utf8 = CheckUtf8(same.value, flag); !utf8) return utf8;
      values.push_back(same.value);
    }
    to.Key(field.name);
    const FieldType& type = PlainType(field);
    if (TakesLines(field)) {
      to.BeginArray();
      for (const std::string_view value : values) {
        if (auto written = WriteLines(value, flag, to); !written) return written;
      }
      to.EndArray();
    } else if (type.kind == Kind::kVector) {
      if (auto written = WriteList(values, *type.element, flag, to); !written) return written;
    } else if (type.kind == Kind::kStruct) {
      const auto members = Inside(values.front(), json::Type::kObject, flag);
      if (!members) return std::unexpected(members.error());
      to.BeginObject();
      if (!members->empty()) to.Raw(*members);
      to.EndObject();
    } else {
      WriteScalar(values.front(), type, to);
    }
  }
  to.EndObject();
  return {};
}

}  // namespace skep::cli
