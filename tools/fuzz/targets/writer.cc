#include "json/writer.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "bytes.h"
#include "checks.h"
#include "document.h"
#include "json/reader.h"

namespace skep::fuzz_targets {
namespace {

using Model = nlohmann::ordered_json;

/// Deep enough for all that opens and closes.
constexpr int kMaxDepth = 20;
/// Quoting doubles backslashes each time.
constexpr int kMaxQuotes = 3;

/// A document made up from bytes, written and modelled at once.
class Author {
 public:
  Author(std::string_view input, json::Writer& to) : bytes_(input), to_(to) {}

  Model Value(int depth = 0) {
    switch (bytes_.Byte() % (depth >= kMaxDepth ? 8 : quotes_ >= kMaxQuotes ? 10 : 11)) {
      case 0:
        to_.Null();
        return nullptr;
      case 1: {
        const bool value = bytes_.Byte() % 2 != 0;
        to_.Bool(value);
        return value;
      }
      case 2: {
        const auto value = bytes_.Number<std::int64_t>();
        to_.Int(value);
        return value;
      }
      case 3: {
        const auto value = bytes_.Number<std::uint64_t>();
        to_.Uint(value);
        return value;
      }
      case 4: {
        const auto value = bytes_.Number<double>();
        to_.Double(value);
        return std::isfinite(value) ? Model(value) : Model(nullptr);
      }
      case 5: {
        const std::string text = ValidText();
        to_.String(text);
        return text;
      }
      case 6:
        to_.Plain("plain");
        return "plain";
      case 7:
        to_.Raw(R"({"raw":[1]})");
        return {{"raw", {1}}};
      case 8:
        return Array(depth);
      case 9:
        return Object(depth);
      default:
        return Quoted(depth);
    }
  }

 private:
  /// Any bytes; those that are no UTF-8 are judged apart, since what is read then is another text.
  std::string ValidText() {
    std::string text(bytes_.Text(bytes_.Byte()));
    if (!json::IsUtf8(text)) {
      Block block;
      json::Writer(block).String(text);
      json::Reader reader;
      if (reader.Parse({block.data(), block.size()}) != json::Outcome::kOk) return "not JSON";
      text = reader.root().AsString();
    }
    return text;
  }
  Model Array(int depth) {
    Model array = Model::array();
    to_.BeginArray();
    for (unsigned count = bytes_.Byte() % 5; count > 0; --count) array.push_back(Value(depth + 1));
    to_.EndArray();
    return array;
  }
  Model Object(int depth) {
    Model object = Model::object();
    to_.BeginObject();
    for (unsigned count = bytes_.Byte() % 5; count > 0; --count) {
      // Each name once: a model keeps one of two.
      std::string name = fmt::format("member{}", count);
      if (bytes_.Byte() % 2 == 0) {
        to_.Key(name);
      } else {
        name += ValidText();
        to_.KeyOf(name);
      }
      object[name] = Value(depth + 1);
    }
    to_.EndObject();
    return object;
  }
  /// JSON within JSON, as a tool's answer has it: a value, and the same as text.
  Model Quoted(int depth) {
    to_.BeginArray();
    const std::size_t begin = to_.out().size();
    ++quotes_;
    Model model = Model::array({Value(depth + 1)});
    --quotes_;
    const std::size_t size = to_.out().size() - begin;
    const std::string text(to_.out().view().substr(begin, size));
    to_.out().Append(",");
    json::Writer(to_.out()).StringOfJson(begin, size);
    to_.EndArray();
    model.push_back(text);
    return model;
  }

  Bytes bytes_;
  json::Writer& to_;
  int quotes_ = 0;
};

/// A number may be read in another type than it was written in, if it is the same number: 3.0 is written as 3.
bool Same(json::Value value, const Model& model) {
  switch (value.type()) {
    case json::Type::kNull:
      return model.is_null();
    case json::Type::kBool:
      return model.is_boolean() && model.get<bool>() == value.AsBool();
    case json::Type::kInt:
    case json::Type::kUint:
    case json::Type::kDouble:
      if (model.is_number_float()) return value.AsDouble() == model.get<double>();
      if (!model.is_number()) return false;
      if (model.is_number_unsigned())
        return !value.Is(json::Type::kDouble) && value.AsUint() == model.get<std::uint64_t>();
      return value.Is(json::Type::kInt) && value.AsInt() == model.get<std::int64_t>();
    case json::Type::kString:
      return model.is_string() && value.AsString() == model.get_ref<const std::string&>();
    case json::Type::kArray: {
      json::Elements elements(value);
      json::Value element;
      for (const Model& one : model) {
        if (!elements.Next(element) || !Same(element, one)) return false;
      }
      return model.is_array() && !elements.Next(element);
    }
    case json::Type::kObject: {
      json::Members members(value);
      std::string_view name;
      json::Value member;
      for (const auto& [key, one] : model.items()) {
        if (!members.Next(name, member) || name != key || !Same(member, one)) return false;
      }
      return model.is_object() && !members.Next(name, member);
    }
    case json::Type::kAbsent:
      return false;
  }
  return false;
}

}  // namespace

std::string CheckWriter(std::string_view input) {
  Block block;
  json::Writer to(block);
  const Model model = Author(input, to).Value();
  const std::string written(block.view());
  json::Reader reader;
  if (reader.Parse({block.data(), block.size()}) != json::Outcome::kOk) {
    return fmt::format("{} is no JSON: {}", written, reader.error());
  }
  if (!Same(reader.root(), model))
    return fmt::format("{} is read as {}, not {}", written, Describe(reader.root()), model.dump());
  const Model read = Model::parse(written, nullptr, false);
  if (read.is_discarded()) return fmt::format("{} is no JSON to nlohmann/json", written);
  return read == model ? std::string()
                       : fmt::format("{} is {} to nlohmann/json, not {}", written, read.dump(), model.dump());
}

}  // namespace skep::fuzz_targets
