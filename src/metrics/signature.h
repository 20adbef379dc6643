#pragma once

#include <string>
#include <string_view>

namespace skep::metrics {

/// A message without what differs from one time to the next, so that all of one kind have the same: quoted text appears
/// as "…", the values of secrets as … (see redact.h), numbers as #, paths as <path>, addresses as <url>, hexadecimal as
/// <hex>, ids of ours as tk_…, other long ids as <id>; lists of these as one, white space as one space. At most
/// limits::kMaxSignature bytes.
std::string SignatureOf(std::string_view message);

}  // namespace skep::metrics
