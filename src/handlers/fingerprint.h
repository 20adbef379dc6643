#pragma once

#include <sodium.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace skep::handlers {

/// Texts and numbers, as 128 bits that no others have.
class Fingerprint {
 public:
  Fingerprint() { crypto_generichash_init(&state_, nullptr, 0, kBytes); }

  Fingerprint& Add(std::string_view text) {
    Add(static_cast<std::int64_t>(text.size()));
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return *this;
  }
  Fingerprint& Add(std::int64_t number) {
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(&number), sizeof(number));
    return *this;
  }
  /// In hexadecimal digits.
  std::string Take() {
    unsigned char bytes[kBytes];
    crypto_generichash_final(&state_, bytes, kBytes);
    char hex[kBytes * 2 + 1];
    return sodium_bin2hex(hex, sizeof(hex), bytes, kBytes);
  }

 private:
  static constexpr std::size_t kBytes = crypto_generichash_BYTES_MIN;
  crypto_generichash_state state_;
};

}  // namespace skep::handlers
