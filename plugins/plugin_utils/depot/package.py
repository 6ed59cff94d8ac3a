# SPDX-License-Identifier: GPL-3.0-or-later
"""A published release: what its depot folder holds, and what the controller remembers of it. Pure but for hashing.

The chain of trust: ``pronote_releases`` (in the inventory) has the digest of ``install.cmd``; that script pins the
digests of every other file. Nothing on the depot is believed. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ...module_utils.base.message import Message
from ...module_utils.product.products import PRODUCTS, PRONOTE_CLIENT, Product
from ...module_utils.product.release import Release
from ...module_utils.product.technologies import TECHNOLOGIES, Technology
from .lock import InstallerRecord, key_of, locked_installer, releases_of
from .script import SCRIPT_VERSION, ScriptSettings, script_record, script_version, technology_of

__all__ = ["LockedError", "Package", "render_lock", "script_context", "sha256sums"]

_PRODUCT_CODE = re.compile(r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
# ASCII without control characters and without what cmd.exe reads as its own: the arguments stand unquoted in a line.
_ARGUMENTS = re.compile(r"""[^\x00-\x1f\x7f-\U0010ffff"%&<>|^]*""")

_PROCESS = re.compile(r"[A-Za-z0-9 ._-]{1,60}\.exe")


class LockedError(Exception):
    """The lock file knows other bytes of this release. Not a ValueError: the file itself is in order."""


@dataclass(frozen=True, kw_only=True)
class Package(ScriptSettings):
    """One release for one architecture, with the SHA-256 of each file by its name in the depot, and its script."""

    release: str
    arch: str
    technology: Technology
    digests: dict[str, str]
    product: Product = PRONOTE_CLIENT
    # The release that the response file was recorded for; empty: this one, or not known.
    response_release: str = ""
    # The same of the answers of an update.
    update_release: str = ""
    # The program's processes: nothing is set up over a running one.
    processes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, args: Mapping[str, Any], digests: dict[str, str], *, response_release: str, update_release: str = ""
    ) -> Package:
        """From the arguments of the action depot_release. Raises ValueError for a release that is none."""
        product = PRODUCTS[args["product"]]
        plain = ("product_code", "arguments", "uninstall_arguments", "log_timeout", "busy_timeout")
        return cls(
            product=product,
            release=str(Release.parse(args["release"]).client),
            # Plain text: ansible-core tags strings with their origin, and YAML does not write tagged ones.
            arch=str(args["arch"]),
            technology=TECHNOLOGIES[args["technology"]],
            digests=digests,
            success_codes=tuple(args["success_codes"]),
            processes=product.processes,
            response_release=response_release,
            update_release=update_release,
            **{name: args[name] for name in plain},
        )

    @classmethod
    def from_lock(
        cls, entry: Mapping[str, Any], settings: ScriptSettings, *, product: Product, release: Release, arch: str
    ) -> Package:
        """What was published, as its lock entry has it. Raises ValueError for a technology that nobody knows."""
        return cls(
            product=product,
            release=str(release.client),
            arch=arch,
            technology=technology_of(entry),
            digests=dict(entry["files"]),
            processes=product.processes,
            response_release=str(entry.get("response_release") or ""),
            update_release=str(entry.get("update_release") or ""),
            **asdict(settings),
        )

    @property
    def settings(self) -> ScriptSettings:
        """What its script is rendered with."""
        return ScriptSettings(**{field.name: getattr(self, field.name) for field in fields(ScriptSettings)})

    @property
    def can_update(self) -> bool:
        """Whether there are answers for a setup that goes over an earlier release of the year."""
        return (self.technology.update_response or "") in self.digests

    @property
    def can_remove(self) -> bool:
        """Whether what removing needs is published too."""
        needed = self.technology.uninstall_response
        return bool(self.product_code) and (needed is None or needed in self.digests)


def script_context(package: Package) -> dict[str, Any]:
    """What ``install.cmd.j2`` is rendered with. Raises ValueError for what must not reach a batch file."""
    technology = package.technology
    install_files = [technology.installer, *([technology.response] if technology.response else [])]
    update_files = [technology.installer, technology.update_response or ""] if package.can_update else []
    setups = [("install", install_files, technology.install)]
    if package.can_update:
        setups.append(("update", update_files, technology.update))
    for name in install_files:
        if name not in package.digests:
            raise ValueError(Message("{key} needs {name}, which is not there", key=technology.key, name=name))
    if package.product_code and not _PRODUCT_CODE.fullmatch(package.product_code):
        raise ValueError(
            Message(
                "{product_code} is not a product code ({shape})",
                product_code=repr(package.product_code),
                shape="{8-4-4-4-12}",
            )
        )
    for arguments in (package.arguments, package.uninstall_arguments):
        if not _ARGUMENTS.fullmatch(arguments):
            raise ValueError(
                Message(
                    "the arguments {arguments} hold a character that cmd.exe reads as its own, or that is not ASCII",
                    arguments=repr(arguments),
                )
            )
        if "{{" in arguments or "{#" in arguments:
            raise ValueError(
                Message(
                    "the arguments {arguments} hold what Ansible reads as its own in the lock file",
                    arguments=repr(arguments),
                )
            )
    for process in package.processes:
        if not _PROCESS.fullmatch(process):
            raise ValueError(Message("{process} is not the name of a program", process=repr(process)))
    return {
        "script_version": SCRIPT_VERSION,
        "title": package.product.title,
        "release": package.release,
        "arch": package.arch,
        "technology": technology,
        "digests": package.digests,
        "install_files": install_files,
        "setups": setups,
        "stage_files": list(dict.fromkeys([*install_files, *update_files])),
        "can_update": package.can_update,
        "remove_files": [technology.uninstall_response] if technology.uninstall_response else [],
        "can_remove": package.can_remove,
        "product_code": package.product_code,
        "arguments": package.arguments,
        "uninstall_arguments": package.uninstall_arguments,
        "success_codes": sorted(package.success_codes or technology.success_codes),
        "log_timeout": package.log_timeout,
        "busy_timeout": package.busy_timeout,
        "tries": package.tries,
        "processes": package.processes,
        "program": f"{package.product.vendor_folder}\\{package.product.exe}" if package.product.exe else "",
    }


def sha256sums(digests: dict[str, str]) -> str:
    """The SHA256SUMS file, in the format of coreutils."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def render_lock(
    lock: dict[str, Any],
    package: Package,
    *,
    script_digest: str,
    installer: InstallerRecord | None = None,
    size: int = 0,
) -> dict[str, Any]:
    """Add a package to the contents of the lock file, leaving the rest as it is.

    The client's releases are in ``pronote_releases``, those of other products by product in
    ``pronote_product_releases``. ``installer``: where its installer came from. Without it, what the lock file knew of
    the same bytes stays, or its ``size`` in bytes is all that is kept. Raises ValueError when one of them is not
    release, then architecture, and LockedError when the lock file knows other bytes.
    """
    released = releases_of(lock, package.product)
    entry = _entry(released, package, script_digest=script_digest, installer=installer, size=size)
    key = key_of(released, package.release)
    arches = {**released.get(key, {}), package.arch: entry}
    merged = dict(sorted({**released, key: arches}.items()))
    if package.product is PRONOTE_CLIENT:
        return {**lock, "pronote_releases": merged}
    products = {**(lock.get("pronote_product_releases") or {}), package.product.key: merged}
    # The role pronote_client wants pronote_releases to be there, whatever is in it.
    return {"pronote_releases": {}, **lock, "pronote_product_releases": products}


def _entry(
    released: dict[str, dict[str, Any]],
    package: Package,
    *,
    script_digest: str,
    installer: InstallerRecord | None,
    size: int,
) -> dict[str, Any]:
    """What the lock file is to say of this package. Raises LockedError."""
    old = released.get(key_of(released, package.release), {}).get(package.arch)
    known = locked_installer(old if isinstance(old, dict) else None)
    digest = package.digests[package.technology.installer]
    if isinstance(old, dict) and (newer := script_version(old)) > SCRIPT_VERSION:
        raise LockedError(
            Message(
                "the lock file has a script of version {newer} for {release} {arch}, and this "
                "collection renders version {script_version}: a newer collection published it. Update "
                "this one",
                newer=newer,
                release=package.release,
                arch=package.arch,
                script_version=SCRIPT_VERSION,
            )
        )
    if known is not None and known.sha256 != digest:
        raise LockedError(
            Message(
                "the lock file knows another installer of {release} {arch}: SHA-256 {known}, "
                "verified on {date}, and this one has {digest}. Find out why they differ; only then "
                "remove the entry from the lock file",
                release=package.release,
                arch=package.arch,
                known=known.sha256,
                date=known.date,
                digest=digest,
            )
        )
    record = installer or known
    if not size and isinstance(old, dict) and (old.get("files") or {}).get(package.technology.installer) == digest:
        size = old.get("size", 0)
    return {
        "digest": script_digest,
        "script": script_record(package.settings),
        "technology": package.technology.key,
        "removable": package.can_remove,
        "files": dict(sorted(package.digests.items())),
        **({"installer": record.as_dict()} if record is not None else {"size": size} if size else {}),
        # Another release's recording proves itself on a pilot station first (depot/lock.py, recorded_for).
        **({"response_release": package.response_release} if package.response_release else {}),
        **({"update_release": package.update_release} if package.update_release else {}),
    }
