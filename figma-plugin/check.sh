#!/usr/bin/env bash
# All checks of the plugin and of the studio's modules: the built files, eslint, tsc, vitest. Part of
# `make test`.
set -euo pipefail
cd "$(dirname "$0")"
major="$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')" || true
if [ "${major:-0}" -lt 20 ] || ! command -v npm >/dev/null; then
    echo "The Figma plugin's tests need Node 20 or later, with npm: apt-get install nodejs npm," >&2
    echo "or see https://nodejs.org. (To run gazecast, and the plugin, neither is needed.)" >&2
    exit 1
fi
./install.sh
npm run --silent answers # types of the service's answers, from docs/openapi.json
npm run --silent check-build
# At the same time: these take most of it.
(npm run --silent types && npm run --silent types-studio) & types=$!
(npm run --silent lint && npm run --silent lint-studio) & lint=$!
npm run --silent test
wait "$types"
wait "$lint"
