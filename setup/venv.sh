#!/bin/sh
# Makes .venv with a Python of 3.11 or newer; on Debian first adds the package that `python3 -m venv` lacks there.
set -eu
cd "$(dirname "$0")/.."

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
complete() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11 none; do
    suits "$python" && break
done
if [ "$python" = none ]; then
    echo "Waypost needs Python 3.11 or newer; python3 here is: $(python3 --version 2>&1 || echo missing)." >&2
    echo "Install a newer one, or name it: make PYTHON=/path/to/python3 ..." >&2
    exit 1
fi
if ! complete "$python"; then
    setup/debian.sh python3-venv || true
    if ! complete "$python"; then
        echo "This Python cannot make virtual environments. Install its venv package (on Debian and Ubuntu, as root:" >&2
        echo "apt-get install python3-venv), then repeat the command." >&2
        exit 1
    fi
fi

trap 'test $? = 0 || rm -rf .venv' EXIT
"$python" -m venv --clear .venv
