# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a release into a depot folder of the controller: files, ``install.cmd``, ``SHA256SUMS``, and the lock file."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import jinja2
import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.atomic import write_atomically
from ansible_collections.rentree.pronote.plugins.module_utils.package import (
    Package,
    render_lock,
    script_context,
    sha256sums,
)

__all__ = ["publish", "render_script", "sha256_of"]

_TEMPLATES = Path(__file__).parent / "templates"
_LOCK_HEAD = (
    "# Written by rentree.pronote.depot_release: the digests that stations check. Keep it under version control.\n"
)


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def render_script(package: Package) -> bytes:
    """``install.cmd`` of a package: ASCII, CRLF (cmd.exe looks labels up by offset and loses them with LF alone).

    Raises ValueError when something of the package cannot stand in a batch file.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  (a batch file: script_context refuses what it could not hold)
    )
    text = environment.get_template("install.cmd.j2").render(script_context(package))
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("ascii")


def _copy(source: Path, target: Path, *, digest: str) -> None:
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    if sha256_of(part) != digest:
        part.unlink()
        raise ValueError(f"{source} changed while it was being published; run again")
    part.chmod(0o644)
    part.replace(target)


def _read_lock(lock_file: Path | None) -> dict[str, Any] | None:
    """The lock file's contents, None when there is none yet. Raises ValueError, OSError."""
    if lock_file is None or not lock_file.exists():
        return None
    try:
        lock = yaml.safe_load(lock_file.read_bytes())
    except yaml.YAMLError as exc:
        raise _not_a_lock(lock_file, " ".join(str(exc).split())) from exc
    if lock is not None and not isinstance(lock, dict):
        raise _not_a_lock(lock_file, "a mapping was expected")
    return lock


def _not_a_lock(lock_file: Path, why: str) -> ValueError:
    return ValueError(f"{lock_file} is not a lock file ({why}); put it right or delete it")


def publish(
    package: Package, sources: dict[str, Path], *, depot: Path, lock_file: Path | None, check: bool
) -> dict[str, Any]:
    """Bring the depot folder and the lock file to this package; returns changed, diff, digest and folder.

    ``install.cmd`` is written last: a folder without it is not a published release. Raises ValueError, OSError.
    """
    folder = depot / package.release / package.arch
    script = render_script(package)
    digest = hashlib.sha256(script).hexdigest()
    sums = sha256sums({**package.digests, "install.cmd": digest}).encode()
    before: dict[str, str] = {}
    for name in [*sources, "install.cmd", "SHA256SUMS"]:
        if (folder / name).is_file():
            before[name] = sha256_of(folder / name)
    after = {**package.digests, "install.cmd": digest, "SHA256SUMS": hashlib.sha256(sums).hexdigest()}
    old_lock = _read_lock(lock_file)
    try:
        new_lock = render_lock(old_lock or {}, package, script_digest=digest)
    except ValueError as exc:
        raise _not_a_lock(lock_file or depot, str(exc)) from exc
    changed = before != after or (lock_file is not None and new_lock != old_lock)
    if changed and not check:
        folder.mkdir(parents=True, exist_ok=True)
        for name, source in sources.items():
            if before.get(name) != package.digests[name]:
                _copy(source, folder / name, digest=package.digests[name])
        write_atomically(folder / "SHA256SUMS", sums, mode=0o644)
        write_atomically(folder / "install.cmd", script, mode=0o644)
        if lock_file is not None:
            lock_file.parent.mkdir(parents=True, exist_ok=True)
            content = (_LOCK_HEAD + yaml.safe_dump(new_lock, sort_keys=False)).encode()
            write_atomically(lock_file, content, mode=0o644)
    header = f"{folder}/"
    return {
        "changed": changed,
        "digest": digest,
        "folder": str(folder),
        "diff": [
            {
                "before": sha256sums(before),
                "after": sha256sums(after),
                "before_header": header,
                "after_header": header,
            }
        ],
    }
