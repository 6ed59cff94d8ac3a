from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.progress.remaining import how_to_list, remaining_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.progress.state import PlayProgress
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import Memory
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import UnreachableError
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

_COMMAND = "ansible-playbook playbooks/remaining.yml -i inventories/x"


def _progress(*stores: str, product: str = "pronote_client") -> PlayProgress:
    progress = PlayProgress.of_play({"off": "", "new\x1b[2J": "Salle 101"}, now=0, check=False)
    for store in stores:
        progress.about("off", product=product, store=store)
    progress.end("off", "unreachable", "it is off")
    return progress


def _remember(path: Path, *, product: str = "pronote_client") -> None:
    memory = Memory(str(path), station="off", product=product, school="0310001A", room="CDI")
    memory.failed(UnreachableError("it is off", remedy="Switch it on."), wanted=Release.parse("2026.2.7"), absent=False)
    memory.close()
    assert memory.warnings == []


@pytest.mark.parametrize(
    ("playbook", "inventories", "command"),
    [
        ("playbooks/deploy.yml", ["inventories/é x"], "ansible-playbook playbooks/remaining.yml -i 'inventories/é x'"),
        ("elsewhere/deploy.yml", ["host,"], "ansible-playbook rentree.pronote.remaining -i host,"),
        ("", [], "ansible-playbook rentree.pronote.remaining"),
        ("playbooks/deploy.yml", ["/etc/hosts", "a"], "ansible-playbook playbooks/remaining.yml -i /etc/hosts -i a"),
    ],
)
def test_the_command_is_one_to_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, playbook: str, inventories: list[str], command: str
) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks/remaining.yml").touch()
    monkeypatch.chdir(tmp_path)
    assert how_to_list(playbook, inventories) == command
    # As Ansible has made them.
    absolute = [name if "," in name else str(tmp_path / name) for name in inventories]
    assert how_to_list(str(tmp_path / playbook) if playbook else "", absolute) == command


@pytest.mark.parametrize("product", ["pronote_client", "edt_monoposte"])
def test_the_list_is_that_of_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, product: str) -> None:
    # A narrow table folds its words; the tests' own processes may be told that they have 80 columns.
    monkeypatch.setenv("COLUMNS", "160")
    store = tmp_path / "state"
    _remember(store, product=product)
    text = remaining_of(_progress(str(store), product=product), words=catalogue("fr"), command=_COMMAND)
    title = "Reste à faire : 2 postes sur 2"
    assert text.startswith(title if product == "pronote_client" else f"EDT monoposte - {title}")
    for word in ("0310001A", "CDI", "injoignable", "Switch it on.", "jamais essayé", "Salle 101"):
        assert word in text
    assert "\x1b" not in text


def test_a_store_that_cannot_be_read_is_a_line_with_the_command(tmp_path: Path) -> None:
    store = tmp_path / "state"
    store.write_text("no store\n" * 200)
    text = remaining_of(_progress(str(store)), words=catalogue("fr"), command=_COMMAND)
    assert text.startswith(f"the store {store}: not usable (file is not a database). Move it away")
    assert text.endswith(f"Ce qui reste à faire n'est pas connu. Ensuite\u00a0: {_COMMAND}")


def test_several_stores_are_left_to_the_command() -> None:
    progress = _progress("/one")
    progress.about("new", product="pronote_client", store="/two")
    assert remaining_of(progress, words=catalogue("fr"), command=_COMMAND) == f"Reste à faire\u00a0: {_COMMAND}"
    assert remaining_of(progress, words=catalogue("en"), command=_COMMAND) == f"Remaining: {_COMMAND}"
