"""depot_release: what it refuses leaves depot and lock file as they were; what it makes of a response file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail

from tests.actions import run_action
from tests.lab.simulated.installer.package import build_iss
from tests.lab.simulated.installer.products import product_code


class Shelf:
    """A depot folder, a lock file and files to publish."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.depot = folder / "depot"
        self.lock = folder / "inventory/group_vars/all/pronote_releases.lock.yml"
        self.lock.parent.mkdir(parents=True)
        (folder / "setup.exe").write_bytes(b"setup.exe" * 100)
        for name in ("client.iss", "pronote_client-2026.1.3-x64.iss"):
            (folder / name).write_bytes(build_iss(release="2026.2.7").encode("cp1252"))

    def publish(self, **arguments: Any) -> dict[str, Any]:
        return run_action(
            "depot_release",
            {
                "depot": str(self.depot),
                "release": "2026.2.7",
                "installer": str(self.folder / "setup.exe"),
                "response": str(self.folder / "client.iss"),
                "lock_file": str(self.lock),
                **arguments,
            },
        )

    def files(self) -> dict[str, bytes]:
        """Everything that publishing may change."""
        roots = (self.depot, self.lock.parent)
        return {str(path): path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def _changed(result: dict[str, Any]) -> bool:
    return bool(result["changed"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"release": "latest"}, "is not a release"),
        ({"installer": "/nowhere/setup.exe"}, "No such file"),
        ({"response": ""}, "installscript needs response.iss"),
        ({"installer_sha256": "0" * 64}, "fetch it again"),
        ({"product_code": "{calc}"}, "is not a product code"),
        ({"arch": "ia64"}, "must be one of"),
    ],
)
def test_refusals_leave_everything_as_it_was(shelf: Shelf, arguments: dict[str, str], says: str) -> None:
    assert _changed(shelf.publish())
    before = shelf.files()
    with pytest.raises(AnsibleActionFail, match=says):
        shelf.publish(**arguments)
    assert shelf.files() == before


_SOUND = build_iss(release="2026.2.7")


@pytest.mark.parametrize(
    "data",
    [
        _SOUND.encode("utf-16"),
        _SOUND.encode("utf-16-le"),
        _SOUND.encode("utf-8-sig"),
        _SOUND.replace("\r\n", "\n").encode("cp1252"),
    ],
    ids=["utf-16", "utf-16 without mark", "utf-8 with mark", "lf"],
)
def test_a_response_file_is_published_as_a_setup_reads_it(shelf: Shelf, data: bytes) -> None:
    (shelf.folder / "client.iss").write_bytes(data)
    assert _changed(shelf.publish())
    published = (shelf.depot / "2026.2.7/x64/response.iss").read_bytes()
    assert published == (data if data.startswith(b"\xff\xfe") else _SOUND.encode("cp1252"))
    assert not _changed(shelf.publish())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (_SOUND.encode("utf-16")[:600], "the recording broke off"),
        (b"<!DOCTYPE html><html></html>", "this is not a response file: it does not begin with a section"),
        (b"", "this is not a response file: it has no section"),
        (build_iss(release="2026.2.7", launch=True).encode(), "a box of the last dialog is ticked"),
        (build_iss(release="2025.2.9").encode(), "it is a recording of the product"),
        (_SOUND.replace("szDir=", "szDir=C:\\Users\\admin").encode(), "a folder of a user is in it"),
        (_SOUND.replace("{", "<").encode(), "it has neither a list of dialogs nor their answers"),
    ],
)
def test_a_bad_response_file_is_not_published(shelf: Shelf, data: bytes, says: str) -> None:
    assert _changed(shelf.publish())
    before = shelf.files()
    (shelf.folder / "client.iss").write_bytes(data)
    with pytest.raises(AnsibleActionFail) as refused:
        shelf.publish(product_code=product_code(2026, "x64"))
    assert says in str(refused.value).replace("The recording", "the recording")
    assert "client.iss cannot be used" in str(refused.value)
    assert shelf.files() == before
    # Whoever knows what it means may insist.
    if "ticked" in says:
        assert _changed(shelf.publish(product_code=product_code(2026, "x64"), response_accept=["launches"]))


def test_the_lock_says_which_release_a_response_file_was_recorded_for(shelf: Shelf) -> None:
    def locked() -> str | None:
        lock = yaml.safe_load(shelf.lock.read_text(encoding="utf-8"))
        recorded: str | None = lock["pronote_releases"]["2026.2.7"]["x64"].get("response_release")
        return recorded

    assert _changed(shelf.publish())
    assert locked() is None
    # A recording of an earlier release, by its name in the store: to be tried on a pilot station first.
    assert _changed(shelf.publish(response=str(shelf.folder / "pronote_client-2026.1.3-x64.iss")))
    assert locked() == "2026.1.3"
    assert _changed(shelf.publish(response_release="2026.2.7"))
    assert locked() == "2026.2.7"


def test_answers_of_an_update_are_published_and_locked(shelf: Shelf) -> None:
    first = shelf.publish()
    update = shelf.folder / "pronote_client-2026.1.3-x64-update.iss"
    update.write_bytes(build_iss(release="2026.2.7", mode="update", dialogs=["SdUpdate-0"]).encode("cp1252"))
    result = shelf.publish(update_response=str(update))
    # Another script, and so jobs of another name.
    assert _changed(result)
    assert result["digest"] != first["digest"]
    entry = yaml.safe_load(shelf.lock.read_text(encoding="utf-8"))["pronote_releases"]["2026.2.7"]["x64"]
    assert set(entry["files"]) == {"setup.exe", "response.iss", "update.iss"}
    assert (entry["update_release"], entry.get("response_release")) == ("2026.1.3", None)
    assert not _changed(shelf.publish(update_response=str(update)))


def test_each_response_file_is_judged_by_its_case(shelf: Shelf) -> None:
    maintenance = shelf.folder / "maintenance.iss"
    removal = build_iss(release="2026.2.7", mode="uninstall", dialogs=["SdWelcomeMaint-0", "SdFinish-0"])
    maintenance.write_bytes(removal.encode("cp1252"))
    assert "Result=303" in removal
    with pytest.raises(AnsibleActionFail, match="recorded where the client was installed already"):
        shelf.publish(response=str(maintenance))
    with pytest.raises(AnsibleActionFail, match="it removes the client"):
        shelf.publish(update_response=str(maintenance))
    assert _changed(shelf.publish(uninstall_response=str(maintenance)))
