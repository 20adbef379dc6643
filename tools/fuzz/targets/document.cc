#include "document.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>

namespace skep::fuzz_targets {

PaddedText::PaddedText(std::string_view text, char filler) : block_(std::max<std::size_t>(text.size(), 1)) {
  block_.Append(text);
  std::memset(block_.data() + text.size(), filler, block_.capacity() - text.size() + Block::kPadding);
}

std::string Describe(json::Value value, Numbers numbers) {
  switch (value.type()) {
    case json::Type::kAbsent:
      return "absent";
    case json::Type::kNull:
      return "null";
    case json::Type::kBool:
      return value.AsBool() ? "true" : "false";
    case json::Type::kInt:
      return fmt::format("{}", value.AsInt());
    case json::Type::kUint:
      return fmt::format("{}", value.AsUint());
    case json::Type::kDouble:
      // Below this a whole double is written without an exponent, and read as an integer.
      if (const double number = value.AsDouble();
          numbers == Numbers::kByValue && std::trunc(number) == number && std::abs(number) < 0x1p53) {
        return fmt::format("{}", static_cast<std::int64_t>(number));
      }
      return fmt::format("d{:016x}", std::bit_cast<std::uint64_t>(value.AsDouble()));
    case json::Type::kString:
      return fmt::format("{}:{}", value.AsString().size(), value.AsString());
    case json::Type::kArray: {
      std::string text = "[";
      json::Value element;
      for (json::Elements elements(value); elements.Next(element);) text += Describe(element, numbers) + ",";
      return text + "]";
    }
    case json::Type::kObject: {
      std::string text = "{";
      std::string_view name;
      json::Value member;
      for (json::Members members(value); members.Next(name, member);) {
        text += fmt::format("{}:{}={},", name.size(), name, Describe(member, numbers));
      }
      return text + "}";
    }
  }
  return "";
}

}  // namespace skep::fuzz_targets
