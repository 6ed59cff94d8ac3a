#!/bin/sh
# Install what the tests of Kerberos need, on Debian 12: a KDC, kinit, and what builds the layers over the library. As root;
# does nothing when all of it is there. No service is started: the tests run a KDC of their own.
set -eu

packages="krb5-kdc krb5-admin-server krb5-user libkrb5-dev gcc"
# The headers of the Python that Debian has; another Python brings its own.
[ ! -x /usr/bin/python3 ] || packages="$packages python3-dev"
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
# Debian's service would fail without a database, and nobody wants it: the tests' KDC has an address and folders of its own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
# shellcheck disable=SC2086  # a list of words on purpose
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
