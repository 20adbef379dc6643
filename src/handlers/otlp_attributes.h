#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/telemetry_forms.h"
#include "json/reader.h"

/// Attributes as OpenTelemetry writes them as JSON: [{"key": "model", "value": {"stringValue": "m"}}, …].
namespace skep::handlers {

/// Of a record, a point, or a resource: as many as OpenTelemetry's own limit on what a record may have.
inline constexpr std::size_t kMaxAttributes = 128;

struct Attribute {
  std::string_view name;
  json::Value value;    ///< {"stringValue": "m"}
  json::Value content;  ///< The string or number in it; absent if it holds something else.
};

/// The `attributes` of an object, read in one pass, whatever is asked of them later. Good for as long as the document.
class AttributeList {
 public:
  explicit AttributeList(json::Value holder);

  /// Null if there is none. Of several with one name the first.
  const Attribute* Find(std::string_view name) const;
  /// Empty if it is none.
  std::string_view TextOf(std::string_view name) const;
  /// All that they say as 32 hexadecimal digits, in whatever order it is written.
  std::string Digest() const;
  /// There are more than kMaxAttributes. Those were not read.
  bool too_many() const { return too_many_; }

 private:
  std::vector<Attribute> attributes_;  ///< In the order of their names.
  bool too_many_ = false;
};

/// What is said of the process that records are from: read once for all of them.
class Resource {
 public:
  explicit Resource(json::Value resource) : attributes_(resource) {}

  const AttributeList& attributes() const { return attributes_; }
  /// That of its attributes.
  const std::string& Digest() {
    if (!digest_) digest_ = attributes_.Digest();
    return *digest_;
  }

 private:
  const AttributeList attributes_;
  std::optional<std::string> digest_;
};

/// The attributes of a record, then those of its resource. Both must outlive it.
class Attributes {
 public:
  Attributes(const AttributeList& own, const AttributeList& resource) : own_(own), resource_(resource) {}

  /// The first text that there is.
  std::string_view TextOf(std::string_view name) const;
  std::string_view TextOf(const Either& names) const;

 private:
  const AttributeList& own_;
  const AttributeList& resource_;
};

}  // namespace skep::handlers
