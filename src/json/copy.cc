#include "json/copy.h"

#include "skep/block.h"

namespace skep::json {

// Recurses as deep as the document, which the parser bounds by limits::kMaxDepth.
void CopyTo(Value value, Writer& to) {  // NOLINT(misc-no-recursion)
  switch (value.type()) {
    case Type::kAbsent:
    case Type::kNull:
      return to.Null();
    case Type::kBool:
      return to.Bool(value.AsBool());
    case Type::kInt:
      return to.Int(value.AsInt());
    case Type::kUint:
      return to.Uint(value.AsUint());
    case Type::kDouble:
      return to.Double(value.AsDouble());
    case Type::kString:
      return to.String(value.AsString());
    case Type::kArray: {
      to.BeginArray();
      Value element;
      for (Elements elements(value); elements.Next(element);) CopyTo(element, to);
      return to.EndArray();
    }
    case Type::kObject: {
      to.BeginObject();
      std::string_view name;
      Value member;
      for (Members members(value); members.Next(name, member);) {
        to.KeyOf(name);
        CopyTo(member, to);
      }
      return to.EndObject();
    }
  }
}

std::string Copy(Value value) {
  Block text;
  Writer to(text);
  CopyTo(value, to);
  return std::string(text.view());
}

}  // namespace skep::json
