#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bench/calls.h"
#include "bench/run.h"
#include "bench/server.h"

/// What the suites memory and quick measure of memory_usage. Entries are in the namespace "bench", with 1 KB each.
namespace skep::bench {

std::string RetrieveArguments(std::uint64_t key);
/// Over so many keys in turn, each time with another value.
Calls Store(std::uint64_t keys);
/// Of so many keys in turn. REQUIRES: they are stored.
Calls Retrieve(std::uint64_t keys);

/// One durable store at a time, p50, beside a page that is written and waited for on the same disk.
Measurement DurableStore(const Options& options, std::shared_ptr<Server> server);

}  // namespace skep::bench
