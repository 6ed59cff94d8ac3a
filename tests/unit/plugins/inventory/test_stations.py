"""The inventory plugin as Ansible loads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible import context
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.module_utils.common.collections import ImmutableDict
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible.utils.vars import load_extra_vars
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.places.decide import STORE, to_move
from ansible_collections.rentree.pronote.plugins.plugin_utils.places.look import place
from ansible_collections.rentree.pronote.plugins.plugin_utils.places.move import move
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import Memory
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationFactError, UnreachableError

from tests.servers.postgresql import Postgresql

WANTED = Release.parse("2026.2.7")
HOSTS = "pronote_stations:\n  children:\n    cdi:\n      hosts: {a: , b: , c: }\n"
CSV = (
    "Poste;Adresse;MAC;Salle;Établissement\r\n"
    's101-02;10.0.0.2;;"{{ lookup(""pipe"", ""id"") }}";Lycée Exemple\r\n'
    "s101-01;10.0.0.1;00-1a-2b-3c-4d-5e;Salle 101;Lycée Exemple\r\n"
)
CONFIG = "plugin: rentree.pronote.stations\ncsv: postes.csv\nschools: {Lycée Exemple: 0310001A}\n"


def _write(folder: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


def _inventory(*sources: Path, extra_vars: str = "") -> InventoryManager:
    """``extra_vars``: what the command line says with ``-e``."""
    with pytest.MonkeyPatch.context() as patched:
        given = ImmutableDict({**context.CLIARGS, "extra_vars": (trust_as_template(extra_vars),) if extra_vars else ()})
        patched.setattr(context, "CLIARGS", given)
        # Ansible keeps those of its process.
        patched.setattr(load_extra_vars, "extra_vars", {}, raising=False)
        return InventoryManager(loader=DataLoader(), sources=[str(source) for source in sources])


def _groups(inventory: InventoryManager) -> dict[str, list[str]]:
    names = ("pronote_late", "pronote_pending", "pronote_failed", "pronote_never_seen")
    return {name: [host.name for host in inventory.groups[name].get_hosts()] for name in names}


def _failed(state: Path, station: str, exc: Exception) -> None:
    memory = Memory(str(state), station=station, product="pronote_client")
    memory.failed(exc, wanted=WANTED, absent=False)  # type: ignore[arg-type]  # a StationError
    memory.close()


def test_stations_of_a_csv(tmp_path: Path) -> None:
    source = _write(tmp_path, my__stations__yml=CONFIG, postes__csv=CSV.encode("cp1252")) / "my.stations.yml"
    inventory = _inventory(source)
    assert [host.name for host in inventory.groups["pronote_stations"].get_hosts()] == ["s101-02", "s101-01"]
    assert [g.name for g in inventory.groups["lycee_exemple"].child_groups] == [
        "lycee_exemple_lookup_pipe_id",
        "lycee_exemple_salle_101",
    ]
    host = inventory.get_host("s101-01")
    assert {k: v for k, v in host.vars.items() if k.startswith(("pronote", "ansible"))} == {
        "ansible_host": "10.0.0.1",
        "pronote_mac": "00:1a:2b:3c:4d:5e",
        "pronote_room": "Salle 101",
        "pronote_school": "Lycée Exemple",
        "pronote_uai": "0310001A",
    }


def test_a_cell_is_never_a_template(tmp_path: Path) -> None:
    source = _write(tmp_path, my__stations__yml=CONFIG, postes__csv=CSV) / "my.stations.yml"
    room = _inventory(source).get_host("s101-02").vars["pronote_room"]
    assert Templar(loader=DataLoader(), variables={}).template(room) == '{{ lookup("pipe", "id") }}'


def _right(state: str | Path, station: str, product: str) -> None:
    memory = Memory(str(state), station=station, product=product)
    words = {"expected": "2026.2.7", "reason": "", "reason_fr": "", "remedy": ""}
    memory.audited({**words, "status": "compliant", "facts": {"clients": []}}, found="right", silent=False)
    memory.close()


def test_groups_of_a_hand_written_inventory(tmp_path: Path) -> None:
    _write(tmp_path, hosts__yml=HOSTS, pronote__stations__yml="plugin: rentree.pronote.stations\n")
    source = [tmp_path / "hosts.yml", tmp_path / "pronote.stations.yml"]
    everyone = ["a", "b", "c"]
    assert _groups(_inventory(*source)) == {
        "pronote_late": [],
        "pronote_pending": everyone,
        "pronote_failed": [],
        "pronote_never_seen": everyone,
    }
    # Looking made no store.
    state = tmp_path.with_name(f"{tmp_path.name}.pronote") / "state/pronote.sqlite3"
    assert not state.parent.parent.exists()
    assert not (tmp_path / "state").exists()

    for _ in range(3):
        _failed(state, "a", StationFactError("no", remedy="do"))
    _failed(state, "b", UnreachableError("off", remedy="do"))
    _right(state, "c", "pronote_client")
    assert _groups(_inventory(*source)) == {
        "pronote_late": [],
        "pronote_pending": ["b"],
        "pronote_failed": ["a"],
        "pronote_never_seen": ["b"],
    }


def test_a_station_with_edt_is_pending_until_it_has_both(tmp_path: Path) -> None:
    edt = "pronote_edt_stations:\n  hosts: {b: , chef: }\n"
    _write(tmp_path, hosts__yml=HOSTS + edt, pronote__stations__yml="plugin: rentree.pronote.stations\n")
    state = tmp_path.with_name(f"{tmp_path.name}.pronote") / "state/pronote.sqlite3"
    for station in ("a", "b", "c"):
        _right(state, station, "pronote_client")
    source = [tmp_path / "hosts.yml", tmp_path / "pronote.stations.yml"]
    # EDT alone is wanted of chef, who is in no room.
    assert _groups(_inventory(*source))["pronote_pending"] == ["b", "chef"]
    assert _groups(_inventory(*source))["pronote_never_seen"] == ["chef"]
    for station in ("b", "chef"):
        _right(state, station, "edt_monoposte")
    assert _groups(_inventory(*source))["pronote_pending"] == []


@pytest.mark.parametrize("state", ["", f"state: {STORE}\n"], ids=["by default", "as 0.1.0 had it"])
def test_it_reads_the_store_that_runs_write(tmp_path: Path, state: str) -> None:
    """The old one as long as it is not moved, by the same function as the roles' default (places/look.py)."""
    _write(tmp_path, hosts__yml=HOSTS, pronote__stations__yml=f"plugin: rentree.pronote.stations\n{state}")
    sources = [tmp_path / "hosts.yml", tmp_path / "pronote.stations.yml"]
    _right(tmp_path / "state/pronote.sqlite3", "a", "pronote_client")
    assert place(str(tmp_path), STORE) == str(tmp_path / STORE)
    assert _groups(_inventory(*sources))["pronote_pending"] == ["b", "c"]
    assert move(str(tmp_path), to_move(set()), check=False).stayed == {}
    assert _groups(_inventory(*sources))["pronote_pending"] == ["b", "c"]
    assert not (tmp_path / "state").exists()


def test_the_store_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str]) -> None:
    """AWX reads an inventory without any variable: pronote_pending was everybody."""
    _write(tmp_path, hosts__yml=HOSTS, pronote__stations__yml="plugin: rentree.pronote.stations\n")
    elsewhere = tmp_path.with_name(f"{tmp_path.name}-elsewhere") / "store.sqlite3"
    elsewhere.parent.mkdir()
    _right(elsewhere, "a", "pronote_client")
    assert "a" in _groups(_inventory(tmp_path))["pronote_pending"]
    monkeypatch.setenv("PRONOTE_STATE", str(elsewhere))
    assert "a" not in _groups(_inventory(tmp_path))["pronote_pending"]
    assert warnings == []
    # The address of a database is no path below the inventory; nobody listens there.
    monkeypatch.setenv("PRONOTE_STATE", "postgresql://pronote@127.0.0.1:1/pronote")
    assert _groups(_inventory(tmp_path))["pronote_pending"] == []
    (told,) = warnings
    assert told.startswith("the store postgresql://pronote@127.0.0.1:1/pronote:")


def test_the_password_of_a_database_comes_from_the_environment_or_the_command_line(
    postgresql_server: Postgresql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    """What group_vars say is known later: that is told."""
    store, password = postgresql_server.url(schema=postgresql_server.schema()), postgresql_server.password
    monkeypatch.setenv("PGPASSWORD", password)
    _right(store, "a", "pronote_client")
    _write(tmp_path, hosts__yml=HOSTS, pronote__stations__yml=f"plugin: rentree.pronote.stations\nstate: {store}\n")
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/all.yml").write_text(f"pronote_state_password: {password}\n", encoding="utf-8")
    sources = [tmp_path / "hosts.yml", tmp_path / "pronote.stations.yml"]
    assert _groups(_inventory(*sources))["pronote_pending"] == ["b", "c"]
    monkeypatch.delenv("PGPASSWORD")
    of_vault = json.dumps({"pronote_state_password": "{{ vault }}", "vault": password})
    for text in (f"pronote_state_password={password}", of_vault):
        assert _groups(_inventory(*sources, extra_vars=text))["pronote_pending"] == ["b", "c"]
    assert warnings == []
    for text in ("", "pronote_state_password=s3cret-and-wrong", 'pronote_state_password="{{ of_nobody }}"'):
        assert _groups(_inventory(*sources, extra_vars=text))["pronote_pending"] == []
        told = warnings.pop()
        assert "none of its variables is known: give the password by PGPASSWORD" in told
        assert "groups pronote_late, pronote_pending… are empty" in told
        assert password not in told
        assert "s3cret-and-wrong" not in told


def test_no_store_where_none_is_wanted(tmp_path: Path) -> None:
    _write(tmp_path, hosts__yml=HOSTS, pronote__stations__yml="plugin: rentree.pronote.stations\nstate: ''\n")
    _right(Path(place(str(tmp_path), STORE)), "a", "pronote_client")
    found = _groups(_inventory(tmp_path / "hosts.yml", tmp_path / "pronote.stations.yml"))
    assert found["pronote_pending"] == []


def test_without_stations_it_warns(tmp_path: Path, warnings: list[str]) -> None:
    source = _write(tmp_path, a__stations__yml="plugin: rentree.pronote.stations\n") / "a.stations.yml"
    assert _groups(_inventory(source))["pronote_pending"] == []
    assert any("a name that comes after" in warning for warning in warnings)


@pytest.mark.parametrize("says_it", ["environment", "nobody"])
def test_it_speaks_french_unless_somebody_says_otherwise(
    tmp_path: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch, says_it: str
) -> None:
    if says_it == "nobody":
        monkeypatch.delenv("RENTREE_LANGUAGE")
    else:
        monkeypatch.setenv("RENTREE_LANGUAGE", "fr")
    _inventory(_write(tmp_path, a__stations__yml="plugin: rentree.pronote.stations\n") / "a.stations.yml")
    assert any("un nom qui vienne après celui des postes" in warning for warning in warnings)


def test_a_store_that_cannot_be_read_is_a_warning(tmp_path: Path, warnings: list[str]) -> None:
    _write(tmp_path, hosts__yml=HOSTS, pronote__stations__yml="plugin: rentree.pronote.stations\nstate: x.sqlite3\n")
    (tmp_path / "x.sqlite3").write_text("no store\n" * 200, encoding="utf-8")
    inventory = _inventory(tmp_path / "hosts.yml", tmp_path / "pronote.stations.yml")
    assert _groups(inventory)["pronote_pending"] == []
    assert any("Move it away" in warning and "are empty" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("config", "csv", "message"),
    [
        (
            CONFIG,
            CSV.replace("10.0.0.1", "10.0.0.300"),
            "postes.csv:3: column 'Adresse', '10.0.0.300': '10.0.0.300' is neither",
        ),
        (CONFIG, CSV.replace("s101-02", "s101-01"), "postes.csv:3: the station s101-01 is on line 2 already"),
        (CONFIG.replace("0310001A", "'0310001'"), CSV, "'0310001' is not a UAI"),
        (CONFIG.replace("postes.csv", "postes2.csv"), CSV, "postes2.csv: No such file"),
        (CONFIG + "columns: {names: Poste}\n", CSV, "columns: names is none of name, address"),
        (CONFIG + "preset: excel\n", CSV, "Invalid value 'excel' for config 'preset'"),
    ],
)
def test_what_cannot_be_right_stops_the_reading(
    tmp_path: Path, config: str, csv: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = _write(tmp_path, my__stations__yml=config, postes__csv=csv) / "my.stations.yml"
    with pytest.raises(AnsibleError, match="Completely failed to parse"):
        _inventory(source)
    assert message in " ".join(capsys.readouterr().err.split())


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    source = _write(tmp_path, stations__yml="plugin: rentree.pronote.stations\n") / "stations.yml"
    with pytest.raises(AnsibleError, match="Completely failed to parse"):
        _inventory(source)


def test_what_runs_leave_in_the_folder_is_no_inventory(tmp_path: Path) -> None:
    """ansible.cfg: a log holds what a station said, and a line of it may look like a host."""
    _write(tmp_path, hosts__yml=HOSTS)
    places = ("logs/a.log", "reports/audit.json", "state/pronote.sqlite3", "responses/a.iss", "x.pronote/logs/a.log")
    for folder, _, name in (each.rpartition("/") for each in places):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / name).write_text("pirate ansible_connection=local\n", encoding="utf-8")
    assert set(_inventory(tmp_path).hosts) == {"a", "b", "c"}
