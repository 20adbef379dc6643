#include <cstddef>
#include <span>

#include "base/paths.h"
#include "cli/console.h"
#include "cli/run.h"

int main(int argc, char** argv) {
  const std::span<const char* const> args(argv, static_cast<std::size_t>(argc));
  return skep::cli::Run(args.subspan(args.empty() ? 0 : 1), skep::ProcessEnvironment(), skep::cli::Console());
}
