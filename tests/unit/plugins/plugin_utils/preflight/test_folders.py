"""Files of group_vars and host_vars that are nobody's."""

from __future__ import annotations

from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.folders import Entry, strangers

GROUPS = {"all": ["a", "b"], "lycee_exemple": ["a"], "salle_101": ["b"]}


def _found(*names: str, of_host: bool = False, hosts: tuple[str, ...] = ("a", "b", "cdi-poste")) -> list[object]:
    entries = [Entry(name=name, path=f"x/{name}.yml", folder="x", of_host=of_host) for name in names]
    found = strangers(entries, groups=set(GROUPS), hosts=set(hosts), members=GROUPS)
    return [(each.place, each.remedy, set(each.hosts), each.holds) for each in found]


def test_files_of_groups_and_hosts_are_somebodys() -> None:
    assert _found("all", "lycee_exemple", "salle_101") == []
    assert _found("a", "cdi-poste", of_host=True) == []


def test_a_misspelt_one_holds_whom_it_was_written_for() -> None:
    meant = "Rename it: did you mean lycee_exemple?"
    assert _found("lycee_exmple") == [("x/lycee_exmple.yml", meant, {"a"}, True)]
    meant = "Rename it: did you mean cdi-poste?"
    assert _found("cdi_poste", of_host=True) == [("x/cdi_poste.yml", meant, {"cdi-poste"}, True)]


def test_of_any_other_it_is_only_told() -> None:
    remedy = "Rename it after a group or a host of the inventory, or remove it."
    everybody = {"a", "b", "cdi-poste"}
    assert _found("xyzzy") == [("x/xyzzy.yml", remedy, everybody, False)]
    # A room that is no more is no misspelt one, and who has a file of his own needs no other.
    assert _found("salle_102") == [("x/salle_102.yml", remedy, everybody, False)]
    assert _found("lycee_exemple", "lycee_exmple") == [("x/lycee_exmple.yml", remedy, everybody, False)]
