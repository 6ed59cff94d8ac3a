"""What a run ends with: golden texts of each kind, what each station's result comes to, and the outcome as JSON."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import Any

import jsonschema
import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message, with_sources
from ansible_collections.rentree.pronote.plugins.module_utils.base.text import json_text
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import ServedRelease
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import conclude
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import STATUSES, UNREAD
from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.block import (
    ASK_AGAIN,
    Mode,
    ServerRead,
    block_of,
    of_audit,
    of_deployment,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.document import (
    document,
    exit_code,
    verdict,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.draw import draw
from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.gather import DeploymentRun, servers_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.stations import (
    OUTCOMES,
    StationEnd,
    count,
    ended,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests import endings, golden
from tests.collection import ROOT

_KINDS = ("audit", "dry-run", "deployment", "all-failed", "nothing-to-do", "stage")
_SCHEMA = json.loads((ROOT / "docs/deploy.schema.json").read_text(encoding="utf-8"))
_EN = catalogue("en")


@cache
def _made() -> dict[str, bytes]:
    # Not as this module is imported: every worker imports it, one runs these tests.
    return golden.ends()


@pytest.mark.parametrize(
    "name", [f"ends/{kind}.{language}.txt" for kind in sorted(_KINDS) for language in ("en", "fr")]
)
def test_to_the_byte(name: str) -> None:
    kept = (golden.FOLDER / name).read_bytes()
    assert _made()[name] == kept, f"if this change is wanted: python -m tests.golden, then look at git diff {name}"


def test_no_golden_file_is_left_over() -> None:
    assert {f"ends/{path.name}" for path in (golden.FOLDER / "ends").iterdir()} == set(_made())
    assert {f"ends/{kind}.{language}.txt" for kind in _KINDS for language in ("en", "fr")} == set(_made())


@pytest.mark.parametrize("width", [*range(44, 100, 7), *endings.WIDTHS])
@pytest.mark.parametrize("kind", _KINDS)
def test_lines_fit_and_names_are_never_broken(kind: str, width: int) -> None:
    blocks = endings.blocks(kind, _EN)
    lines = draw(blocks, width=width, color=False, words=_EN).splitlines()
    whole = {line for block in blocks for line in block.after}
    assert [line for line in lines if len(line) > width and line not in whole] == []
    # Every name that is shown is one of the stations', to the letter.
    names = {name for block in blocks for group in block.groups for name in group.stations}
    shown = [word.rstrip(",") for line in lines for word in line.split() if line.startswith("    ") and "-" in word]
    assert {word for word in shown if word.startswith("salle-")} <= names


def test_a_name_longer_than_the_terminal_stays_whole() -> None:
    name = "poste-" + "x" * 100
    block = of_deployment([ended(name, None, check=False)], mode="deploy", product="pronote_client", words=_EN)
    assert name in draw([block], width=60, color=False, words=_EN).split()


def test_colors_are_asked_for() -> None:
    blocks = endings.blocks("deployment", _EN)
    assert "\x1b[" in draw(blocks, width=80, color=True, words=_EN)
    assert "\x1b" not in draw(blocks, width=80, color=False, words=_EN)


def test_what_a_result_cannot_steer() -> None:
    """A station's words: no control characters, and no line of their own."""
    result = {"failed": True, "fact": "a\x1b[2J\nfatal: [x]: FAILED", "remedy": "b\rc"}
    block = of_deployment(
        [ended("s\x1b1", result, check=False)], mode="deploy", product="pronote_client", words=_EN, outcome="/x\x1b[2J"
    )
    drawn = draw([block], width=80, color=False, words=_EN)
    assert "\x1b" not in drawn
    assert not any(line.startswith("fatal:") for line in drawn.splitlines())


@pytest.mark.parametrize("kind", _KINDS)
def test_a_block_comes_whole_through_a_result(kind: str) -> None:
    for block in endings.blocks(kind, _EN):
        assert block_of(json.loads(json.dumps(block.as_dict()))) == block


@pytest.mark.parametrize("data", [{}, {"title": "x", "counts": [], "schools": [], "groups": [{}], "after": []}])
def test_what_is_no_block(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        block_of(data)


def _named(kind: str) -> dict[str, str]:
    return {end.station: end.outcome for end in endings.ends(kind)}


def test_what_results_come_to() -> None:
    ends = _named("deployment")
    assert {name: ends[name] for name in ends if not name.startswith("salle")} == {
        **{f"s101-{n:02}": "done" for n in range(1, 13)},
        **{f"s102-{n:02}": "right" for n in range(1, 4)},
        "cdi-01": "failed",
        **{f"cdi-{n:02}": "held" for n in range(2, 9)},
        "s103-01": "left",
        "s103-02": "left",
        "s103-03": "running",
        "s103-04": "frozen",
        "s104-01": "refused",
        "s104-02": "untried",
    }
    dry = _named("dry-run")
    assert (dry["s101-01"], dry["s102-01"], dry["s103-01"], dry["s104-01"]) == (
        "to_install",
        "left",
        "failed",
        "unreachable",
    )


@pytest.mark.parametrize(
    ("result", "check", "outcome"),
    [
        ({"action": "remove", "changed": True}, True, "to_remove"),
        ({"action": "finish", "changed": True}, True, "to_install"),
        ({"action": "stage", "changed": True}, True, "to_stage"),
        ({"action": "none", "changed": True}, True, "to_tidy"),
        ({"action": "none", "changed": True}, False, "done"),
        ({"action": "none", "changed": False, "frozen": "UWF"}, True, "frozen"),
        ({"action": "install", "changed": True, "frozen": "UWF"}, True, "to_install"),
        ({"skipped": True}, False, "untried"),
        ({}, False, "untried"),
        ({"failed": True, "msg": "a variable is undefined"}, False, "failed"),
        ({"failed": True, "kind": "running"}, False, "running"),
    ],
)
def test_outcomes(result: dict[str, Any], check: bool, outcome: str) -> None:
    assert ended("s", result, check=check).outcome == outcome


def test_ok_without_a_reason_is_for_stations_with_nothing_to_do() -> None:
    for kind in _KINDS[1:]:
        for end in endings.ends(kind):
            assert end.reason
            assert bool(end.remedy) or not OUTCOMES[end.outcome].listed or end.outcome in {"left", "held"}


def test_until_when() -> None:
    """Hours of today need no day; two different ones are not told beside the count."""
    closed = with_sources(
        {
            "action": "skip",
            "reason": Message("{why}: would wait until {opens_at}", why="x", opens_at="Thu 2026-11-26 18:00 +01:00"),
        }
    )
    later = with_sources(
        {
            "action": "skip",
            "reason": Message("{why}: would wait until {opens_at}", why="x", opens_at="Fri 2026-11-27 18:00 +01:00"),
        }
    )

    def counted(*results: dict[str, Any], today: str) -> str:
        ends = [ended(f"s{n}", result, check=True) for n, result in enumerate(results)]
        (only,) = of_deployment(ends, mode="dry_run", product="pronote_client", words=_EN, today=today).counts
        return only.text

    assert counted(closed, closed, today="2026-11-26") == "2 to wait (until 18:00)"
    assert counted(closed, today="2026-11-25") == "1 to wait (until 2026-11-26 18:00)"
    assert counted(closed, later, today="2026-11-26") == "2 to wait"
    assert counted(closed, {"action": "skip", "reason": "in use"}, today="2026-11-26") == "2 to wait"


def test_every_status_of_an_audit_is_counted() -> None:
    from tests.browser.sample import record  # noqa: PLC0415

    # No audit gives the others.
    given = [status for status in STATUSES if status not in UNREAD]
    records = [record(f"s{n}", status=status) for n, status in enumerate(given)]
    block = of_audit(records, outcome=conclude(records), product="edt_monoposte", written={}, words=_EN)
    assert len(block.counts) == len(given)
    assert block.title == f"EDT monoposte, audit: {len(given)} stations"
    assert block.schools == []


def _outcome(kind: str) -> dict[str, Any]:
    told = {"started": "2026-11-26T15:00:00Z", "ended": "2026-11-26T16:00:00Z"}
    made = document(endings.ends(kind), mode="deploy", product="pronote_client", french=catalogue("fr"), **told)
    loaded: dict[str, Any] = json.loads(json_text(made))
    return loaded


@pytest.mark.parametrize("kind", _KINDS[1:])
def test_the_json_follows_its_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(_SCHEMA)
    assert [error.message for error in jsonschema.Draft202012Validator(_SCHEMA).iter_errors(_outcome(kind))] == []


def test_the_schema_names_every_key_and_outcome() -> None:
    outcome = _outcome("deployment")
    for data, schema in (
        (outcome, _SCHEMA),
        (outcome["schools"][0], _SCHEMA["properties"]["schools"]["items"]),
        (outcome["stations"][0], _SCHEMA["$defs"]["station"]),
    ):
        assert set(data) == set(schema["properties"]) == set(schema["required"])
    assert _SCHEMA["$defs"]["outcome"]["enum"] == list(OUTCOMES)


@pytest.mark.parametrize(("key", "value"), [("schema", 2), ("mode", "check"), ("verdict", "fine"), ("counts", {})])
def test_the_schema_refuses(key: str, value: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(_SCHEMA).validate({**_outcome("all-failed"), key: value})


def test_both_languages_and_by_school() -> None:
    outcome = _outcome("deployment")
    (disk,) = (each for each in outcome["stations"] if each["station"] == "cdi-01")
    assert disk["reason"] == "312 MiB free on C:, 2048 MiB needed"
    assert disk["reason_fr"].startswith("312 Mio")
    assert [each["school"] for each in outcome["schools"]] == ["0310001A", "0310002B"]
    for name in OUTCOMES:
        assert sum(each["counts"][name] for each in outcome["schools"]) == outcome["counts"][name]
    assert sum(outcome["counts"].values()) == len(outcome["stations"])


@pytest.mark.parametrize(
    ("outcomes", "code", "says"),
    [
        (["done", "right"], 0, "complete"),
        (["to_install", "right"], 0, "complete"),
        (["done", "left"], 0, "incomplete"),
        (["held"], 0, "incomplete"),
        (["untried"], 0, "incomplete"),
        (["running"], 2, "incomplete"),
        (["failed", "done"], 2, "failed"),
        (["unreachable"], 4, "incomplete"),
        (["failed", "refused"], 4, "failed"),
        ([], 0, "complete"),
    ],
)
def test_exit_code_and_verdict(outcomes: list[str], code: int, says: str) -> None:
    ends = [StationEnd(station=str(n), outcome=outcome) for n, outcome in enumerate(outcomes)]
    assert (exit_code(ends), verdict(ends)) == (code, says)


def test_counts_have_every_outcome() -> None:
    assert list(count([])) == list(OUTCOMES)
    assert not any(count([]).values())


@pytest.mark.parametrize(
    ("mode", "outcomes", "told"),
    [
        ("deploy", ["done", "right"], "Next, to prove it: run audit"),
        ("deploy", ["done", "left"], "What remains: run remaining"),
        ("deploy", ["right"], None),
        ("dry_run", ["to_install", "left"], "Next, to do it: the same command without --check."),
        ("dry_run", ["right", "failed"], None),
        ("stage", ["done"], None),
    ],
)
def test_a_deployment_names_what_comes_next(mode: Mode, outcomes: list[str], told: str | None) -> None:
    ends = [StationEnd(station=str(n), outcome=outcome) for n, outcome in enumerate(outcomes)]
    block = of_deployment(ends, mode=mode, product="pronote_client", words=_EN, command="run {}".format)
    assert block.after == ([told] if told else [])


@pytest.mark.parametrize(
    ("status", "told"),
    [("compliant", False), ("late", True), ("absent", True), ("older_year_only", True), ("ahead", False)],
)
def test_an_audit_names_what_comes_next(status: str, told: bool) -> None:
    from tests.browser.sample import record  # noqa: PLC0415

    records = [record("s1"), record("s2", status=status)]
    given: dict[str, Any] = {"product": "pronote_client", "written": {}, "words": _EN, "command": "run {}".format}
    after = of_audit(records, outcome=conclude(records), **given).after
    assert ("Next, to see what changes on the stations: run deploy --check --diff" in after) is told


@pytest.mark.parametrize(("unread", "told"), [(0, None), (1, "1 station of the inventory was never read.")])
def test_an_audit_ends_with_who_was_never_read(unread: int, told: str | None) -> None:
    given: dict[str, Any] = {"product": "pronote_client", "written": {}, "words": _EN, "unread": unread}
    after = of_audit([], outcome=conclude([]), **given).after
    assert after[1:] == ([told] if told else [])


@pytest.mark.parametrize(
    ("servers", "told"),
    [
        ([], []),
        ([("2026.2.7", "15:31", False)], ["Server's release: 2026.2.7, read 2026-11-26 15:31"]),
        (
            [("2026.2.7", "15:31", False), ("2026.1.3", "14:02", True)],
            ["Releases of 2 servers, read 2026-11-26 14:02 at the earliest", ASK_AGAIN],
        ),
    ],
)
def test_a_deployment_says_when_its_release_was_read(servers: list[tuple[str, str, bool]], told: list[str]) -> None:
    read = [
        ServerRead(release=release, read_at=f"2026-11-26T{at}:00Z", cached=cached) for release, at, cached in servers
    ]
    block = of_deployment([], mode="deploy", product="pronote_client", words=_EN, servers=read, zone=dt.UTC)
    assert block.after == told


def test_what_was_read_of_servers_goes_with_the_run() -> None:
    served = [
        ServedRelease(server="https://x/", release=Release.parse("2026.0.2.7"), read_at=1795707060.0, cached=True),
        ServedRelease(server="https://y/", error="it does not answer"),
    ]
    run = DeploymentRun(servers=servers_of(served))
    assert DeploymentRun.of(json.loads(json.dumps(run.as_dict()))) == run
    assert [(each.cached, each.read_at) for each in run.servers] == [(True, "2026-11-26T15:31:00Z")]
    # That of a release before 0.3 has none.
    old = {name: each for name, each in run.as_dict().items() if name != "servers"}
    assert DeploymentRun.of(old).servers == []
