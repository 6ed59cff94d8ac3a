#!/bin/sh
# Install what the tests of Kerberos need, on Debian 12: a KDC, kinit, and what builds the layers over the library. As root;
# does nothing when all of it is there. No service is started: Debian's KDC would fail without a database, and the tests
# run one of their own.
set -eu

# With the word samba: Samba's domain controller too (make test-samba).
samba=""
[ "${1:-}" != samba ] || samba="samba-ad-dc samba-ad-provision samba-dsdb-modules python3-samba"
# shellcheck disable=SC2086  # a list of words on purpose
set -- krb5-kdc krb5-admin-server krb5-user libkrb5-dev gcc $samba
# The headers of the Python that Debian has; another Python brings its own.
[ ! -x /usr/bin/python3 ] || set -- "$@" python3-dev
exec sh "$(dirname "$0")/../packages.sh" --no-services "$@"
