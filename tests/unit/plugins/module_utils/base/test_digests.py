from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.digests import is_digest, sha256, valid_digest


def test_a_digest_is_kept_in_lower_case() -> None:
    assert valid_digest("0A" * 32) == "0a" * 32
    assert is_digest("0a" * 32)
    assert not is_digest("0A" * 32)
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("digest", ["", "0" * 63, "g" * 64, "0" * 65])
def test_a_digest_of_the_wrong_form_is_refused(digest: str) -> None:
    with pytest.raises(ValueError, match=r"64 hexadecimal digits"):
        valid_digest(digest)
