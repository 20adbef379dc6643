#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "fuzz/pool.h"
#include "fuzz/random.h"
#include "fuzz/schema.h"

namespace skep::fuzz {

/// Whether an argument of this name says how long a call takes. It is seldom more than 0, so that no round waits for
/// nothing, and never more than kLongestWaitS.
bool SaysHowLong(std::string_view name);
inline constexpr int kLongestWaitS = 1;
/// Lets a call with such arguments, which take no time, take some.
void Lengthen(std::string& arguments, int seconds);

/// Makes up JSON, and appends it as text.
class Values {
 public:
  /// Both must outlive it.
  Values(Random& random, const Pool& pool) : random_(random), pool_(pool) {}

  /// What the schema allows, as far as it is understood. `name`: of the member that it is for.
  void Valid(const Schema& schema, int node, std::string_view name, std::string& to);
  /// An object that the schema nearly allows: something in it is missing, odd, too much, or there twice.
  void NearlyValid(const Schema& schema, std::string& to);
  /// Anything that is JSON.
  void Odd(std::string& to);
  /// A string, with its quotes: a word, something known, or nothing usual.
  void Text(std::string_view name, std::string& to);
  /// Arrays in arrays, or objects.
  void Deep(std::size_t levels, std::string& to);

 private:
  void ValidAt(const Schema& schema, int node, std::string_view name, std::size_t depth, std::string& to);
  void Object(const Schema& schema, const Schema::Node& node, std::size_t depth, std::string& to);
  void Array(const Schema& schema, const Schema::Node& node, std::string_view name, std::size_t depth, std::string& to);
  void Number(const Schema::Node& node, std::string_view name, std::string& to);
  void OddText(std::string& to);

  Random& random_;
  const Pool& pool_;
};

}  // namespace skep::fuzz
