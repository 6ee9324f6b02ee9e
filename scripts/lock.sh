#!/bin/sh
# Writes requirements.lock (what runs) and requirements-test.lock (and what tests) from pyproject.toml: pinned by
# hash, for every platform, without the address of any package index.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-$(command -v uv || echo .venv/bin/uv)}
"$uv" lock --quiet
trap 'rm -f uv.lock' EXIT
"$uv" export --quiet --frozen --no-emit-project --no-header --extra build -o requirements.lock
"$uv" export --quiet --frozen --no-emit-project --no-header --extra build --extra test -o requirements-test.lock
