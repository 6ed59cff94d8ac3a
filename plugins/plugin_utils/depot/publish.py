# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a release into a depot folder of the controller: files, ``install.cmd``, ``SHA256SUMS``, and the lock file.

I/O: files.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from ...module_utils.base.digests import sha256
from ...module_utils.base.files import sha256_of
from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import headed_diff
from ...module_utils.product.products import Product
from ...module_utils.product.release import Release
from ..words.words import Words
from .batch import batch_file
from .lock import InstallerRecord, key_of, lock_key, parse_lock, releases_of
from .package import (
    LockedError,
    Package,
    render_lock,
    script_context,
    sha256sums,
)
from .waiting import WAITING, with_installer, without_installer

__all__ = [
    "check_pin",
    "depot_files",
    "keep_installer",
    "not_a_lock",
    "preview",
    "publish",
    "read_lock",
    "render_script",
]

_TEMPLATE = Path(__file__).parent / "templates/install.cmd.j2"
_LOCK_HEAD = (
    "# Written by rentree.pronote.depot_release: the digests that stations check. Keep it under version control.\n"
)


def check_pin(path: str, digest: str, pinned: str) -> None:
    """Raise ValueError when a file's digest is not the one expected; empty: any is."""
    if pinned and digest != pinned.lower():
        raise ValueError(
            Message(
                "{path} has the SHA-256 {digest}, not the {lower} expected; fetch it again, and find "
                "out why it differs",
                path=path,
                digest=digest,
                lower=pinned.lower(),
            )
        )


def depot_files(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Digests of the files that are there, by name."""
    return {name: sha256_of(folder / name) for name in names if (folder / name).is_file()}


def render_script(package: Package) -> bytes:
    """``install.cmd`` of a package. Raises ValueError when something of it cannot stand in a batch file."""
    return batch_file(_TEMPLATE, script_context(package))


def _stage(source: Path, part: Path, *, digest: str) -> None:
    """A verified copy under a name that no station asks for."""
    shutil.copyfile(source, part)
    if sha256_of(part) != digest:
        raise ValueError(Message("{source} changed while it was being published; run again", source=source))


def _stage_bytes(content: bytes, part: Path) -> None:
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make a folder; when the block fails, the folders that were made and are still empty go again."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in missing:
            with contextlib.suppress(OSError):
                path.rmdir()
        raise


def _write(copies: dict[Path, tuple[Path, str]], contents: dict[Path, bytes]) -> None:
    """Replace files by copies (source, digest) and by contents, in this order, or none of them.

    Everything is written beside its place and checked before the first file is replaced: a full disk leaves the old
    release whole.
    """
    with contextlib.ExitStack() as stack:
        parts: dict[Path, Path] = {}
        for target in [*copies, *contents]:
            stack.enter_context(_made(target.parent))
            parts[target] = target.with_name(f".{target.name}.part")
            stack.callback(_discard, parts[target])
        for target, (source, digest) in copies.items():
            _stage(source, parts[target], digest=digest)
        for target, content in contents.items():
            _stage_bytes(content, parts[target])
        for part in parts.values():
            part.chmod(0o644)
        for target, part in parts.items():
            part.replace(target)


def _discard(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def read_lock(lock_file: Path | None) -> dict[str, Any] | None:
    """The lock file's contents, None when there is none yet. Raises ValueError, OSError."""
    if lock_file is None or not lock_file.exists():
        return None
    try:
        return parse_lock(lock_file.read_bytes())
    except ValueError as exc:
        raise not_a_lock(lock_file, message_of(exc)) from exc


def not_a_lock(lock_file: Path, why: str) -> ValueError:
    """The error for a lock file that cannot be used."""
    return ValueError(
        Message("{lock_file} is not a lock file ({why}); put it right or delete it", lock_file=lock_file, why=why)
    )


def publish(
    package: Package,
    sources: dict[str, Path] | None,
    *,
    depot: Path,
    lock_file: Path | None,
    check: bool,
    installer: InstallerRecord | None = None,
) -> dict[str, Any]:
    """Bring the depot folder and the lock file to this package; returns changed, diff, digest and folder.

    ``installer`` is what the lock file is to remember of the installer. ``install.cmd`` is written last: a folder
    without it is not a published release. When something fails, depot and lock file are as they were. ``sources``
    None: only the script is rendered anew, and the lock file is written first, from which a run that was cut off in
    between is gone on with. Raises ValueError, OSError.
    """
    folder = depot / package.product.depot_folder / package.release / package.arch
    script = render_script(package)
    digest = sha256(script)
    sums = sha256sums({**package.digests, "install.cmd": digest}).encode()
    before = depot_files(folder, [*package.digests, "install.cmd", "SHA256SUMS"])
    kept = package.digests if sources is not None else {n: d for n, d in before.items() if n in package.digests}
    after = {**kept, "install.cmd": digest, "SHA256SUMS": sha256(sums)}
    old_lock = read_lock(lock_file)
    try:
        # With a record it has come with it, and its file need not be here: it may be in the depot already.
        given = sources[package.technology.installer] if sources is not None and installer is None else None
        size = given.stat().st_size if given is not None else 0
        new_lock = render_lock(old_lock or {}, package, script_digest=digest, installer=installer, size=size)
        # Whatever waited for a recording is published now.
        new_lock = without_installer(new_lock, package.product.key, Release.parse(package.release), package.arch)
    except LockedError as exc:
        raise ValueError(message_of(exc)) from exc
    except ValueError as exc:
        raise not_a_lock(lock_file or depot, message_of(exc)) from exc
    changed = before != after or (lock_file is not None and new_lock != old_lock)
    if changed and not check:
        stale = [name for name in sources or {} if before.get(name) != package.digests[name]]
        copies = {folder / name: (sources[name], package.digests[name]) for name in stale} if sources else {}
        # install.cmd pins the other files and comes after them; the lock file, which pins install.cmd, is last.
        contents = {folder / "SHA256SUMS": sums, folder / "install.cmd": script}
        locked = (_LOCK_HEAD + yaml.safe_dump(new_lock, sort_keys=False)).encode()
        if lock_file is not None:
            contents = {**contents, lock_file: locked} if sources is not None else {lock_file: locked, **contents}
        _write(copies, contents)
    diff = [headed_diff(f"{folder}/", sha256sums(before), sha256sums(after))]
    if lock_file is not None:
        diff.append(headed_diff(str(lock_file), _entry(old_lock or {}, package), _entry(new_lock, package)))
    return {
        "changed": changed,
        "digest": digest,
        "folder": str(folder),
        "place": str(folder.relative_to(depot)),
        "files": after,
        "diff": diff,
    }


def keep_installer(
    source: Path,
    record: InstallerRecord,
    *,
    product: Product,
    release: Release,
    arch: str,
    depot: Path,
    lock_file: Path,
    check: bool,
    locked: bool,
) -> dict[str, Any]:
    """Put a verified installer into the depot, where a reference station fetches it; as ``publish`` returns it.

    Nothing is published: there is no script. The lock file remembers it unless it knows it already (``locked``). A
    folder that has a script is left as it is: the script pins what is there. Raises ValueError, OSError.
    """
    name = "setup.exe"
    folder = depot / product.depot_folder / str(release) / arch
    # The embedded server serves what a folder's list has.
    sums = sha256sums({name: record.sha256}).encode()
    before = depot_files(folder, (name, "install.cmd", "SHA256SUMS"))
    old_lock = read_lock(lock_file) or {}
    new_lock = old_lock if locked else with_installer(old_lock, product, release, arch, record)
    after = before if "install.cmd" in before else {name: record.sha256, "SHA256SUMS": sha256(sums)}
    changed = before != after or new_lock != old_lock
    if changed and not check:
        copies = {folder / name: (source, record.sha256)} if before.get(name) != after.get(name) else {}
        locked_now = (_LOCK_HEAD + yaml.safe_dump(new_lock, sort_keys=False)).encode()
        contents = {folder / "SHA256SUMS": sums} if before != after else {}
        _write(copies, contents | ({lock_file: locked_now} if new_lock != old_lock else {}))
    shown = [yaml.safe_dump({WAITING: lock.get(WAITING) or {}}, sort_keys=False) for lock in (old_lock, new_lock)]
    return {
        "changed": changed,
        "place": str(folder.relative_to(depot)),
        "files": {} if "install.cmd" in before else after,
        "diff": [headed_diff(f"{folder}/", sha256sums(before), sha256sums(after)), headed_diff(str(lock_file), *shown)],
    }


def preview(
    folder: Path, digests: dict[str, str], *, product: Product, lock_file: Path, missing: str, origin: str, words: Words
) -> list[dict[str, str]]:
    """The diff of a package one file of which (``missing``) is still to be fetched from ``origin``."""
    unknown = words("(known once fetched)")
    before = depot_files(folder, [*digests, missing, "install.cmd", "SHA256SUMS"])
    after = {**digests, **dict.fromkeys((missing, "install.cmd", "SHA256SUMS"), unknown)}
    entry = {"digest": unknown, "installer": {"url": origin, "sha256": unknown}}
    shown = {lock_key(product): {folder.parent.name: {folder.name: entry}}}
    locked = yaml.safe_dump(shown, sort_keys=False)
    return [headed_diff(f"{folder}/", sha256sums(before), sha256sums(after)), headed_diff(str(lock_file), "", locked)]


def _entry(lock: dict[str, Any], package: Package) -> str:
    """What a lock file says of a package, as the file has it."""
    released = releases_of(lock, package.product)
    key = key_of(released, package.release)
    entry = released.get(key, {}).get(package.arch)
    shown = {lock_key(package.product): {key: {package.arch: entry}}}
    return "" if entry is None else yaml.safe_dump(shown, sort_keys=False)
