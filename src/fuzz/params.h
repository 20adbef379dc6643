#pragma once

#include <string>

#include "fuzz/contract.h"
#include "fuzz/methods.h"
#include "fuzz/pool.h"
#include "fuzz/random.h"
#include "fuzz/values.h"

namespace skep::fuzz {

/// Makes up the params of a method other than tools/call and initialize.
class Params {
 public:
  /// All must outlive it.
  Params(const Contract& contract, Random& random, const Pool& pool, Values& values)
      : contract_(contract), random_(random), pool_(pool), values_(values) {}

  /// Appends the members of the method's params, without braces: nothing, or "name":value with commas between.
  void Append(Method method, std::string& to);

 private:
  void Uri(std::string& to);
  void Prompt(std::string& to);
  void Completion(std::string& to);
  std::string Known(std::string_view name, std::string_view otherwise);

  const Contract& contract_;
  Random& random_;
  const Pool& pool_;
  Values& values_;
};

}  // namespace skep::fuzz
