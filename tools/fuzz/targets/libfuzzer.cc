/// One target as libFuzzer wants it. SKEP_FUZZ_TARGET: its name.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "checks.h"

namespace {

const skep::fuzz_targets::Target& Target() {
  for (const skep::fuzz_targets::Target& target : skep::fuzz_targets::Targets()) {
    if (target.name == SKEP_FUZZ_TARGET) return target;
  }
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const skep::fuzz_targets::Target& target = Target();
  const std::string wrong = target.check({reinterpret_cast<const char*>(data), size});
  if (wrong.empty()) return 0;
  std::fwrite(wrong.data(), 1, wrong.size(), stderr);  // which may have a NUL in it
  std::fputc('\n', stderr);
  std::abort();
}
