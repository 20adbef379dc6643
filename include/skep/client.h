#pragma once

#include <string>

namespace skep {

/// Who is at the other end of a session, as far as it says so.
struct ClientIdentity {
  std::string name;
  std::string version;
  std::string session;    ///< As the client calls it: CLAUDE_CODE_SESSION_ID, Codex's threadId.
  std::string directory;  ///< Where it was started.
};

}  // namespace skep
