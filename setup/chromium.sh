#!/bin/sh
# A Chromium for the browser tests: the system's, else Debian's package, else Playwright's own.
set -eu
cd "$(dirname "$0")/.."
command -v chromium >/dev/null && exit 0
setup/debian.sh chromium || true
command -v chromium >/dev/null || .venv/bin/python -m playwright install chromium
