"""What callbacks gather of a run's end, who prints it, and what the console says of a result."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import utc_now
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message, with_sources
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.gather import DeploymentRun, gather
from ansible_collections.rentree.pronote.plugins.plugin_utils.lease.decide import Run
from ansible_collections.rentree.pronote.plugins.plugin_utils.lease.kept import holders, take
from ansible_collections.rentree.pronote.plugins.plugin_utils.lease.run import this_run
from ansible_collections.rentree.pronote.plugins.plugin_utils.pages import screen
from ansible_collections.rentree.pronote.plugins.plugin_utils.pages.screen import SCREEN, Screen
from ansible_collections.rentree.pronote.plugins.plugin_utils.progress import run_end as _module
from ansible_collections.rentree.pronote.plugins.plugin_utils.progress.run_end import RunEnd, how_to_run
from ansible_collections.rentree.pronote.plugins.plugin_utils.progress.said import failure_of, reason_of_ok
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import Memory
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationFactError
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.address import is_server
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.password import give_password
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.words import Words

from tests import endings
from tests.servers.postgresql import Postgresql
from tests.unit.sql import statements

_EN = catalogue("en")
_SURVEY, _TURN = "rentree.pronote.client_survey", "rentree.pronote.client_turn"


@pytest.fixture(autouse=True)
def unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SCREEN, "said", False)
    monkeypatch.setenv("COLUMNS", "120")


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
    assert how_to_run("remaining", playbook=playbook, inventories=inventories) == command
    # As Ansible has made them.
    absolute = [name if "," in name else str(tmp_path / name) for name in inventories]
    beside = str(tmp_path / playbook) if playbook else ""
    assert how_to_run("remaining", playbook=beside, inventories=absolute) == command


def test_a_playbook_of_the_collection_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever Ansible has put it: a path below a hidden folder is nothing that somebody types."""
    folder = tmp_path / ".ansible/collections/ansible_collections/rentree/pronote/playbooks"
    folder.mkdir(parents=True)
    (folder / "audit.yml").touch()
    for cwd in (tmp_path, folder):
        monkeypatch.chdir(cwd)
        named = how_to_run("audit", playbook=str(folder / "deploy.yml"), inventories=["/srv/a"])
        assert named == "ansible-playbook rentree.pronote.audit -i /srv/a"


def _line(name: str, result: dict[str, Any], *, turn: bool) -> str:
    place = {"school": "0310001A", "room": "CDI"}
    return json.dumps({"station": name, "result": with_sources(result), "turn": turn, **place}) + "\n"


_DISK = {
    "failed": True,
    "kind": "fact",
    "fact": Message("{free} MiB free on {drive}, {needed} MiB needed", free=1, drive="C:", needed=2),
    "remedy": "",
}
_RIGHT = {"action": "none", "changed": False, "reason": Message("{wanted} is installed", wanted="2026.2.7")}
_LATE = {"action": "install", "changed": True, "reason": Message("no client installed")}


@pytest.fixture
def survey(tmp_path: Path) -> str:
    path = tmp_path / "survey.jsonl"
    path.write_text(
        _line("right", _RIGHT, turn=False) + _line("full", _DISK, turn=True) + _line("late", _LATE, turn=True),
        encoding="utf-8",
    )
    return str(path)


class _Said:
    def __init__(self) -> None:
        self.out: list[str] = []
        self.err: list[str] = []
        self.warned: list[str] = []

    def display(self, text: str, *, stderr: bool = False) -> None:
        (self.err if stderr else self.out).append(text)

    def of(self, end: RunEnd) -> _Said:
        end.say(self.display, self.warned.append, command="ansible-playbook {}.yml".format)
        return self


def _end(*stations: str, words: Words = _EN, password: str = "") -> RunEnd:
    end = RunEnd()
    end.begin(
        "play", stations=lambda: dict.fromkeys(stations, "Salle 1"), words=lambda: words, password=lambda: password
    )
    return end


def test_a_play_that_ended_early_is_gathered(survey: str, tmp_path: Path) -> None:
    """No action made the block: from the survey and what the turns returned, with the outcome for programs."""
    end = _end("right", "full", "late", "new")
    run = DeploymentRun(started="2026-11-26T15:00:00Z", outcome=str(tmp_path / "out/deploy.json"))
    end.returned("play", _SURVEY, "right", {"survey": survey, "run": run.as_dict()}, wrong=False)
    end.returned("play", _TURN, "late", {"unreachable": True, "kind": "unreachable", "fact": "off"}, wrong=True)
    # The first failure counts; a station that does not go tells again what it showed; another play is not this one.
    end.returned("play", "ansible.builtin.fail", "late", {"failed": True, "msg": "later"}, wrong=True)
    end.returned("play", _TURN, "full", {**_LATE, "skipped": True}, wrong=False)
    end.returned("other", _TURN, "full", _LATE, wrong=False)
    said = _Said().of(end)
    (block,) = said.out
    assert "PRONOTE, deployment: 4 stations" in block
    assert "1 with nothing to do, 1 failed, 1 unreachable, 1 not tried" in block
    told = json.loads((tmp_path / "out/deploy.json").read_text(encoding="utf-8"))
    outcomes = {each["station"]: (each["outcome"], each["room"]) for each in told["stations"]}
    assert outcomes == {
        "right": ("right", "CDI"),
        "full": ("failed", "CDI"),
        "late": ("unreachable", "CDI"),
        "new": ("untried", "Salle 1"),
    }
    # Once, whoever asks.
    assert (_Said().of(end).out, said.warned) == ([], [])


def test_a_failure_is_one_as_ansible_gives_it_to_callbacks(survey: str, tmp_path: Path) -> None:
    """Without ``failed``, which it takes away: the station was told as one that nobody had tried, and the exit as 0."""
    end = _end("late", "full")
    run = DeploymentRun(outcome=str(tmp_path / "deploy.json"))
    end.returned("play", _SURVEY, "late", {"survey": survey, "run": run.as_dict()}, wrong=False)
    end.returned("play", _TURN, "late", {"kind": "fact", "fact": "no file", "remedy": "r"}, wrong=True)
    # A later one does not take its place.
    end.returned("play", "ansible.builtin.assert", "late", {"msg": "later"}, wrong=True)
    end.returned("play", _TURN, "full", {"kind": "running", "fact": "goes on", "remedy": "r"}, wrong=True)
    (block,) = _Said().of(end).out
    assert "no file" in block
    told = json.loads((tmp_path / "deploy.json").read_text(encoding="utf-8"))
    assert {each["station"]: each["outcome"] for each in told["stations"]} == {"late": "failed", "full": "running"}
    assert told["exit_code"] == 2


def test_schools_are_given_back_by_whoever_took_them(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = this_run({}), Run(run="node-2:x", holder="AWX 13", node="node-2")
    with Store(address) as store:
        for run, school in ((mine, "A"), (mine, "B"), (other, "C")):
            take(store, [school], run, now=utc_now(), seconds=300, alive=lambda _: True)

        def held() -> list[str]:
            nobody = Run(run="", holder="", node="")
            return list(holders(store, "ABC", nobody, now=utc_now(), alive=lambda _: True))

        given: list[str] = []
        monkeypatch.setattr(_module, "give_password", given.append)
        for mode, left in (("dry_run", ["A", "B", "C"]), ("deploy", ["C"])):
            end = RunEnd()
            end.begin("play", stations=dict, words=lambda: _EN, password=lambda: "of a vault")
            run_of = DeploymentRun(mode=mode, store=address)  # type: ignore[arg-type]  # of the loop
            end.returned("play", _SURVEY, "a", {"survey": "", "run": run_of.as_dict()}, wrong=False)
            end.give_back()
            assert held() == left
        assert given == (["of a vault"] if is_server(address) else [])
        # Given back already, as by the last task of a play: nobody waits for who writes, since nothing is written.
        with statements() as asked:
            end.give_back()
        begun = [
            text for text, _values in asked if "immediate" in text or "advisory" in text or "delete" in text.lower()
        ]
        assert (bool(asked), begun) == (True, [])


def test_a_run_without_a_store_or_a_deployment_gives_nothing_back(tmp_path: Path) -> None:
    end = _end("a")
    end.give_back()
    run = DeploymentRun(store=str(tmp_path / "none"))
    end.returned("play", _SURVEY, "a", {"survey": "", "run": run.as_dict()}, wrong=False)
    end.give_back()
    assert not (tmp_path / "none").exists()


def test_an_outcome_that_cannot_be_written_is_a_warning(survey: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run = DeploymentRun(outcome=str(tmp_path / "file/deploy.json"))
    end = _end("right")
    end.returned("play", _SURVEY, "right", {"survey": survey, "run": run.as_dict()}, wrong=False)
    said = _Said().of(end)
    assert len(said.out) == 1
    (warning,) = said.warned
    assert "Let pronote_outcome name a place" in warning


def test_the_password_of_a_store_is_the_one_that_the_variables_say(
    postgresql_server: Postgresql, survey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failing task told its text in French: the English is the store's, which only this password opens."""
    monkeypatch.delenv("PGPASSWORD", raising=False)
    store = postgresql_server.url(schema=postgresql_server.schema())
    give_password(postgresql_server.password)
    fact = Message("{free} MiB free on {drive}, {needed} MiB needed", free=1, drive="C:", needed=2)
    with contextlib.closing(Memory(store, station="s", product="pronote_client", school="", room="")) as memory:
        memory.failed(StationFactError(fact, remedy="r"), wanted=Release.parse("2026.2.7"), absent=False)
    french, told = catalogue("fr"), {}
    for password in (postgresql_server.password, "s3cret-and-wrong", ""):
        give_password("")
        monkeypatch.setattr(SCREEN, "said", False)
        end = _end("s", words=french, password=password)
        run = DeploymentRun(store=store, outcome=str(tmp_path / "deploy.json"))
        end.returned("play", _SURVEY, "s", {"survey": survey, "run": run.as_dict()}, wrong=False)
        end.returned("play", _TURN, "s", {"fact": french.of(fact), "remedy": "r"}, wrong=True)
        said = _Said().of(end)
        outcome = (tmp_path / "deploy.json").read_text(encoding="utf-8")
        told[password] = json.loads(outcome)["stations"][0]["reason"]
        shown = "\n".join([*said.out, *said.err, *said.warned, outcome])
        assert not password or password not in shown
    give_password("")
    assert told == {postgresql_server.password: str(fact), "s3cret-and-wrong": french.of(fact), "": french.of(fact)}


def test_what_an_action_has_made_is_taken() -> None:
    (block,) = endings.blocks("audit", _EN)
    end = _end("a")
    result = {"ending": {**block.as_dict(), "language": "en"}, "failed": True}
    end.returned("play", "rentree.pronote.audit_report", "a", result, wrong=True)
    assert end.told() == ["play"]
    assert block.title in _Said().of(end).out[0]


def test_a_run_without_an_end_says_nothing() -> None:
    end = _end("a")
    end.returned("play", "rentree.pronote.prepare", "a", {"changed": True}, wrong=False)
    assert (_Said().of(end).out, end.told(), SCREEN.said) == ([], [], False)


@pytest.mark.parametrize("name", ["json", "ansible.posix.json", "ansible.posix.jsonl"])
def test_what_a_program_reads(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", name)
    (block,) = endings.blocks("audit", _EN)
    end = _end("a")
    end.returned("play", "rentree.pronote.audit_report", "a", {"ending": block.as_dict()}, wrong=False)
    said = _Said().of(end)
    assert (said.out, len(said.err)) == ([], 1)
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", "ansible.builtin.oneline")
    assert not screen.read_by_a_program()


@pytest.mark.parametrize(
    "data", [{}, {"mode": "audit", "product": "pronote_client"}, {"mode": "deploy", "product": "x"}]
)
def test_what_is_no_deployment(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no deployment"):
        DeploymentRun.of(data)


def test_failures_are_told_in_both_languages_by_what_the_store_keeps(tmp_path: Path) -> None:
    """A failing task's texts are in the reader's words alone."""
    store = str(tmp_path / "state")
    memory = Memory(store, station="s", product="pronote_client", school="", room="")
    fact = Message("{free} MiB free on {drive}, {needed} MiB needed", free=1, drive="C:", needed=2)
    error = StationFactError(fact, remedy="r")
    memory.failed(error, wanted=Release.parse("2026.2.7"), absent=False)
    memory.close()
    french = catalogue("fr")
    results = {"s": {"failed": True, "fact": french.of(fact), "remedy": "r"}, "t": {"failed": True, "fact": "else"}}
    ends = gather("st", DeploymentRun(store=store), surveys=[""], results=results, places={}, words=french)
    assert [str(end.reason) for end in ends] == ["1 MiB free on C:, 2 MiB needed", "else"]
    # A store that is none takes nothing from it.
    Path(store).write_text("no store\n" * 200, encoding="utf-8")
    ends = gather("s", DeploymentRun(store=store), surveys=[], results=results, places={}, words=french)
    assert ends[0].reason == french.of(fact)


def test_the_terminal_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.fileno", lambda: 1, raising=False)
    monkeypatch.setattr("os.get_terminal_size", lambda _fd=1: os.terminal_size((61, 40)))
    seen = Screen()
    seen.look(color=True)
    assert seen.table() == {"width": 61, "color": True}
    monkeypatch.setenv("COLUMNS", "132")
    seen.look(color=False)
    assert seen.table()["width"] == 132
    monkeypatch.setattr("sys.stdout.isatty", lambda: False, raising=False)
    monkeypatch.setenv("COLUMNS", "20")
    seen.look(color=True)
    assert seen.table() == {"width": 80, "color": False}


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"action": "none", "changed": False, "reason": "2026.2.7 is installed"}, ("ok", "")),
        ({"action": "none", "changed": True, "reason": "tidied"}, ("changed", "tidied")),
        (
            {"action": "install", "changed": True, "reason": "no\x1bclient"},
            ("changed", "no\N{REPLACEMENT CHARACTER}client"),
        ),
        ({"action": "skip", "changed": False, "reason": "in use"}, ("skipping", "in use")),
        ({"action": "skip", "changed": True, "reason": "in use"}, ("changed", "in use")),
        ({"action": "skip", "changed": False, "held_by": ["p"], "reason": "long"}, ("skipping", "held back")),
    ],
)
def test_what_the_console_says_of_a_turn(result: dict[str, Any], said: tuple[str, str]) -> None:
    assert reason_of_ok(result, _EN) == said


@pytest.mark.parametrize(
    ("result", "remedy", "said"),
    [
        ({"msg": "fact. remedy", "fact": "fact", "remedy": "remedy"}, False, "fact"),
        ({"msg": "fact. remedy", "fact": "fact", "remedy": "remedy"}, True, "fact. remedy"),
        ({"msg": "Task failed: Action failed: two\nlines\x1b"}, False, "two\nlines\N{REPLACEMENT CHARACTER}"),
        ({}, True, ""),
    ],
)
def test_what_the_console_says_of_a_failure(result: dict[str, Any], remedy: bool, said: str) -> None:
    assert failure_of(result, remedy=remedy) == said
