"""Where secrets lie in the clear below a folder: in files, and in what ansible-runner has packed in them."""

from __future__ import annotations

import base64
import binascii
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["in_the_clear"]


def _packed(content: bytes) -> Iterator[bytes]:
    """What a stream of ansible-runner (receptor's ``stdin``, ``stdout``) has in its archives: a line with a length,
    then the archive in base64 up to the next line of JSON.
    """
    lines = content.split(b"\n")
    for number, line in enumerate(lines):
        try:
            announced = line.startswith(b'{"zipfile"') and json.loads(line)
            if announced:
                # What follows the base64 may stand on the same line.
                text = lines[number + 1].partition(b"{")[0]
                with zipfile.ZipFile(io.BytesIO(base64.b64decode(text))) as archive:
                    yield from (archive.read(name) for name in archive.namelist())
        except (IndexError, ValueError, binascii.Error, zipfile.BadZipFile):
            # Cut off on its way.
            continue


def in_the_clear(folder: Path, secrets: Mapping[str, str]) -> set[tuple[str, str]]:
    """Files with a secret in them, by path below the folder, each with the secret's name."""
    found = set()
    # Of what is being removed `walk` tells nothing, where `rglob` raises an error.
    for path in (Path(where, name) for where, _, names in os.walk(folder) for name in names):
        if path.is_symlink() or not path.is_file():
            continue
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            # Gone since: not left.
            continue
        for text in (content, *_packed(content)):
            plain = {name for name, secret in secrets.items() if secret.encode() in text}
            found |= {(str(path.relative_to(folder)), name) for name in plain}
    return found
