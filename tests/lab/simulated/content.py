"""File contents: immutable, shared between stations, with runs of one byte kept as a length.

Stand-in installers are mostly filler, so a 150 MB file costs a few bytes of memory however many stations hold it. Each
station that has downloaded or installed it has a content of its own: the digest of equal ones is computed once a lab.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

__all__ = ["EMPTY", "UNREAD", "Content", "ContentBuilder"]

_SLICE = 1 << 16
UNREAD = object()

# A piece is bytes as they are, or (byte, length).
Piece = bytes | tuple[int, int]


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece[1]


class Content:
    """The bytes of a file."""

    __slots__ = ("_digest", "_pieces", "image", "size")

    def __init__(self, pieces: tuple[Piece, ...] = ()) -> None:
        self._pieces = pieces
        self._digest: str | None = None
        # What images.py has read of it: a program is started thousands of times.
        self.image: object = UNREAD
        self.size = sum(map(_length, pieces))

    @classmethod
    def of(cls, data: bytes) -> Content:
        """Content with these bytes."""
        builder = ContentBuilder()
        builder.write(data)
        return builder.content()

    @classmethod
    def padded(cls, head: bytes, size: int) -> Content:
        """``head``, then zero bytes up to ``size`` (at least the head)."""
        filler: tuple[Piece, ...] = ((0, size - len(head)),) if size > len(head) else ()
        return cls((head, *filler))

    def chunks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start`` to ``end`` in slices."""
        position = 0
        stop = self.size if end is None else min(end, self.size)
        for piece in self._pieces:
            length = _length(piece)
            first, last = max(start - position, 0), min(stop - position, length)
            position += length
            for at in range(first, last, _SLICE):
                upto = min(at + _SLICE, last)
                yield piece[at:upto] if isinstance(piece, bytes) else bytes([piece[0]]) * (upto - at)

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from ``start`` to ``end`` at once."""
        return b"".join(self.chunks(start, end))

    def truncated(self, size: int) -> Content:
        """The first ``size`` bytes, sharing what can be."""
        pieces: list[Piece] = []
        left = size
        for piece in self._pieces:
            if left <= 0:
                break
            length = min(_length(piece), left)
            pieces.append(piece[:length] if isinstance(piece, bytes) else (piece[0], length))
            left -= length
        return Content(tuple(pieces))

    @property
    def sha256(self) -> str:
        """Lower-case hex digest, computed once."""
        if self._digest is None:
            self._digest = _sha256(_canonical(self._pieces))
        return self._digest

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return self._pieces

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Content):
            return NotImplemented
        return self is other or (self.size == other.size and self.sha256 == other.sha256)

    def __hash__(self) -> int:
        return hash((self.size, self.sha256))


EMPTY = Content()


def _canonical(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The same bytes in the same pieces, whatever the sizes of the blocks in which a network brought them."""
    found: list[Piece | bytearray] = []
    for piece in pieces:
        last = found[-1] if found else b""
        if isinstance(piece, bytes):
            if isinstance(last, tuple):
                rest = piece.lstrip(bytes([last[0]]))
                found[-1] = (last[0], last[1] + len(piece) - len(rest))
                if rest:
                    found.append(bytearray(rest))
            elif isinstance(last, bytearray):
                last += piece
            elif piece:
                found.append(bytearray(piece))
            continue
        value, length = piece
        if isinstance(last, bytearray):
            kept = len(last.rstrip(bytes([value])))
            length += len(last) - kept
            del last[kept:]
            if not last:
                found.pop()
                last = found[-1] if found else b""
        if isinstance(last, tuple) and last[0] == value:
            found[-1] = (value, last[1] + length)
        elif length:
            found.append((value, length))
    return tuple(bytes(piece) if isinstance(piece, bytearray) else piece for piece in found)


@lru_cache(maxsize=1024)
def _sha256(pieces: tuple[Piece, ...]) -> str:
    # Kept for others with the same: each station fetches the same installers, and asks for their digests.
    digest = hashlib.sha256()
    for chunk in Content(pieces).chunks():
        digest.update(chunk)
    return digest.hexdigest()


class ContentBuilder:
    """Appends to a content. Small writes are gathered; a uniform block becomes a run."""

    def __init__(self, start: Content = EMPTY) -> None:
        self._pieces: list[Piece] = list(start.pieces)
        self._tail = bytearray()
        self.size = start.size

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self.size += len(data)
        # Worth a run only when it saves memory; a page is the usual block of filler.
        if len(data) >= 4096 and data.count(data[0]) == len(data):
            self._flush()
            last = self._pieces[-1] if self._pieces else b""
            if isinstance(last, tuple) and last[0] == data[0]:
                self._pieces[-1] = (last[0], last[1] + len(data))
            else:
                self._pieces.append((data[0], len(data)))
            return
        if len(data) >= 4096 and data.endswith(b"\0" * 2048):
            head = data.rstrip(b"\0")
            self._tail += head
            self._flush()
            self._pieces.append((0, len(data) - len(head)))
            return
        self._tail += data

    def content(self) -> Content:
        """What has been written so far."""
        self._flush()
        return Content(tuple(self._pieces))

    def _flush(self) -> None:
        if self._tail:
            self._pieces.append(bytes(self._tail))
            self._tail.clear()
