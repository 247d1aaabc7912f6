#!/bin/sh
# Pins every dependency with the hashes of all its files, from pyproject.toml and requirements-build.in.
set -eu
cd "$(dirname "$0")/.."
test -x .make/lock/bin/pip-compile || {
    .venv/bin/python -m venv --clear .make/lock
    .make/lock/bin/python -m pip install --quiet pip-tools
}

# Only the package index counts: what a machine's own configuration adds must not get into the files.
unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL
export PIP_CONFIG_FILE=/dev/null

upgrade=${1:-}
pin() {
    # shellcheck disable=SC2086
    .make/lock/bin/pip-compile --quiet --generate-hashes --no-header --strip-extras --allow-unsafe \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $upgrade "$@"
}
pin --output-file requirements.txt pyproject.toml
pin --constraint requirements.txt --output-file requirements-build.txt requirements-build.in
pin --constraint requirements.txt --constraint requirements-build.txt --extra dev \
    --output-file requirements-dev.txt pyproject.toml
