#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "skep/block.h"
#include "skep/error.h"

// A struct describes itself once, in a table of rows:
//
//   struct Args {
//     Topology topology = Topology::kMesh;
//     int max_agents = 8;
//
//     static constexpr Field kFields[] = {
//         Req<&Args::topology>("topology", "Who may work on and write to whom"),
//         Opt<&Args::max_agents>("maxAgents", "Most agents alive at once", {1, 1024}),
//     };
//   };
//
// From the table come the JSON Schema, the decoder and its messages, the encoder, the command line's flags and their
// help. Defaults are not in the table: they are what `Args{}` holds. Templates only bind a member to its row; what
// walks rows is json/field.cc, compiled once however many tools there are.

namespace skep {

namespace json {
class Value;
class Writer;
}  // namespace json

struct Field;

/// The C++ types that a member may have.
enum class Kind : std::uint8_t {
  kBool,
  kInt,     ///< int
  kInt64,   ///< std::int64_t
  kDouble,  ///< double
  kText,    ///< std::string_view: borrows from the request, or (see OwnText) from whoever keeps the struct
  kString,  ///< std::string
  kTime,    ///< Timestamp; results only
  kEnum,    ///< enum class : int, counted from 0, with `constexpr std::array<std::string_view, N> Names(E)` beside it
  kOptional,
  kVector,
  kStruct,  ///< anything with kFields; if it has a kFromText too, a string stands for its first field
};

/// A moment on the wall clock; as text 2026-11-21T08:30:00.000Z.
struct Timestamp {
  std::int64_t ms = 0;  ///< Since 1970 UTC.
};

/// A C++ type, as far as rows need to know it.
struct FieldType {
  Kind kind;
  std::span<const std::string_view> names = {};  ///< kEnum: how 0, 1, 2… are spelled
  std::span<const Field> fields = {};            ///< kStruct
  bool from_text = false;              ///< kStruct: a string stands for an object that has its first field only
  const FieldType* element = nullptr;  ///< kOptional, kVector
  void* (*add)(void* to) = nullptr;    ///< kOptional, kVector: appends an element
  void* (*at)(void* in, std::size_t index) = nullptr;  ///< kOptional, kVector: null beyond the last
};

/// Inclusive bounds of a number, of a text's characters or of a list's elements. Left out: open.
struct Range {
  static constexpr std::int64_t kOpen = std::numeric_limits<std::int64_t>::min();
  std::int64_t min = kOpen;
  std::int64_t max = kOpen;
};

/// One row: a member, its name on the wire, and what whoever fills it should know.
struct Field {
  std::string_view name;
  std::string_view doc;
  const FieldType* type;
  Range range;
  bool required;
  void* (*member)(void* object);
};

template <auto Member>
constexpr Field MakeField(std::string_view name, std::string_view doc, Range range, bool required);

/// A member that must be given (in a result: that is always there).
template <auto Member>
constexpr Field Req(std::string_view name, std::string_view doc = {}, Range range = {}) {
  return MakeField<Member>(name, doc, range, true);
}

/// A member with a default: the one that the struct gives it.
template <auto Member>
constexpr Field Opt(std::string_view name, std::string_view doc = {}, Range range = {}) {
  return MakeField<Member>(name, doc, range, false);
}

/// Most rows in one table: the decoder marks those it has seen in one word.
inline constexpr std::size_t kMaxFields = 64;

/// Fills `object` from a JSON object, or from an absent value as from an empty one. The error names the field at fault,
/// what it wants and what came; `object` is then half filled. An unknown member is an error too: whoever misspells an
/// option wants to hear of it. null for a member that is not required leaves its default. Text members borrow from the
/// document.
Expected<void> DecodeFields(json::Value from, std::span<const Field> fields, void* object);

/// Copies what the struct's text members borrow into `arena` and points them there: the struct then lives on its own,
/// for as long as the arena. REQUIRES: an empty arena.
void OwnText(std::span<const Field> fields, void* object, Block& arena);

/// Appends the struct as a JSON object. Optional members without a value are left out.
void EncodeFields(const void* object, std::span<const Field> fields, json::Writer& to);

/// Appends the JSON Schema of such objects. `defaults`: an object to read defaults from, null for none (results).
void WriteSchema(std::span<const Field> fields, const void* defaults, json::Writer& to);

/// "an integer from 1 to 1024", "one of hierarchical, mesh", "an array of at most 64 elements": what a field takes, for
/// errors and help texts.
std::string DescribeType(const Field& field);

// --- Binding of C++ types ------------------------------------------------------------------------------------------

template <class T>
struct TypeOf;
template <class T>
inline constexpr FieldType kTypeOf = TypeOf<T>::Make();

template <>
struct TypeOf<bool> {
  static constexpr FieldType Make() { return {.kind = Kind::kBool}; }
};
template <>
struct TypeOf<int> {
  static constexpr FieldType Make() { return {.kind = Kind::kInt}; }
};
template <>
struct TypeOf<std::int64_t> {
  static constexpr FieldType Make() { return {.kind = Kind::kInt64}; }
};
template <>
struct TypeOf<double> {
  static constexpr FieldType Make() { return {.kind = Kind::kDouble}; }
};
template <>
struct TypeOf<std::string_view> {
  static constexpr FieldType Make() { return {.kind = Kind::kText}; }
};
template <>
struct TypeOf<std::string> {
  static constexpr FieldType Make() { return {.kind = Kind::kString}; }
};

template <>
struct TypeOf<Timestamp> {
  static constexpr FieldType Make() { return {.kind = Kind::kTime}; }
};

template <class T>
  requires std::is_enum_v<T>
struct TypeOf<T> {
  static_assert(std::is_same_v<std::underlying_type_t<T>, int>);
  static constexpr auto kNames = Names(T{});
  static constexpr FieldType Make() { return {.kind = Kind::kEnum, .names = kNames}; }
};

template <class T>
struct TypeOf<std::optional<T>> {
  static void* Add(void* to) { return &static_cast<std::optional<T>*>(to)->emplace(); }
  static void* At(void* in, std::size_t index) {
    auto& value = *static_cast<std::optional<T>*>(in);
    return index == 0 && value ? &*value : nullptr;
  }
  static constexpr FieldType Make() { return {.kind = Kind::kOptional, .element = &kTypeOf<T>, .add = Add, .at = At}; }
};

template <class T>
struct TypeOf<std::vector<T>> {
  static void* Add(void* to) { return &static_cast<std::vector<T>*>(to)->emplace_back(); }
  static void* At(void* in, std::size_t index) {
    auto& items = *static_cast<std::vector<T>*>(in);
    return index < items.size() ? &items[index] : nullptr;
  }
  static constexpr FieldType Make() { return {.kind = Kind::kVector, .element = &kTypeOf<T>, .add = Add, .at = At}; }
};

template <class T>
  requires requires { T::kFields; }
struct TypeOf<T> {
  static constexpr bool kFromText = requires { T::kFromText; };
  static constexpr FieldType Make() { return {.kind = Kind::kStruct, .fields = T::kFields, .from_text = kFromText}; }
};

/// Reaches one member. A class template over the types, not a lambda over the member alone: GCC 12 gives such a lambda
/// external linkage even where the type is in an unnamed namespace, and then two tools' `Args::name` become one.
template <class Object, class Value, Value Object::* Member>
struct MemberOf {
  static void* Get(void* object) { return &(static_cast<Object*>(object)->*Member); }
};

template <class Object, class Value>
struct MemberTraits {
  constexpr explicit MemberTraits(Value Object::*) {}
  template <auto Member>
  using Access = MemberOf<Object, Value, Member>;
  using ValueType = Value;
};

template <auto Member>
constexpr Field MakeField(std::string_view name, std::string_view doc, Range range, bool required) {
  using Traits = decltype(MemberTraits(Member));
  return {name, doc, &kTypeOf<typename Traits::ValueType>, range, required, Traits::template Access<Member>::Get};
}

/// Converts to anything: to count the members of an aggregate. Never called; clang wants it defined for types that no
/// other file knows.
struct Anything {
  template <class T>
  operator T() const {
    std::unreachable();
  }
};

/// How many members an aggregate has.
template <class T, class... Init>
consteval std::size_t CountMembers() {
  if constexpr (requires { T{Init{}..., Anything{}}; }) {
    return CountMembers<T, Init..., Anything>();
  } else {
    return sizeof...(Init);
  }
}

/// Whether the struct's table has a row for each member.
template <class T>
concept Described = CountMembers<T>() == std::size(T::kFields) && std::size(T::kFields) <= kMaxFields;

}  // namespace skep
