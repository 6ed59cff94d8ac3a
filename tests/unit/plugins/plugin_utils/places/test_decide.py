"""Where runs write, for every shape of an inventory, as one function of its folder."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.places.decide import (
    default,
    in_use,
    old,
    own,
    stays,
    to_move,
)

STORE = "state/pronote.sqlite3"


@pytest.mark.parametrize(
    ("folder", "what", "beside", "before"),
    [
        # -i inventories/my_schools, and -i inventories/my_schools/hosts.yml
        ("/p/inventories/my_schools", STORE, "/p/inventories/my_schools.pronote/state/pronote.sqlite3", "state"),
        ("/p/inventories/my_schools/", "logs", "/p/inventories/my_schools.pronote/logs", "logs"),
        ("/p/inventories/x/../my", "reports/a.html", "/p/inventories/my.pronote/reports/a.html", "reports"),
        # -i hosts.yml in the top of a project, /etc/ansible/hosts, AWX's own
        ("/home/admin/project", "logs", "/home/admin/project.pronote/logs", "logs"),
        ("/etc/ansible", "logs", "/etc/ansible.pronote/logs", "logs"),
        ("/runner/inventory", "logs", "/runner/inventory.pronote/logs", "logs"),
        ("/p/my.schools é", "logs", "/p/my.schools é.pronote/logs", "logs"),
        # -i host, and add_host; a file in the top of the file system; what is no full path
        ("", STORE, "", None),
        ("/", STORE, "", None),
        ("//", STORE, "", None),
        ("inventories/my_schools", STORE, "", None),
    ],
)
def test_beside_the_folder_and_never_in_it(folder: str, what: str, beside: str, before: str | None) -> None:
    assert default(folder, what) == beside
    assert bool(old(folder, what)) == bool(beside)
    if before:
        assert f"/{before}" in old(folder, what)
        assert not beside.startswith(f"{folder.rstrip('/')}/")
    for old_there in (False, True):
        for new_there in (False, True):
            used = in_use(folder, what, old_there=old_there, new_there=new_there)
            # An old store is never hidden by a new one that is empty: that one is not begun.
            assert used == (old(folder, what) if old_there and not new_there else beside)


@pytest.mark.parametrize(
    ("explicit", "kinds"),
    [
        (set(), {"state": set(), "logs": set(), "reports": set()}),
        ({"pronote_state"}, {"logs": set(), "reports": set()}),
        ({"pronote_client_log_dir", "pronote_state"}, {"reports": set()}),
        ({"pronote_reports_dir"}, {"state": set(), "logs": set()}),
        ({"pronote_reports_dir", "pronote_audit_html"}, {"state": set(), "logs": set()}),
        # Earlier names, each for one report.
        ({"pronote_audit_html"}, {"state": set(), "logs": set(), "reports": {"audit.html"}}),
        (
            {"pronote_audit_html", "pronote_audit_path", "pronote_rentree_html", "pronote_rentree_path"},
            {"state": set(), "logs": set()},
        ),
    ],
)
def test_what_somebody_has_set_is_not_moved(explicit: set[str], kinds: dict[str, set[str]]) -> None:
    assert to_move(explicit) == kinds


def test_a_report_of_another_product_goes_where_the_clients_does() -> None:
    names = ("audit.html", "audit-edt_monoposte.html", "audit.json")
    assert [stays(name, {"audit.html"}) for name in names] == [True, True, False]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/p/inv/logs/salle101-03.log", "logs"),
        ("/p/inv.pronote/logs/salle101-03.log", "logs"),
        ("/p/inv/state/pronote.sqlite3-wal", "state"),
        ("/p/inv/reports/audit-edt_monoposte.json", "reports"),
        ("/p/inv/reports/audit.prom", "reports"),
        ("/p/inv/reports/rentree.html", "reports"),
        ("/p/inv/responses/pronote_client-2026.1.3-x64.iss", "responses"),
        ("/p/inv/responses/pronote_client-2026.1.3-x64.yml", "responses"),
        ("/p/inv/responses/hosts", "responses"),
        ("/p/inv/responses/a\nb.ini", "responses"),
        ("/p/inv/recorded/2026.ISS", "responses"),
        ("/p/inv/reports/parc.html", "reports"),
        ("/p/inv/responses.yml", ""),
        ("/p/inv/hosts.yml", ""),
        ("/p/inv/logs.yml", ""),
        ("/p/inv/logs/hosts.yml", ""),
        ("/p/site.pronote/hosts.yml", ""),
        ("poste-1,", ""),
    ],
)
def test_files_that_are_no_inventory(path: str, kind: str) -> None:
    assert own(path) == kind
