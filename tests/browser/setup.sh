#!/bin/sh
# Install what the browser tests need, on Debian 12. As root; does nothing when all of it is there.
set -eu

packages="chromium fonts-dejavu-core fonts-liberation poppler-utils"
missing=""
for package in $packages; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" != 0 ]; then
    echo "setup.sh: missing:$missing; run this as root" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086  # a list of words on purpose
apt-get install -q -y --no-install-recommends $missing
