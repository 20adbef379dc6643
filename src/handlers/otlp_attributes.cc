#include "handlers/otlp_attributes.h"

#include <algorithm>

#include "handlers/fingerprint.h"
#include "json/copy.h"

namespace skep::handlers {
namespace {

using json::Elements;
using json::Type;
using json::Value;

/// What an attribute holds: {"stringValue": …}, {"intValue": …}, …
Value Content(Value any) {
  for (const std::string_view kind : {"stringValue", "intValue", "doubleValue"}) {
    if (const Value content = any.Find(kind); content.exists()) return content;
  }
  return {};
}

}  // namespace

AttributeList::AttributeList(Value holder) {
  const Value list = holder.Find("attributes");
  if (!list.Is(Type::kArray)) return;
  Value attribute;
  for (Elements elements(list); elements.Next(attribute);) {
    if (attributes_.size() == kMaxAttributes) {
      too_many_ = true;
      break;
    }
    const Value name = attribute.Find("key");
    const Value value = attribute.Find("value");
    if (name.Is(Type::kString) && value.exists()) attributes_.push_back({name.AsString(), value, Content(value)});
  }
  std::ranges::stable_sort(attributes_, {}, &Attribute::name);
}

const Attribute* AttributeList::Find(std::string_view name) const {
  const auto place = std::ranges::lower_bound(attributes_, name, {}, &Attribute::name);
  return place != attributes_.end() && place->name == name ? &*place : nullptr;
}

std::string_view AttributeList::TextOf(std::string_view name) const {
  const Attribute* const attribute = Find(name);
  return attribute != nullptr && attribute->content.Is(Type::kString) ? attribute->content.AsString()
                                                                      : std::string_view();
}

std::string AttributeList::Digest() const {
  Fingerprint fingerprint;
  for (const Attribute& attribute : attributes_) {
    fingerprint.Add(attribute.name);
    if (attribute.content.Is(Type::kString)) {
      fingerprint.Add(attribute.content.AsString());
    } else {
      fingerprint.Add(json::Copy(attribute.value));
    }
  }
  return fingerprint.Take();
}

std::string_view Attributes::TextOf(std::string_view name) const {
  const std::string_view own = own_.TextOf(name);
  return own.empty() ? resource_.TextOf(name) : own;
}

std::string_view Attributes::TextOf(const Either& names) const {
  for (const std::string_view name : names) {
    if (const std::string_view text = TextOf(name); !text.empty()) return text;
  }
  return {};
}

}  // namespace skep::handlers
