# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of Index Éducation's programs. Pure.

Shapes (docs/fidelity.md, H2): four parts up to 2023 (``2023.0.2.7``), three since 2024 (``2026.2.7``). A fourth part
since 2024 is a hot fix of the server alone: the client of ``2024.3.9.2`` is ``2024.3.9``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from ..base.message import Message

__all__ = ["Release"]

# ASCII: \d alone also matches the digits of other scripts, and a release becomes an address and a folder name.
_SHAPE = re.compile(r"(20\d\d)((?:\.\d{1,5}){2,3})", re.ASCII)
_FIRST_WITH_THREE_PARTS = 2024


@total_ordering
@dataclass(frozen=True, eq=False)
class Release:
    """A release, ordered by the parts that identify a client."""

    parts: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Release:
        """Read a release. Raises ValueError that says what was given and what a release looks like."""
        match = _SHAPE.fullmatch(str(text).strip())
        if not match:
            raise ValueError(
                Message("{given} is not a release, which looks like 2026.2.7 (2023.0.2.7 up to 2023)", given=repr(text))
            )
        parts = (int(match[1]), *(int(part) for part in match[2].strip(".").split(".")))
        if parts[0] < _FIRST_WITH_THREE_PARTS and len(parts) != 4:
            raise ValueError(
                Message(
                    "{given} is not a release: those up to 2023 have four parts, as in 2023.0.2.7", given=repr(text)
                )
            )
        return cls(parts)

    @classmethod
    def read(cls, text: str) -> Release | None:
        """The same; None for anything else."""
        try:
            return cls.parse(text)
        except ValueError:
            return None

    @classmethod
    def from_file_version(cls, text: str) -> Release | None:
        """Read a program's version resource, always four parts (``2026.2.7.0``); None for anything else."""
        release = cls.read(text.replace(",", ".").replace(" ", ""))
        return release and release.client

    @property
    def year(self) -> int:
        return self.parts[0]

    @property
    def client(self) -> Release:
        """The release as its client has it: without the server's hot fix since 2024."""
        return Release(self._key)

    @property
    def _key(self) -> tuple[int, ...]:
        return self.parts[:3] if self.year >= _FIRST_WITH_THREE_PARTS else self.parts

    def __str__(self) -> str:
        return ".".join(str(part) for part in self.parts)

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Release) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self._key < other._key if isinstance(other, Release) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key)
