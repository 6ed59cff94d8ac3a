#!/bin/sh
# Install the servers that some tests start for themselves on loopback, on Debian 12: nginx, sshd. As root; does nothing
# when both are there. Their services are not started: no test wants a server that it did not start.
set -eu

missing=""
[ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
[ -x /usr/sbin/sshd ] || missing="$missing openssh-server"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "setup.sh: missing:$missing; run this as root" >&2
    exit 1
fi
# invoke-rc.d asks this script before it starts a service; 101 forbids it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086  # a list of words on purpose
apt-get install -q -y --no-install-recommends $missing
