#!/usr/bin/env bash
# The packages that the plugin is built and checked with.
set -euo pipefail
cd "$(dirname "$0")"
# npm writes this file when it is done; what it installed before holds until the lock file changes.
if [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-progress --loglevel=error
    touch node_modules/.package-lock.json
fi
