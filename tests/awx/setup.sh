#!/bin/sh
# Fetch the collection awx.awx, whose modules and argument specs the tests run: from the package ansible, by its digest
# (requirements.txt), and nothing else of it. Kept in the cache; does nothing when it is there. PYTHON: one with pip.
set -eu

here=$(dirname "$0")
version=$(sed -n 's/^ansible==\([0-9.]*\).*/\1/p' "$here/requirements.txt")
# As tests/awx/__init__.py finds it.
place="${XDG_CACHE_HOME:-$HOME/.cache}/rentree-pronote/awx-$version"
[ -d "$place/ansible_collections/awx/awx" ] && exit 0
mkdir -p "$(dirname "$place")"
work=$(mktemp -d "$place.XXXXXX")
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
    -d "$work/wheel" -r "$here/requirements.txt"
# 50 MB of other collections stay in the wheel.
"${PYTHON:-python3}" - "$work" <<'PYTHON'
import sys
import zipfile
from pathlib import Path

work = Path(sys.argv[1])
(wheel,) = (work / "wheel").iterdir()
with zipfile.ZipFile(wheel) as archive:
    names = [name for name in archive.namelist() if name.startswith("ansible_collections/awx/")]
    archive.extractall(work / "made", names)
PYTHON
mv "$work/made" "$place" 2>/dev/null || [ -d "$place/ansible_collections/awx/awx" ]
