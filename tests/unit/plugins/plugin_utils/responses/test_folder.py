from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.folder import ResponseStore, checked_responses
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.names import ResponseName
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.response import Mode, ResponseFile
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.validate import validate_bytes

from tests.lab.simulated.installer.package import build_iss

_SOUND = build_iss(release="2026.2.7").encode("cp1252")
_REMOVAL = build_iss(release="2026.2.7", mode="uninstall").encode("cp1252")
_LAUNCHES = build_iss(release="2026.2.7", launch=True).encode("cp1252")


def _recorded(mode: Mode = "install") -> ResponseName:
    return ResponseName(product="pronote_client", release=Release.parse("2026.2.7"), arch="x64", mode=mode)


def test_a_store_that_is_not_there_yet_holds_nothing(tmp_path: Path) -> None:
    store = ResponseStore(tmp_path / "responses")
    assert store.names() == []
    assert not store.has(_recorded(), language=0x40C)
    assert not store.folder.exists()


def test_what_is_filed_is_found_again(tmp_path: Path) -> None:
    store = ResponseStore(tmp_path / "responses")
    response = ResponseFile.parse(_SOUND.replace(b"\r\n", b"\n"))
    path = store.file(_recorded(), response, station="cdi-01", findings=[])
    assert path.read_bytes() == _SOUND
    metadata = yaml.safe_load(path.with_suffix(".yml").read_bytes())
    assert metadata["sha256"] == hashlib.sha256(_SOUND).hexdigest()
    assert (metadata["release"], metadata["mode"], metadata["recorded_on"]) == ("2026.2.7", "install", "cdi-01")
    store.reject(_recorded("uninstall"), b"not a recording")
    (store.folder / "notes.txt").write_bytes(b"")
    assert store.names() == [path.name]
    assert store.has(_recorded(), language=0x40C)
    assert not store.has(_recorded("uninstall"), language=0x40C)
    assert sorted(each.name for each in store.folder.iterdir() if each.name.startswith(".")) == []


def test_a_recording_that_was_spoiled_is_named(tmp_path: Path) -> None:
    store = ResponseStore(tmp_path)
    (tmp_path / _recorded().name).write_bytes(_LAUNCHES)
    with pytest.raises(
        ValueError, match=r"pronote_client-2026\.2\.7-x64\.iss cannot be used: a box of the last dialog"
    ):
        store.has(_recorded(), language=0x40C)
    assert store.has(_recorded(), language=0x40C, accepted=["launches"])


def test_findings_that_were_accepted_are_remembered(tmp_path: Path) -> None:
    response, findings = validate_bytes(_LAUNCHES, mode="install")
    assert response is not None
    path = ResponseStore(tmp_path).file(_recorded(), response, station="x", findings=findings)
    assert yaml.safe_load(path.with_suffix(".yml").read_bytes())["findings"] == ["launches"]


def test_a_release_with_sound_recordings(tmp_path: Path) -> None:
    sources = {"setup.exe": tmp_path / "s", "response.iss": tmp_path / "r", "uninstall.iss": tmp_path / "u"}
    for path, data in zip(sources.values(), (b"MZ", _SOUND.replace(b"\r\n", b"\n"), _REMOVAL), strict=True):
        path.write_bytes(data)
    modes: dict[str, Mode] = {"response.iss": "install", "uninstall.iss": "uninstall"}
    with checked_responses(sources, modes, year=2026) as checked:
        assert {name: path.read_bytes() for name, path in checked.items()} == {
            "setup.exe": b"MZ",
            "response.iss": _SOUND,
            "uninstall.iss": _REMOVAL,
        }
        assert checked["setup.exe"] == sources["setup.exe"]
        folder = checked["response.iss"].parent
    assert not folder.exists()
    assert sources["response.iss"].read_bytes() == _SOUND.replace(b"\r\n", b"\n")


@pytest.mark.parametrize(("year", "says"), [(2025, "it was recorded with 2026.2.7"), (2026, "a question was answered")])
def test_a_release_with_a_bad_recording(tmp_path: Path, year: int, says: str) -> None:
    sources = {"response.iss": tmp_path / "r", "uninstall.iss": tmp_path / "u"}
    sources["response.iss"].write_bytes(_SOUND)
    sources["uninstall.iss"].write_bytes(_REMOVAL.replace(b"Result=6", b"Result=7"))
    modes: dict[str, Mode] = {"response.iss": "install", "uninstall.iss": "uninstall"}
    with pytest.raises(ValueError, match=says), checked_responses(sources, modes, year=year):
        pytest.fail("entered")
