"""Three schools of the lab, an AWX with a mesh of two execution nodes, and secrets that look like no other text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import School, StartSchool, network, start_school
from tests.mesh import require_mesh
from tests.mesh.awx import Awx, inventory_of, write_project
from tests.mesh.links import Mesh, running_mesh
from tests.servers.postgresql import Postgresql, postgresql

__all__ = ["network", "start_school"]

NODES = ["exec-1", "exec-2"]
# Of the stations' account, of the vault, of what the vault has.
SECRETS = {
    "station": "Canari-poste-7q!",
    "vault": "Canari-coffre-7q!",
    "mail": "Canari-courrier-7q!",
    "store": "Canari-magasin-7q!",
}
# The second's are late, so that a pilot goes before them; the others have nothing.
_CLIENTS = {"0310002B": {"clients": [{"release": "2026.1.3"}]}}
_SCHOOLS = {"0310001A": "lycee", "0310002B": "college", "0310003C": "lycee_pro"}


@pytest.fixture(scope="session")
def _able() -> None:
    require_mesh()


@pytest.fixture(scope="module")
def school(_able: None, start_school: StartSchool) -> School:
    """Three schools of two stations. The third's release takes long to install: five minutes of the station's, a
    twentieth of it of ours.
    """
    slow = {"release": "2026.2.8", "arch": "x64", "options": {"seconds": 300.0}}
    releases = dict.fromkeys(_SCHOOLS, "2026.2.7") | {"0310003C": "2026.2.8"}
    rooms = [
        {
            "group": f"salle_{group}",
            "name": "Salle 1",
            "school": uai,
            "stations": [
                {"name": f"{group.replace('_', '-')}-{number}", "address": f"{room}.{number}", **_CLIENTS.get(uai, {})}
                for number in (1, 2)
            ],
        }
        for room, (uai, group) in enumerate(_SCHOOLS.items(), start=1)
    ]
    return start_school(
        [],
        accounts=[{"name": "deploiement", "password": SECRETS["station"]}],
        releases=[{"release": "2026.2.7", "arch": "x64"}, slow],
        schools=[
            {"uai": uai, "group": group, "name": group, "release": releases[uai]} for uai, group in _SCHOOLS.items()
        ],
        rooms=rooms,
    )


@pytest.fixture(scope="module")
def mesh(_able: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    with running_mesh(tmp_path_factory.mktemp("mesh"), NODES) as running:
        yield running


@pytest.fixture(scope="module")
def store(_able: None) -> Iterator[Postgresql]:
    """The server that all nodes write to, with a database of a user who may do nothing else."""
    with postgresql() as server:
        server.sql(f"create role pronote login password '{SECRETS['store']}'")
        server.sql("create database pronote owner pronote")
        yield server


@pytest.fixture(scope="module")
def awx(mesh: Mesh, school: School, store: Postgresql, tmp_path_factory: pytest.TempPathFactory) -> Awx:
    write_project(
        mesh.control.folder / "awx/projects/pronote",
        vault_password=SECRETS["vault"],
        secrets={"pronote_audit_mail": {"password": SECRETS["mail"]}},
    )
    kept = Path("/var/lib/pronote")
    places = {
        "pronote_cache_dir": str(kept / "cache"),
        "pronote_client_log_dir": str(kept / "logs"),
        "pronote_reports_dir": str(kept),
        "pronote_state": store.url(user="pronote", database="pronote", options="sslmode=disable"),
    }
    return Awx(
        mesh=mesh,
        inventory=inventory_of(school.inventory),
        variables={**json.loads(school.variables.read_text(encoding="utf-8")), **places},
        user="deploiement",
        passwords={
            r"SSH password:\s*?$": SECRETS["station"],
            r"Vault password:\s*?$": SECRETS["vault"],
        },
        injected={"PGPASSWORD": SECRETS["store"]},
        jobs=tmp_path_factory.mktemp("awx"),
    )
