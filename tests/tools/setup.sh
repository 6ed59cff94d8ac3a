#!/bin/sh
# Install the programs that tests judge us by, on Debian 12. As root; does nothing when all of them are there.
set -eu

# osslsigncode: another implementation of Authenticode; the compiler: real Windows programs to sign; an ssh server: a
# relay of Wake-on-LAN; systemd: for systemd-analyze, which judges units without a systemd that runs.
exec sh "$(dirname "$0")/../packages.sh" osslsigncode gcc-mingw-w64-x86-64-win32 openssh-server openssh-client systemd
