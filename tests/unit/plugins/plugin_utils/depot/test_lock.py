from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import EDT_MONOPOSTE
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.lock import (
    InstallerRecord,
    check_same,
    locked_entry,
    locked_installer,
    parse_lock,
)

_SHA, _OTHER = "a" * 64, "b" * 64
_INSTALLER: dict[str, Any] = {
    "name": "Install_PRNclient_FR_2026.2.7_win64.exe",
    "url": "https://h/x.exe",
    "sha256": _SHA,
    "size": 7,
    "signer": "INDEX EDUCATION",
    "date": "2026-11-25",
}
_RELEASE = Release.parse("2026.2.7")


def _lock(**installer: Any) -> dict[str, Any]:
    entry = {"digest": _OTHER, "files": {"setup.exe": _SHA}, "installer": {**_INSTALLER, **installer}}
    return {"pronote_releases": {"2026.2.7": {"x64": entry}}}


def test_a_record_survives_the_file() -> None:
    record = InstallerRecord(**_INSTALLER)
    lock = {"pronote_releases": {"2026.2.7": {"x64": {"digest": _OTHER, "files": {}, "installer": record.as_dict()}}}}
    text = yaml.safe_dump(lock)
    for content in (text, text.replace("'2026-11-25'", "2026-11-25")):
        read = parse_lock(content.encode())
        assert read is not None
        assert locked_installer(locked_entry(read, _RELEASE, "x64")) == record


@pytest.mark.parametrize("lock", [{}, {"pronote_releases": None}, {"pronote_releases": {"2026.2.7": {"x86": {}}}}])
def test_nothing_is_known(lock: dict[str, Any]) -> None:
    assert locked_entry(lock, _RELEASE, "x64") is None
    assert locked_installer(None) is None


def test_each_product_has_its_own_entries() -> None:
    client = _lock()
    edt = {"pronote_product_releases": {"edt_monoposte": _lock(name="edt.exe")["pronote_releases"]}}
    assert locked_entry(client, _RELEASE, "x64", product=EDT_MONOPOSTE) is None
    assert locked_entry(edt, _RELEASE, "x64") is None
    record = locked_installer(locked_entry({**client, **edt}, _RELEASE, "x64", product=EDT_MONOPOSTE))
    assert record is not None
    assert record.name == "edt.exe"


@pytest.mark.parametrize("products", [[1], {"edt_monoposte": [1]}])
def test_products_that_are_no_mapping(products: Any) -> None:
    with pytest.raises(ValueError, match="is not a mapping"):
        locked_entry({"pronote_product_releases": products}, _RELEASE, "x64", product=EDT_MONOPOSTE)


def test_a_release_published_by_hand_has_no_record() -> None:
    lock = _lock()
    del lock["pronote_releases"]["2026.2.7"]["x64"]["installer"]
    entry = locked_entry(lock, _RELEASE, "x64")
    assert entry is not None
    assert locked_installer(entry) is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> july\n", "line 2 is a conflict marker"),
        ("a: 1\n||||||| base\n", "line 2 is a conflict marker"),
        ("x64:\n  digest: a\nx64:\n  digest: b\n", "'x64' is there twice"),
        ("pronote_releases:\n  2026.2.7: {x64: {}, x64: {}}\n", "'x64' is there twice"),
        ("- a\n", "a mapping was expected"),
        ("a: [\n", "expected the node content"),
    ],
)
def test_a_file_that_was_not_finished(content: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_lock(content.encode())


@pytest.mark.parametrize(
    ("content", "expected"), [("", None), ("# only a comment\n", None), ("a: =======\n", {"a": "======="})]
)
def test_files_that_are_fine(content: str, expected: object) -> None:
    assert parse_lock(content.encode()) == expected


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sha256": "abc"}, "sha256 that is none"),
        ({"sha256": _SHA.upper()}, "sha256 that is none"),
        ({"size": "7"}, "no usable size"),
        ({"size": True}, "no usable size"),
        ({"size": 0}, "impossible size or date"),
        ({"date": "today"}, "impossible size or date"),
        ({"signer": None}, "no usable signer"),
        ({"name": "../../etc/cron.d/x"}, "name that is none"),
        ({"name": ".hidden"}, "name that is none"),
        ({"sha265": _SHA}, "fields that nothing wrote: sha265"),
    ],
)
def test_a_record_edited_by_hand(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        locked_installer(locked_entry(_lock(**change), _RELEASE, "x64"))


@pytest.mark.parametrize("damage", ["digest", "files", "entry", "installer", "releases", "release"])
def test_an_entry_edited_by_hand(damage: str) -> None:
    lock = _lock()
    entry = lock["pronote_releases"]["2026.2.7"]["x64"]
    if damage == "digest":
        entry["digest"] = "none"
    elif damage == "files":
        entry["files"] = {"setup.exe": 5}
    elif damage == "entry":
        lock["pronote_releases"]["2026.2.7"]["x64"] = "published"
    elif damage == "installer":
        entry["installer"] = []
    elif damage == "releases":
        lock["pronote_releases"] = ["2026.2.7"]
    else:
        lock["pronote_releases"]["newest"] = {"x64": entry}
        del lock["pronote_releases"]["2026.2.7"]
    with pytest.raises(ValueError, match=r"installer|digests|mapping|not a release"):
        locked_installer(locked_entry(lock, _RELEASE, "x64"))


@pytest.mark.parametrize("by_hand", [False, True])
def test_other_bytes_are_an_alarm(by_hand: bool) -> None:
    entry = locked_entry(_lock(), _RELEASE, "x64")
    record = None if by_hand else locked_installer(entry)
    facts: dict[str, Any] = {"name": "n.exe", "size": 9, "where": "https://h/n.exe"}
    check_same(entry, record, sha256=_SHA, **facts)
    check_same(None, None, sha256=_OTHER, **facts)
    with pytest.raises(ValueError, match=r"ALARM: n\.exe from https://h/n\.exe is not the file that was") as caught:
        check_same(entry, record, sha256=_OTHER, **facts)
    assert ("published by hand" in str(caught.value)) is by_hand
    assert _SHA in str(caught.value)
    assert _OTHER in str(caught.value)
