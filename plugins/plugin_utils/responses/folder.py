# SPDX-License-Identifier: GPL-3.0-or-later
"""The store of recorded response files, a folder of the controller beside the inventory. I/O: files."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import yaml

from ...module_utils.base.clock import utc_now
from ...module_utils.base.digests import sha256
from ...module_utils.base.files import write_atomically
from ...module_utils.base.message import Message
from .findings import Finding, accept, errors
from .names import ResponseName, parse_name
from .response import Mode, ResponseFile, for_setup
from .validate import validate_bytes

__all__ = ["ResponseStore", "checked_responses"]


@contextlib.contextmanager
def checked_responses(
    sources: Mapping[str, Path],
    modes: Mapping[str, Mode],
    *,
    product_code: str = "",
    year: int | None = None,
    accepted: Collection[str] = (),
) -> Iterator[dict[str, Path]]:
    """The files of a release, its response files checked and written as a setup reads them.

    ``modes`` says which names are response files, and of what. Inside the block the paths are good. Raises ValueError
    that names the file, what is wrong with it and the remedy, before the block is entered; OSError.
    """
    with tempfile.TemporaryDirectory(prefix="rentree-responses-") as folder:
        checked = dict(sources)
        for name, mode in modes.items():
            if name in sources:
                checked[name] = Path(folder, name)
                checked[name].write_bytes(_checked(sources[name], mode, product_code, year, accepted))
        yield checked


def _checked(path: Path, mode: Mode, product_code: str, year: int | None, accepted: Collection[str]) -> bytes:
    data = path.read_bytes()
    _response, found = validate_bytes(data, mode=mode, product_code=product_code, year=year)
    if wrong := errors(accept(found, accepted)):
        raise ValueError(Message("{path} cannot be used: {wrong}", path=path, wrong=wrong[0].told))
    return for_setup(data)


class ResponseStore:
    """Recordings by name. Reading a folder that is not there yet finds nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """The recordings of the folder, other files left out. Raises OSError."""
        there = self.folder.iterdir() if self.folder.is_dir() else ()
        return sorted(path.name for path in there if parse_name(path.name) and path.is_file())

    def has(self, recorded: ResponseName, *, language: int, accepted: Collection[str] = ()) -> bool:
        """Whether a sound recording is there. Raises ValueError for one that is not sound any more, OSError."""
        path = self.folder / recorded.name
        if not path.is_file():
            return False
        _response, found = validate_bytes(
            path.read_bytes(), mode=recorded.mode, language=language, year=recorded.release.year
        )
        if wrong := errors(accept(found, accepted)):
            raise ValueError(
                Message(
                    "{path} cannot be used: {fact}. Restore it from version control, or record it again (force)",
                    path=path,
                    fact=wrong[0].fact,
                )
            )
        return True

    def file(self, recorded: ResponseName, response: ResponseFile, *, station: str, findings: list[Finding]) -> Path:
        """Write a recording as setups read it, and what is remembered of it; returns its path. Raises OSError.

        The recording is written last: without it, what is remembered counts for nothing.
        """
        data = response.render()
        metadata = recorded.metadata(
            product_code=response.product_code,
            language=response.language,
            station=station,
            at=utc_now().astimezone().isoformat(timespec="seconds"),
            sha256=sha256(data),
            findings=[finding.code for finding in findings],
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True)
        write_atomically(self.folder / recorded.metadata_name, text.encode(), mode=0o644)
        path = self.folder / recorded.name
        write_atomically(path, data, mode=0o644)
        return path

    def reject(self, recorded: ResponseName, data: bytes) -> Path:
        """Keep a recording that was refused, under a name that nothing takes for one; returns its path."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{recorded.stem}.rejected"
        write_atomically(path, data, mode=0o600)
        return path
