#!/bin/sh
# Installs Debian packages, as root or through a sudo that asks nothing; fails where neither is possible.
set -eu
command -v apt-get >/dev/null || exit 1
if [ "$(id -u)" = 0 ]; then
    root=
elif sudo -n true 2>/dev/null; then
    root='sudo -n'
else
    exit 1
fi
$root apt-get -q -o DPkg::Lock::Timeout=300 update
$root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 install -y "$@"
