#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "json/reader.h"

namespace skep::fuzz {

/// A JSON Schema, compiled from what draft-07 and 2020-12 share and servers use. Values are checked against it, and
/// made up from it. Annotations mean nothing here; keywords that it does not know are named, and judge nothing.
class Schema {
 public:
  enum Types : std::uint8_t {
    kNull = 1,
    kBool = 2,
    kInteger = 4,
    kNumber = 8,  ///< Integers among them.
    kString = 16,
    kArray = 32,
    kObject = 64,
    kAnyType = 127,
  };
  /// Where a node has another one: its index, or kNone.
  static constexpr int kNone = -1;

  struct Choice {
    bool is_text = false;
    std::string value;  ///< The text itself, or else JSON.
  };
  struct Node {
    bool never = false;  ///< The schema `false`.
    std::uint8_t types = kAnyType;
    std::vector<std::pair<std::string, int>> properties;
    std::vector<std::string> required;
    int additional = kNone;  ///< What other members must be; none: anything.
    int items = kNone;
    std::vector<Choice> choices;  ///< enum and const; empty: anything.
    std::optional<double> minimum, maximum, above, below;
    std::optional<std::size_t> min_length, max_length;  ///< Of strings, in code points.
    std::optional<std::size_t> min_items, max_items;
    std::vector<int> all_of, any_of, one_of;

    int Property(std::string_view name) const;
    bool Requires(std::string_view name) const;
  };

  /// Never fails: what cannot be understood is among unknown().
  explicit Schema(const nlohmann::json& schema);

  /// The first fault, as "/path: why"; none: the value is valid.
  std::optional<std::string> Check(json::Value value) const;
  const Node& root() const { return nodes_[0]; }
  const Node& node(int index) const { return nodes_[static_cast<std::size_t>(index)]; }
  /// Keywords that it does not judge by.
  const std::set<std::string>& unknown() const { return unknown_; }

 private:
  class Compiler;

  /// Writes the fault, inside out, to `fault`; false: there is one.
  /// `refers`: the parts that have led from one to the next for this value.
  bool Check(int node, json::Value value, std::string& fault, int refers = 0) const;
  bool CheckObject(const Node& node, json::Value value, std::string& fault) const;
  bool CheckArray(const Node& node, json::Value value, std::string& fault) const;

  std::vector<Node> nodes_;
  std::set<std::string> unknown_;
};

}  // namespace skep::fuzz
