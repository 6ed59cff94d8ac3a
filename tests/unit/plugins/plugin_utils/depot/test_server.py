"""What the embedded depot server answers: files, parts, conditions, and nothing that is not published."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.server import wanted_part

from tests.unit.depot_bench import BIG, FOLDER, Bench, publish


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "depot")


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None),
        ("", None),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=-5", (95, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=-", None),
        ("bytes=20-10", None),  # no range at all
        ("bytes=0-1,5-6", None),
        ("lines=1-2", None),
        ("bytes=" + "9" * 50 + "-", None),
        ("bytes=100-", "nothing"),
        ("bytes=-0", "nothing"),
        ("bytes=5000-6000", "nothing"),
    ],
)
def test_wanted_part(header: str | None, part: Any) -> None:
    if part == "nothing":
        with pytest.raises(ValueError, match="no byte"):
            wanted_part(header, 100)
    else:
        assert wanted_part(header, 100) == part


def test_an_empty_file_has_no_part() -> None:
    with pytest.raises(ValueError, match="no byte"):
        wanted_part("bytes=0-", 0)


def test_a_whole_file(bench: Bench) -> None:
    status, headers, body = bench.ask()
    assert (status, body) == (200, BIG)
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Length"] == str(len(BIG))
    (entry,) = bench.journal
    assert set(entry) == {"time", "client", "method", "file", "range", "status", "bytes", "complete", "seconds"}
    wanted = {"client": "127.0.0.1", "file": "2026.2.7/x64/setup.exe", "status": 200, "complete": True}
    assert {name: entry[name] for name in wanted} == wanted
    assert entry["bytes"] == len(BIG)


def test_a_head_tells_and_sends_nothing(bench: Bench) -> None:
    status, headers, body = bench.ask(method="HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(BIG)))
    assert bench.ask(method="HEAD", Range="bytes=0-9")[1]["Content-Length"] == "10"


@pytest.mark.parametrize("name", ["SHA256SUMS", "install.cmd"])
def test_the_list_and_the_script_are_served(bench: Bench, name: str) -> None:
    status, _, body = bench.ask(f"{FOLDER}/{name}")
    assert (status, body) == (200, (bench.folder / name).read_bytes())


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/pronote",
        "/pronote/",
        "/pronote/2026.2.7",
        FOLDER,
        f"{FOLDER}/",
        f"{FOLDER}/absent.exe",
        f"{FOLDER}/unlisted.exe",
        f"{FOLDER}/.setup.exe.part",
        f"{FOLDER}/.listed",
        f"{FOLDER}/link.exe",
        "/pronote/linked/x64/setup.exe",
        "/pronote/2026.2.7/x64/setup.exe/",
        "/pronote/2026.2.7//x64/setup.exe",
        "/pronote/2026.2.7/x64/SETUP.EXE",
        "/pronote/../secret",
        "/pronote/2026.2.7/x64/../../../secret",
        "/pronote/2026.2.7/%2e%2e/%2e%2e/secret",
        "/pronote/2026.2.7/x64/..%2f..%2f..%2fsecret",
        "/pronote/%2fetc/passwd/x",
        "/pronote/2026.2.7/x64/setup.exe%00",
        "/2026.2.7/x64/setup.exe",
    ],
)
def test_what_is_not_published_is_absent(bench: Bench, path: str) -> None:
    (bench.root.parent / "secret").write_text("outside")
    for name in ("unlisted.exe", ".setup.exe.part", ".listed"):
        (bench.folder / name).write_text("not published")
    with (bench.folder / "SHA256SUMS").open("a") as sums:
        sums.write(f"{'0' * 64}  .listed\n{'0' * 64}  link.exe\n{'0' * 64}  ../../../secret\n")
    (bench.folder / "link.exe").symlink_to(bench.root.parent / "secret")
    (bench.root / "linked").symlink_to(bench.root / "2026.2.7")
    status, _, body = bench.ask(path)
    assert (status, body) == (404, b"")


def test_a_folder_of_another_product_is_served(bench: Bench) -> None:
    publish(bench.root / "edt_monoposte", "2026.2.8")
    assert bench.ask("/pronote/edt_monoposte/2026.2.8/x64/setup.exe")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_nothing_else_is_done(bench: Bench, method: str) -> None:
    status, headers, _ = bench.ask(method=method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


_OLD = "Mon, 01 Jan 2024 00:00:00 GMT"
_FUTURE = "Fri, 01 Jan 2100 00:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": "TAG"}, 304),
        ({"If_None_Match": '"other", W/TAG'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_Modified_Since": "DATE"}, 304),
        ({"If_Modified_Since": _OLD}, 200),
        ({"If_Modified_Since": "rubbish"}, 200),
        # The tag is the better one of the two (RFC 9110, 13.1.3).
        ({"If_None_Match": '"other"', "If_Modified_Since": _FUTURE}, 200),
        ({"If_Match": "TAG"}, 200),
        ({"If_Match": "*"}, 200),
        ({"If_Match": '"other"'}, 412),
        ({"If_Unmodified_Since": "DATE"}, 200),
        ({"If_Unmodified_Since": _OLD}, 412),
        ({"Range": "bytes=5-", "If_Range": "TAG"}, 206),
        ({"Range": "bytes=5-", "If_Range": "DATE"}, 206),
        ({"Range": "bytes=5-", "If_Range": '"other"'}, 200),
        ({"Range": "bytes=5-", "If_Range": _OLD}, 200),
        ({"Range": f"bytes={len(BIG)}-"}, 416),
    ],
)
def test_conditions(bench: Bench, headers: dict[str, str], status: int) -> None:
    known = bench.ask(method="HEAD")[1]
    words = {"TAG": known["ETag"], "DATE": known["Last-Modified"]}
    given = {name: re.sub(r"TAG|DATE", lambda m: words[m[0]], value) for name, value in headers.items()}
    answer, told, body = bench.ask(**given)
    assert answer == status
    assert body == {200: BIG, 206: BIG[5:]}.get(status, b"")
    assert told["ETag"] == known["ETag"]
    if status == 416:
        assert told["Content-Range"] == f"bytes */{len(BIG)}"


def test_another_file_under_the_same_name_has_another_tag(bench: Bench) -> None:
    before = bench.ask()[1]["ETag"]
    # Replaced, the list not yet: the moment in the middle of a publication.
    new = bench.folder / "new"
    new.write_bytes(BIG[::-1])
    new.replace(bench.folder / "setup.exe")
    status, headers, body = bench.ask(Range="bytes=5-", If_Range=before)
    assert (status, body) == (200, BIG[::-1])
    assert headers["ETag"] != before
