#!/bin/sh
# Makes .venv and installs what the given lock file names, and Alongside itself.
# Usage: scripts/python-env.sh requirements.lock
set -eu
cd "$(dirname "$0")/.."
lock=$1

say() { printf '%s\n' "$*" >&2; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 && new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    say "Alongside needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3"
    exit 1
}

# Debian ships python3 without venv; as root, or with sudo that asks nothing, we add it.
install_venv() {
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then as=''; elif sudo -n true 2>/dev/null; then as='sudo -n'; else return 1; fi
    say "Installing python$version-venv ..."
    $as apt-get update -qq >&2 && $as apt-get install -y -qq "python$version-venv" >&2
}

make_venv() {
    "$1" -m venv .venv >/dev/null 2>&1 && [ -x .venv/bin/pip ] && return
    rm -rf .venv
    if install_venv "$1" && "$1" -m venv .venv; then return; fi
    rm -rf .venv
    say "This Python cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv"
    exit 1
}

if [ ! -x .venv/bin/python ] || ! new_enough .venv/bin/python; then
    rm -rf .venv
    python=$(find_python)
    say "Making .venv with $python ..."
    make_venv "$python"
fi

say "Installing from $lock ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
