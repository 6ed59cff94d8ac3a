#!/bin/sh
# Install what the Wine stations need, on Debian 12. As root; does nothing when all of it is there.
set -eu

cmd_folder=/usr/local/lib/rentree-pronote
cmd="$cmd_folder/cmd.exe"
packages="wine wine64 gcc-mingw-w64-x86-64-win32 binutils-mingw-w64-x86-64 msitools wixl nsis locales util-linux"
missing=""
for package in $packages; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -z "$missing" ] && [ -e "$cmd" ]; then
    exit 0
fi
if [ "$(id -u)" != 0 ]; then
    echo "setup.sh: missing:$missing $cmd; run this as root" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
if [ -n "$missing" ]; then
    apt-get update -q
    # shellcheck disable=SC2086  # a list of words on purpose
    apt-get install -q -y --no-install-recommends $missing
fi

# cmd.exe comes from Debian 13's Wine 10: in Wine 8's, "a && b || c" runs all three whatever a and b return. A PE program
# like any other, it runs under Wine 8; the rest of Wine 10 needs a newer libc. From the mirror that serves Debian 12.
if [ ! -e "$cmd" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    [ -n "$missing" ] || apt-get update -q
    mirror=$(apt-get indextargets --format '$(CODENAME) $(SITE)' 'Created-By: Packages' | sed -n 's/^bookworm //p' | head -n 1)
    if [ -z "$mirror" ]; then
        echo "setup.sh: no Debian 12 (bookworm) mirror among apt's sources" >&2
        exit 1
    fi
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    next() {
        apt-get -q -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- \
            -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root "$@"
    }
    next update
    (cd "$work" && next download libwine)
    mkdir -p "$cmd_folder"
    dpkg-deb --fsys-tarfile "$work"/libwine_*.deb |
        tar -x -C "$work" ./usr/lib/x86_64-linux-gnu/wine/x86_64-windows/cmd.exe
    install -m 644 "$work/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/cmd.exe" "$cmd"
fi
