from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.sections import digest_in, sections

_DIGEST = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (b"", {}),
        (b"noise\r\n<<a>>\r\n1\r\n\r\n<<b_2>> \r\n<<c>>", {"a": b"1\r\n\r\n", "b_2": b"", "c": b""}),
        (b"<<a>>\nx <<b>>\n<<B>>\n<<b>> y\n", {"a": b"x <<b>>\n<<B>>\n<<b>> y\n"}),
    ],
)
def test_what_stands_below_each_heading(output: bytes, expected: dict[str, bytes]) -> None:
    assert sections(output) == expected


@pytest.mark.parametrize(
    ("output", "digest"),
    [
        (f"Hachage SHA256 de C:\\a :\r\n{_DIGEST}\r\nCertUtil: OK\r\n", _DIGEST),
        ("SHA256:\r\n" + " ".join(_DIGEST[i : i + 2] for i in range(0, 64, 2)) + "\r\n", _DIGEST),
        ("CertUtil: -hashfile FAILED: 0x80070002\r\n", ""),
        (_DIGEST + "0\r\n", ""),
        ("", ""),
    ],
)
def test_the_digest_in_certutils_output(output: str, digest: str) -> None:
    assert digest_in(output.encode()) == digest
