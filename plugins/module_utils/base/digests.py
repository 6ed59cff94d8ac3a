# SPDX-License-Identifier: GPL-3.0-or-later
"""SHA-256 digests as they are written: 64 hexadecimal digits, in lower case. Pure; of files: ``base/files.py``."""

from __future__ import annotations

import hashlib
import re

from .message import Message

__all__ = ["is_digest", "sha256", "valid_digest"]

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def sha256(data: bytes) -> str:
    """The digest of data."""
    return hashlib.sha256(data).hexdigest()


def is_digest(text: str) -> bool:
    """Whether it is written as we write digests."""
    return _DIGEST.fullmatch(text) is not None


def valid_digest(text: str) -> str:
    """A digest as people give it, in lower case. Raises ValueError for anything but 64 hexadecimal digits."""
    if not is_digest(text.lower()):
        raise ValueError(Message("{given} is not a SHA-256 digest (64 hexadecimal digits)", given=repr(text)))
    return text.lower()
