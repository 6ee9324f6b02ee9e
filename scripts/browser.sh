#!/bin/sh
# Finds a Chromium or Chrome for the browser tests, or installs Debian's.
set -eu

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
# On other systems Playwright brings its own, as it does on macOS beside an installed Chrome.
if ! command -v apt-get >/dev/null 2>&1; then
    exec "$(dirname "$0")/../.venv/bin/playwright" install chromium
fi
if [ "$(id -u)" = 0 ]; then
    as=''
elif sudo -n true 2>/dev/null; then
    as='sudo -n'
else
    echo 'The browser tests need Chromium. Install it: sudo apt-get install chromium' >&2
    exit 1
fi
echo 'Installing chromium ...' >&2
$as apt-get update -qq >&2
$as apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >&2
