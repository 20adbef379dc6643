#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace skep::fuzz_targets {

/// Takes decisions from the input, from its beginning on; when it is used up, all are zero.
class Bytes {
 public:
  explicit Bytes(std::string_view input) : rest_(input) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t Byte() { return Number<std::uint8_t>(); }
  template <class T>
  T Number() {
    T number{};
    const std::string_view taken = Text(sizeof(T));
    if (!taken.empty()) std::memcpy(&number, taken.data(), taken.size());
    return number;
  }
  std::string_view Text(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view Rest() { return Text(rest_.size()); }

 private:
  std::string_view rest_;
};

}  // namespace skep::fuzz_targets
