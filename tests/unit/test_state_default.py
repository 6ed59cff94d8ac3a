"""Where the store is by default, for every way in which a station can come into an inventory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

_ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("variables", "path"),
    [
        ({"inventory_dir": "/inv"}, "/inv.pronote/state/pronote.sqlite3"),
        ({"inventory_dir": "/inv", "pronote_state": "/var/lib/s"}, "/var/lib/s"),
        ({"inventory_dir": "/inv", "pronote_state": ""}, ""),
        # -i host, and add_host
        ({"inventory_dir": None}, ""),
        # implicit localhost
        ({}, ""),
    ],
)
def test_the_default(variables: dict[str, Any], path: str) -> None:
    assert _templated("store", "__pronote_store_path", variables) == path


_WRITTEN = [
    ("client", "pronote_client_log_dir", "logs"),
    ("audit", "__pronote_audit_html", "reports/audit.html"),
    ("audit", "__pronote_audit_path", "reports/audit.json"),
    ("audit", "__pronote_audit_board", "reports/rentree.html"),
    ("doctor", "__pronote_doctor_html", "reports/doctor.html"),
    ("doctor", "__pronote_doctor_path", "reports/doctor.json"),
    ("doctor", "__pronote_doctor_rehearsals", "reports/rehearsals"),
    ("prepare", "__pronote_prepare_rehearsals", "reports/rehearsals"),
    ("rehearse", "__pronote_rehearse_folder", "reports/rehearsals"),
    ("rentree", "__pronote_rentree_html", "reports/rentree.html"),
    ("rentree", "__pronote_rentree_path", "reports/rentree.json"),
    ("rentree", "__pronote_rentree_audit_html", "reports/audit.html"),
]


@pytest.mark.parametrize(("role", "name", "what"), _WRITTEN)
def test_everything_that_is_written_lies_beside_the_inventory(role: str, name: str, what: str, tmp_path: Path) -> None:
    inventory = tmp_path / "inv"
    assert _templated(role, name, {"inventory_dir": str(inventory)}) == f"{inventory}.pronote/{what}"
    # Nowhere without an inventory folder: it was "None/reports/audit.html", below the folder of the one who ran it.
    assert [_templated(role, name, variables) for variables in ({"inventory_dir": None}, {})] == ["", ""]
    # Where it was, as long as that was not moved.
    kind = what.partition("/")[0]
    old = inventory / kind / ("a.log" if kind == "logs" else "audit.json")
    old.parent.mkdir(parents=True)
    old.write_text("", encoding="utf-8")
    assert _templated(role, name, {"inventory_dir": str(inventory)}) == str(inventory / what)
    moved = {"inventory_dir": str(inventory), "__pronote_places_moved": True}
    assert _templated(role, name, moved) == f"{inventory}.pronote/{what}"


_EARLIER = {
    "__pronote_audit_html": ["pronote_audit_html"],
    "__pronote_audit_path": ["pronote_audit_path"],
    "__pronote_audit_board": ["pronote_audit_board", "pronote_rentree_html"],
    "__pronote_doctor_html": ["pronote_doctor_html"],
    "__pronote_doctor_path": ["pronote_doctor_path"],
    "__pronote_doctor_rehearsals": ["pronote_doctor_rehearsals", "pronote_rehearse_folder"],
    "__pronote_prepare_rehearsals": ["pronote_prepare_rehearsals", "pronote_rehearse_folder"],
    "__pronote_rehearse_folder": ["pronote_rehearse_folder"],
    "__pronote_rentree_html": ["pronote_rentree_html"],
    "__pronote_rentree_path": ["pronote_rentree_path"],
    "__pronote_rentree_audit_html": ["pronote_rentree_audit_html", "pronote_audit_html"],
}


@pytest.mark.parametrize(("role", "name", "what"), [row for row in _WRITTEN if row[0] != "client"])
def test_a_report_lies_where_its_folder_or_its_earlier_name_says(role: str, name: str, what: str) -> None:
    beside = {"inventory_dir": "/inv"}
    file = what.removeprefix("reports/")
    assert _templated(role, name, {**beside, "pronote_reports_dir": "/srv/r"}) == f"/srv/r/{file}"
    # None at all, by choice.
    assert _templated(role, name, {**beside, "pronote_reports_dir": ""}) == ""
    for earlier in _EARLIER[name]:
        assert _templated(role, name, {**beside, earlier: "/srv/old"}) == "/srv/old"
        assert _templated(role, name, {**beside, earlier: ""}) == ""
        both = {**beside, "pronote_reports_dir": "/srv/r", earlier: "/srv/old"}
        assert _templated(role, name, both) == f"/srv/r/{file}"


def test_no_default_lies_in_the_inventory() -> None:
    """Every path that a role makes of inventory_dir is people's own file."""
    for path in sorted(_ROOT.glob("roles/*/*/*.yml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "inventory_dir" in line and not line.lstrip().startswith(("#", "- ", "description")):
                assert "responses" in line or "pronote_releases.lock.yml" in line, f"{path}: {line}"


def test_an_audit_has_it_without_the_role() -> None:
    """A dependency costs every station of the play a millisecond."""
    own, store = (
        yaml.safe_load((_ROOT / f"roles/pronote_{role}/defaults/main.yml").read_text(encoding="utf-8"))
        for role in ("audit", "store")
    )
    assert own["__pronote_audit_store_path"] == store["__pronote_store_path"]
    first, *_ = yaml.safe_load((_ROOT / "roles/pronote_audit/tasks/main.yml").read_text(encoding="utf-8"))
    assert first["ansible.builtin.import_tasks"] == "../../pronote_store/tasks/main.yml"


@pytest.mark.parametrize("role", ["client", "rentree", "attest"])
def test_it_is_said_in_one_place(role: str) -> None:
    meta = yaml.safe_load((_ROOT / f"roles/pronote_{role}/meta/main.yml").read_text(encoding="utf-8"))
    assert meta["dependencies"] == [{"role": "rentree.pronote.pronote_store"}]
    files = [*(_ROOT / f"roles/pronote_{role}").glob("tasks/*.yml"), _ROOT / f"roles/pronote_{role}/defaults/main.yml"]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    assert "__pronote_store_path" in text
    assert "pronote.sqlite3" not in text


def _templated(role: str, name: str, variables: dict[str, Any]) -> Any:
    defaults = yaml.safe_load((_ROOT / f"roles/pronote_{role}/defaults/main.yml").read_text(encoding="utf-8"))
    # What a default is made of is another one.
    private = {each: trust_as_template(value) for each, value in defaults.items() if each.startswith("__")}
    return Templar(loader=DataLoader(), variables={**private, **variables}).template(trust_as_template(defaults[name]))
