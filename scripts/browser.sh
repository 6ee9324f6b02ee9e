#!/bin/sh
# Finds a Chromium or Chrome for the browser tests, or installs Debian's. Best is the one without a window: it opens
# and draws a page in half the time.
set -eu

have() {
    for name in "$@"; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

any_browser() { have chromium chromium-browser google-chrome google-chrome-stable; }

have chromium-headless-shell && exit 0
# On other systems Playwright brings its own, as it does on macOS beside an installed Chrome.
if ! have apt-get; then
    any_browser || exec "$(dirname "$0")/../.venv/bin/playwright" install chromium
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    as=''
elif sudo -n true 2>/dev/null; then
    as='sudo -n'
else
    any_browser && exit 0
    echo 'The browser tests need Chromium. Install it: sudo apt-get install chromium-headless-shell' >&2
    exit 1
fi
echo 'Installing a browser without a window ...' >&2
install='apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0'
{
    $as timeout 120 apt-get update -qq -o Acquire::Retries=1 &&
        $as timeout 300 $install chromium-headless-shell fonts-dejavu-core
} >&2 && exit 0
# Ubuntu has none.
any_browser || $as $install chromium fonts-dejavu-core >&2
