#!/bin/sh
# Install the programs that tests judge us by, on Debian 12. As root; does nothing when all of them are there.
set -eu

# osslsigncode: another implementation of Authenticode; the compiler: real Windows programs to sign; an ssh server: a
# relay of Wake-on-LAN; systemd: for systemd-analyze, which judges units without a systemd that runs.
packages="osslsigncode gcc-mingw-w64-x86-64-win32 openssh-server openssh-client systemd"
missing=""
for package in $packages; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "setup.sh: missing:$missing; run this as root" >&2
    exit 1
fi
apt-get update -q
# shellcheck disable=SC2086  # a list of words on purpose
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
