#!/bin/sh
# Install Debian packages, those that are missing: packages.sh [--no-services] NAME... As root; does nothing when all are
# there. --no-services: what they would start is not started, since tests start their own.
set -eu

services=yes
if [ "${1:-}" = --no-services ]; then
    services=no
    shift
fi
missing=""
for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "setup.sh: missing:$missing; run this as root" >&2
    exit 1
fi
# invoke-rc.d asks this script before it starts a service; 101 forbids it.
policy=/usr/sbin/policy-rc.d
if [ "$services" = no ] && [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086  # a list of words on purpose
apt-get install -q -y --no-install-recommends $missing
