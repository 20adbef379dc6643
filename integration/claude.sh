#!/usr/bin/env bash
# Connects Claude Code to skep and shows what it says of the connection. On demand, because the client is large:
#   integration/claude.sh [VERSION]
# Everything happens in a temporary directory; no account is needed, and no configuration of yours is read or changed.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
skep=$(realpath "${SKEP_BIN:-$root/build/release/skep}")
version=${1:-latest}
if [[ ! -x $skep ]]; then
  echo "$skep is missing: build the release preset, or set SKEP_BIN" >&2
  exit 2
fi

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/user" "$place/project"
# The package's own script fetches the program for this machine.
npm install --prefix "$place/client" --ignore-scripts=false --no-audit --no-fund --loglevel=error \
  "@anthropic-ai/claude-code@$version" >&2

claude() {
  (cd "$place/project" && env -i PATH="$place/client/node_modules/.bin:$PATH" HOME="$place/user" \
    SKEP_HOME="$place/skep" DISABLE_AUTOUPDATER=1 DISABLE_TELEMETRY=1 timeout 120 claude "$@" </dev/null)
}

echo "claude $(claude --version)"
claude mcp add skep -- "$skep" serve
listed=$(claude mcp list)
printf '%s\n' "$listed"
if grep -E '^skep:.*Connected' <<<"$listed" >/dev/null; then
  echo "skep is connected"
else
  echo "skep is not connected" >&2
  exit 1
fi
