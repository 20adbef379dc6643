#pragma once

#include <string>
#include <utility>

#include "skep/error.h"

namespace skep {

/// A directory that is gone, with all that is in it, when this is.
class Scratch {
 public:
  /// Made in `where`, which defaults to the system's directory for such; mode 0700. Fails with kUnavailable.
  static Expected<Scratch> Make(const std::string& where = {});
  Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Scratch& operator=(Scratch&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~Scratch();

  /// Absolute, without symbolic links.
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  /// It stays when this goes. For those who are to look at it.
  void Keep() { path_.clear(); }

 private:
  explicit Scratch(std::string path) : path_(std::move(path)) {}

  std::string path_;  ///< Empty: nothing is to be removed.
};

}  // namespace skep
