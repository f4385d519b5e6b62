#!/usr/bin/env bash
# Runs the Model Context Protocol's conformance suite over our server and our client. The suite needs a newer Node than
# we do, so both stand in a cache folder of their own (some 240 MB) instead of among the dependencies.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${META_AGENT_CONFORMANCE:-node_modules/.cache/conformance}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
if [ ! -x "$cache/node_modules/node/bin/node" ]; then
  npm install --prefix "$cache" --no-save --no-audit --no-fund \
    @modelcontextprotocol/conformance@0.2.0-alpha.12 node@24.21.0
fi
META_AGENT_CONFORMANCE=$cache exec npx vitest run --config vitest.conformance.config.ts "$@"
