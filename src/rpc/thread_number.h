#pragma once

#include <cstdint>

namespace skep::rpc {

namespace detail {
inline constexpr std::uint32_t kNoNumber = UINT32_MAX;
/// Needs no initialisation, so that reading it is one instruction.
inline constinit thread_local std::uint32_t thread_number = kNoNumber;
std::uint32_t FirstThreadNumber();
}  // namespace detail

/// Of a thread that is about to end: others may have it too.
inline constexpr std::uint32_t kEndingThread = UINT32_MAX - 1;

/// A number of the calling thread, which no other thread has: the smallest that is free, so that few threads have small
/// ones. When the thread ends it is given to another, which sees all that was done under it; what the thread does after
/// that, in destructors of its thread_local objects, is done as kEndingThread.
inline std::uint32_t ThreadNumber() {
  const std::uint32_t number = detail::thread_number;
  return number != detail::kNoNumber ? number : detail::FirstThreadNumber();
}

}  // namespace skep::rpc
