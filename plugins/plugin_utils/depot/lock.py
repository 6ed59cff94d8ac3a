# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's lock file (``pronote_releases.lock.yml``): reading it strictly, and what it says. Pure.

``releases`` is everywhere ``pronote_releases``, or the part of ``pronote_product_releases`` of another product.

The file is under version control, so people edit and merge it. A merge left half-done, or a key that is there twice
(YAML readers silently take the last), must be an error and never an answer.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import yaml

from ...module_utils.base.digests import is_digest, valid_digest
from ...module_utils.base.message import Message, message_of
from ...module_utils.product.products import PRONOTE_CLIENT, Product
from ...module_utils.product.release import Release
from ...module_utils.product.technologies import TECHNOLOGIES
from ..station.state import Arch

__all__ = [
    "InstallerRecord",
    "Removal",
    "arches_of",
    "asks_for_update",
    "check_same",
    "key_of",
    "lock_key",
    "locked_entry",
    "locked_installer",
    "parse_lock",
    "published_arches",
    "published_digests",
    "published_installers",
    "published_removals",
    "published_technologies",
    "published_updates",
    "recorded_for",
    "releases_of",
]

_CONFLICT = re.compile(rb"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", re.ASCII)  # it becomes a file's name on the controller
_DEEPEST = 30  # levels; a lock file has six
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class InstallerRecord:
    """Which bytes a release's installer is, where they came from, and who signed them.

    ``signer`` is empty when an administrator accepted the file by its digest, ``url`` when it came as a file.
    """

    name: str
    url: str
    sha256: str
    size: int
    signer: str
    date: str  # of the verification, ISO 8601

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_data(cls, data: object) -> InstallerRecord:
        """Read a record. Raises ValueError naming the field that cannot be."""
        if not isinstance(data, Mapping):
            raise ValueError(Message("installer is not a mapping"))  # noqa: TRY004  (callers catch what data can be)
        # A formatter of YAML may take the quotes from a date.
        values: dict[str, Any] = {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in data.items()}
        kinds: dict[str, type] = {"name": str, "url": str, "sha256": str, "size": int, "signer": str, "date": str}
        # type() and not isinstance: True is an int.
        unusable = [field for field, kind in kinds.items() if type(values.get(field)) is not kind]
        if unusable:
            raise ValueError(
                Message(
                    "installer has no usable {field} ({value})",
                    field=unusable[0],
                    value=repr(values.get(unusable[0])),
                )
            )
        if set(values) != set(kinds):
            raise ValueError(
                Message(
                    "installer has fields that nothing wrote: {fields}",
                    fields=", ".join(sorted(set(values) - set(kinds))),
                )
            )
        if not _NAME.fullmatch(values["name"]):
            raise ValueError(Message("installer has a name that is none ({name})", name=repr(values["name"])))
        if not is_digest(values["sha256"]):
            raise ValueError(Message("installer has a sha256 that is none ({digest})", digest=repr(values["sha256"])))
        if values["size"] <= 0 or not _DATE.fullmatch(values["date"]):
            raise ValueError(
                Message(
                    "installer has an impossible size or date ({size}, {date})",
                    size=repr(values["size"]),
                    date=repr(values["date"]),
                )
            )
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A published release that can remove its year's client, for one architecture."""

    release: Release
    arch: Arch
    digest: str
    # Key of TECHNOLOGIES; empty: a lock file that does not say it.
    technology: str = ""


class _StrictLoader(yaml.SafeLoader):
    """YAML without a key twice in one mapping, and not nested without end."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self._depth += 1
        if self._depth > _DEEPEST:
            # Here, since PyYAML takes a second to come to the end of Python's stack.
            raise yaml.composer.ComposerError(None, None, Message("more than {deepest} levels", deepest=_DEEPEST), None)
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _value in node.value:
            # A list as a key is refused by the loader itself.
            if not isinstance(key_node.value, str):
                continue
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None,
                    None,
                    Message("the key {value} is there twice", value=repr(key_node.value)),
                    key_node.start_mark,
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


def parse_lock(content: bytes) -> dict[str, Any] | None:
    """The lock file's data, None when it is empty. Raises ValueError that says what is wrong with it."""
    conflict = _CONFLICT.search(content)
    if conflict:
        line = content.count(b"\n", 0, conflict.start()) + 1
        raise ValueError(Message("line {line} is a conflict marker of a merge that was not finished", line=line))
    try:
        data = yaml.load(content, Loader=_StrictLoader)  # noqa: S506  (a SafeLoader)
    except yaml.YAMLError as exc:
        raise ValueError(" ".join(str(exc).split())) from exc
    except (AttributeError, KeyError, TypeError) as exc:
        # PyYAML, of a value that is none of the type that a tag gives it (!!timestamp, !!bool).
        raise ValueError(Message("a value is not of the type that its tag says")) from exc
    if data is not None and not isinstance(data, dict):
        raise ValueError(Message("a mapping was expected"))
    return data


def lock_key(product: Product) -> str:
    """Where the lock has a product's releases, in words: other products lie below a key of their own."""
    return "pronote_releases" if product is PRONOTE_CLIENT else f"pronote_product_releases.{product.key}"


def releases_of(lock: Mapping[str, Any], product: Product) -> dict[str, dict[str, Any]]:
    """A product's releases, by architecture; none when there are none yet. Raises ValueError for anything else."""
    found: Any = lock
    for key in lock_key(product).split("."):
        found = found.get(key) or {}
        if not isinstance(found, dict):
            raise ValueError(Message("{key} is not a mapping of releases to architectures", key=key))  # noqa: TRY004  (of a file)
    if not all(isinstance(release, str) and isinstance(arches, dict) for release, arches in found.items()):
        raise ValueError(Message("{key} is not a mapping of releases to architectures", key=lock_key(product)))
    return dict(found)


def key_of(released: Mapping[str, Any], release: str) -> str:
    """The key of a release in ``releases_of``, of which a hand-written hot fix (2026.2.7.1) is the same client."""
    return next((key for key in released if _names(key, Release.parse(release))), release)


def locked_entry(
    lock: Mapping[str, Any], release: Release, arch: str, *, product: Product = PRONOTE_CLIENT
) -> Mapping[str, Any] | None:
    """What the lock says of a release and an architecture; None when it says nothing. Raises ValueError."""
    for key, arches in releases_of(lock, product).items():
        # Not only str(release): a hand-written hot fix (2026.2.7.1) is the same client.
        if Release.parse(key) == release and arch in arches:
            entry = arches[arch]
            files = entry.get("files") if isinstance(entry, Mapping) else None
            digests = [entry.get("digest"), *files.values()] if isinstance(files, Mapping) else [None]
            if not all(isinstance(digest, str) and is_digest(digest) for digest in digests):
                raise ValueError(Message("{key}, {arch}: digest and files are not SHA-256 digests", key=key, arch=arch))
            found: Mapping[str, Any] = entry
            return found
    return None


def locked_installer(entry: Mapping[str, Any] | None) -> InstallerRecord | None:
    """The record of an entry; None for one that was published by hand. Raises ValueError."""
    return None if entry is None or "installer" not in entry else InstallerRecord.from_data(entry["installer"])


def published_digests(releases: Mapping[str, Any], release: Release) -> dict[str, str]:
    """SHA-256 of ``install.cmd`` by architecture; empty for a release that is not published. Raises ValueError."""
    with _reading():
        arches: Mapping[str, Any] = next(
            (arches for key, arches in releases.items() if Release.parse(str(key)) == release), {}
        )
        found = {str(arch): str(entry["digest"]) for arch, entry in arches.items()}
    return {arch: valid_digest(digest) for arch, digest in found.items()}


def published_technologies(releases: Mapping[str, Any], release: Release) -> dict[str, str]:
    """A release's installers' technologies by architecture, where the lock says them."""
    entries = arches_of(releases, release).items()
    return {str(a): str(e["technology"]) for a, e in entries if isinstance(e, Mapping) and "technology" in e}


def published_updates(releases: Mapping[str, Any], release: Release) -> frozenset[str]:
    """The architectures for which a release has answers of its own for going over an earlier one of its year."""
    return frozenset(str(arch) for arch, entry in arches_of(releases, release).items() if _updates(entry) is True)


def asks_for_update(releases: Any, release: str) -> bool:
    """Whether a release's setup takes recorded answers, and has none for going over an earlier one of its year."""
    try:
        entries = arches_of(releases, Release.parse(release)).values()
    except ValueError:
        return False
    return any(_updates(entry) is False for entry in entries)


def _updates(entry: Any) -> bool | None:
    """Whether an entry has the answers of an update; None when its setup takes none."""
    if not isinstance(entry, Mapping):
        return None
    technology = TECHNOLOGIES.get(str(entry.get("technology", "")))
    if technology is None or technology.update_response is None:
        return None
    return technology.update_response in (entry.get("files") or {})


def published_removals(releases: Mapping[str, Any]) -> dict[int, dict[str, Removal]]:
    """Year, architecture, and the newest release there that can remove. Raises ValueError."""
    newest: dict[tuple[int, Arch], Removal] = {}
    with _reading():
        for text, arches in releases.items():
            release = Release.parse(str(text)).client
            for key, entry in arches.items():
                place: tuple[int, Arch] = (release.year, "x64" if key == "x64" else "x86")
                # Written by depot_release since removals are planned: a lock file of before has nothing removable.
                if entry.get("removable", False) and (place not in newest or newest[place].release < release):
                    newest[place] = Removal(
                        release=release,
                        arch=place[1],
                        digest=str(entry["digest"]),
                        technology=str(entry.get("technology", "")),
                    )
    found: dict[int, dict[str, Removal]] = {}
    for (year, arch), removal in newest.items():
        found.setdefault(year, {})[arch] = replace(removal, digest=valid_digest(removal.digest))
    return found


def published_installers(releases: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, int]]:
    """Release, architecture → the installer's name in the depot, and its size in bytes.

    The size is 0 where nothing has kept it (a lock file of before). Only a progress view goes by it: what cannot be
    read is left out, and told by those who decide.
    """
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for text, arches in releases.items():
        try:
            release = str(Release.parse(str(text)).client)
            for arch, entry in arches.items():
                (file,) = (name for name in entry["files"] if name.startswith("setup."))
                record = locked_installer(entry)
                size = record.size if record else entry.get("size", 0)
                if isinstance(size, int):
                    found[release, str(arch)] = file, size
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return found


def published_arches(releases: Any, release: Release) -> list[str]:
    """The architectures of a release; none when it is not there, or no lock at all."""
    return sorted(map(str, arches_of(releases, release)))


def recorded_for(releases: Any, release: str) -> str:
    """The release that the response file of a published release was recorded for, when it is another one.

    Empty for a release that is not published: that is said elsewhere. What was edited by hand and names no release is
    another one: it proves nothing.
    """
    try:
        wanted = Release.parse(release)
        entries = arches_of(releases, wanted).values()
        recorded = [str(entry.get(key) or "") for entry in entries for key in ("response_release", "update_release")]
    except (ValueError, AttributeError):
        return ""
    return next((text for text in recorded if text and not _names(text, wanted)), "")


def arches_of(releases: Any, release: Release) -> Mapping[Any, Any]:
    """What ``releases`` has of a release, by architecture; nothing when it is not there, or no lock at all."""
    items = releases.items() if isinstance(releases, Mapping) else ()
    return next((arches for key, arches in items if _names(key, release) and isinstance(arches, Mapping)), {})


def _names(text: Any, release: Release) -> bool:
    try:
        return Release.parse(str(text)) == release
    except ValueError:
        return False


@contextlib.contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ValueError(Message("pronote_releases cannot be read: {error}", error=message_of(exc))) from exc


def check_same(
    entry: Mapping[str, Any] | None, record: InstallerRecord | None, *, name: str, sha256: str, size: int, where: str
) -> None:
    """Raise ValueError when a file is not the one that the lock file remembers: an alarm, never an update."""
    locked = record.sha256 if record is not None else entry["files"].get("setup.exe") if entry is not None else None
    if locked is None or locked == sha256:
        return
    of = Message("published by hand")
    if record is not None:
        of = Message("verified on {date} ({size} bytes)", date=record.date, size=record.size)
    raise ValueError(
        Message(
            "ALARM: {name} from {where} is not the file that was {of}: its SHA-256 is {digest} "
            "({size}), the lock file has {locked}. Somebody changed the file, or the "
            "publisher replaced it under the same name. Nothing was changed. Find out which; only "
            "then remove the entry from the lock file and prepare again",
            name=name,
            where=where,
            of=of,
            digest=sha256,
            size=Message.plural("{n} byte", "{n} bytes", size),
            locked=locked,
        )
    )
