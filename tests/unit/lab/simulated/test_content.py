"""The digest of a file's content: that of its bytes, computed once for all that are alike."""

from __future__ import annotations

import hashlib
import random

import pytest

from tests.lab.simulated import content
from tests.lab.simulated.content import Content, ContentBuilder

# As an installer: a head, filler, a signature.
_BYTES = b"MZ" + b"x" * 5000 + b"\0" * 300_000 + b"end" * 900


def _downloaded(data: bytes, sizes: random.Random) -> Content:
    builder, at = ContentBuilder(), 0
    while at < len(data):
        size = sizes.choice([1000, 4096, 16384, 65536])
        builder.write(data[at : at + size])
        at += size
    return builder.content()


def test_what_a_network_brought_in_other_blocks_is_digested_once() -> None:
    content._sha256.cache_clear()
    found = [_downloaded(_BYTES, random.Random(seed)) for seed in range(20)]
    assert len({each.pieces for each in found}) > 1
    assert {each.sha256 for each in found} == {hashlib.sha256(_BYTES).hexdigest()}
    assert content._sha256.cache_info().misses == 1


@pytest.mark.parametrize("seed", range(50))
def test_the_digest_is_that_of_the_bytes_whatever_the_pieces(seed: int) -> None:
    chance = random.Random(seed)
    pieces: list[content.Piece] = []
    for _ in range(chance.randrange(12)):
        byte, length = chance.choice(b"\0ab"), chance.randrange(4)
        pieces.append((byte, length) if chance.random() < 0.5 else chance.choice([b"", b"a\0", bytes([byte]) * length]))
    made = Content(tuple(pieces))
    assert made.sha256 == hashlib.sha256(made.read()).hexdigest()
    assert Content(content._canonical(made.pieces)).read() == made.read()
