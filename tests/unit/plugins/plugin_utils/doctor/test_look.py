"""The line by which a station fetches from the depot, and what is made of its answer."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.look import Fetch, depot_command, parse_served

_DIGEST = b"ab" * 32
_REG = b"\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\Environment\r\n    http_proxy    REG_SZ    "


def test_the_line_fetches_as_jobs_do_and_deletes_what_it_wrote() -> None:
    line = depot_command(Fetch(url="http://depot/2026.2.7/x64/install.cmd", digest="", name="x.tmp", revocation="skip"))
    assert '-q --noproxy "*" --ssl-no-revoke -fsS' in line
    assert line.count('"%TEMP%\\x.tmp"') == 3
    assert line.endswith('del /q "%TEMP%\\x.tmp" 2>nul& exit 0')


@pytest.mark.parametrize("url", ["http://depot/a b", "ftp://depot/a", 'http://depot/"&calc', "http://u:p@depot/a"])
def test_an_address_that_needs_quoting_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is not an http:// or https:// address"):
        depot_command(Fetch(url=url, digest="", name="x.tmp"))


@pytest.mark.parametrize(
    ("output", "errors", "digest", "code", "proxies"),
    [
        (b"<<proxies>>\r\n<<served>>\r\n<<fetched>>\r\nSHA256:\r\n" + _DIGEST + b"\r\n", b"", "ab" * 32, -1, {}),
        (b"<<proxies>>\r\n<<served>>\r\n", b"curl: (7) Failed to connect\r\n", "", 7, {}),
        (b"<<proxies>>\r\n<<served>>\r\n", b"curl: option --x: is unknown\r\n", "", 2, {}),
        (b"<<proxies>>" + _REG + b"proxy:3128\r\n<<served>>\r\n", b"", "", -1, {"http_proxy": "proxy:3128"}),
        (b"<<proxies>>" + _REG + b"\r\n<<served>>\r\n", b"", "", -1, {}),
        # What nothing has fetched is no answer of the depot.
        (b"<<proxies>>\r\n<<served>>\r\n" + _DIGEST + b"\r\n", b"", "", -1, {}),
        # Whoever logs in at a proxy is nobody's to read on a page.
        (b"<<proxies>>" + _REG + b"u:p@q@proxy\r\n<<served>>\r\n", b"", "", -1, {"http_proxy": "http://\u2026@proxy"}),
        (b"<<proxies>>" + _REG + b"https://u:p@h\r\n<<served>>\r\n", b"", "", -1, {"http_proxy": "https://\u2026@h"}),
    ],
)
def test_an_answer(output: bytes, errors: bytes, digest: str, code: int, proxies: dict[str, str]) -> None:
    served = parse_served(output, errors)
    assert (served.digest, served.code, served.proxies) == (digest, code, proxies)
    assert served.fetched is (b"<<fetched>>" in output)


def test_an_answer_that_stops_early() -> None:
    with pytest.raises(ValueError, match="stops before what the depot serves"):
        parse_served(b"<<proxies>>\r\n", b"")


def test_what_is_kept_is_bounded() -> None:
    served = parse_served(b"<<proxies>>" + _REG + b"a" * 9000 + b"\r\n<<served>>\r\n", b"curl: (7) " + b"b" * 9000)
    assert len(served.said) == 200
    assert len(served.proxies["http_proxy"]) == 200
