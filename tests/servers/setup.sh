#!/bin/sh
# Install the servers that some tests start for themselves on loopback, on Debian 12: nginx, sshd, PostgreSQL. As root;
# does nothing when all are there, from whichever package. Their services are not started.
set -eu

set --
[ -x /usr/sbin/nginx ] || set -- nginx-light
[ -x /usr/sbin/sshd ] || set -- "$@" openssh-server
[ -n "$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] || set -- "$@" postgresql
exec sh "$(dirname "$0")/../packages.sh" --no-services "$@"
