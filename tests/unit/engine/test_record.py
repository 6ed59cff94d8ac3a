"""Recording a response file on a reference station: what is shown, waited for, fetched, judged and proven."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.utils.display import Display

from tests.lab.scenario import ReleaseSpec
from tests.station.bench import ACCOUNT, Bench
from tests.station.depot import Depot, published
from tests.station.fixtures import MakeStation

_NAME = "pronote_client-2026.2.7-x64"
# Somebody of the group Administrators is logged on.
HERE: dict[str, Any] = {"session_open": ACCOUNT.name}
RUNNING = r"from Win32_Process where CommandLine like"


def record(
    pc: Bench, *, check: bool = False, arch: str = "x64", speaks: str = "en", **arguments: Any
) -> dict[str, Any]:
    setup = pc.depot.downloads / "pronote_client/2026.2.7" / arch / "setup.exe"
    given = {
        "release": "2026.2.7",
        "arch": "x64",
        "store": str(pc.work / "responses"),
        "url": f"{pc.depot_url}/2026.2.7/{arch}/setup.exe",
        "sha256": hashlib.sha256(setup.read_bytes()).hexdigest(),
        "poll_interval": 3,
        **arguments,
    }
    return pc.run("response_record", given, check=check, pronote_language=speaks)


def _files(pc: Bench) -> list[str]:
    store = pc.work / "responses"
    return sorted(path.name for path in store.iterdir()) if store.exists() else []


def _actions(result: dict[str, Any]) -> list[str]:
    recordings = result.get("recordings") or result["job"]["recordings"]
    return [each["action"] for each in recordings]


def _assert_nothing_left(pc: Bench) -> None:
    assert (pc.folders(), pc.tasks()) == ([], [])


def test_check_apply_check_apply(make_station: MakeStation) -> None:
    pc = make_station(**HERE)
    before = pc.snapshot()
    check = record(pc, check=True)
    assert (check["changed"], _actions(check)) == (True, ["record", "record"])
    assert check["diff"][0]["after"] == f"{_NAME}-uninstall.iss\n{_NAME}.iss\n"
    assert (pc.snapshot(), _files(pc)) == (before, [])
    done = record(pc)
    assert (done["changed"], _actions(done), done["diff"]) == (True, ["record", "record"], check["diff"])
    assert _files(pc) == [f"{_NAME}{tail}" for tail in ("-uninstall.iss", "-uninstall.yml", ".iss", ".yml")]
    metadata = yaml.safe_load((pc.work / f"responses/{_NAME}.yml").read_text(encoding="utf-8"))
    recorded = (pc.work / f"responses/{_NAME}.iss").read_bytes()
    assert metadata["sha256"] == hashlib.sha256(recorded).hexdigest()
    assert (metadata["language"], metadata["findings"]) == ("0x040c", [])
    assert metadata["product_code"] == done["recordings"][0]["product_code"] != ""
    assert (pc.clients(), pc.starts()) == ([], 2)
    _assert_nothing_left(pc)
    settled = pc.snapshot()
    assert [record(pc, check=check)["changed"] for check in (True, False)] == [False, False]
    assert pc.snapshot() == settled


def test_the_instructions_are_shown_once(make_station: MakeStation, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(Display, "display", lambda _self, text, *_args, **_more: shown.append(text))
    pc = make_station(**HERE, installer_fault={"kind": "slow", "seconds": 120})
    record(pc, answer_timeout=1800, modes=["install"])
    (told,) = [text for text in shown if "the setup is open on the screen" in text]
    assert "Waiting for 30 minutes at most." in told


def test_what_people_read_is_in_their_language(make_station: MakeStation, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(Display, "display", lambda _self, text, *_args, **_more: shown.append(text))
    pc = make_station(**HERE, person="launches")
    done = record(pc, modes=["install"], accept=["launches"], speaks="fr")
    assert [text for text in shown if "l'installateur est ouvert sur l'écran du poste" in text]
    (told,) = done["recordings"][0]["findings"]
    assert told.startswith("une case de la dernière fenêtre est cochée (SdFinish-0 bOpt1=1). Décocher «")


def test_recorded_again_only_by_force(make_station: MakeStation) -> None:
    pc = make_station(**HERE)
    record(pc)
    assert _actions(record(pc, force=True, check=True)) == ["record", "record"]
    assert _actions(record(pc, force=True)) == ["record", "record"]


_PEOPLE: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "cancels": ({**HERE, "person": "cancels"}, "neither a list of dialogs nor their answers", [f"{_NAME}.rejected"]),
    "launches": (
        {**HERE, "person": "launches"},
        "a box of the last dialog is ticked (SdFinish-0 bOpt1=1)",
        [f"{_NAME}.rejected"],
    ),
    "a pupil": (
        {"session_open": "eleve"},
        "the setup did not appear: the task starts in the session of an administrator only",
        [],
    ),
    "nobody": ({}, "nobody is logged on at the station", []),
    "a client": (
        {**HERE, "clients": [{"release": "2026.1.9"}]},
        "an installed client of 2026 makes the setup show other dialogs",
        [],
    ),
}


@pytest.mark.parametrize("name", _PEOPLE)
def test_who_is_not_the_right_one_or_does_not_answer_right(make_station: MakeStation, name: str) -> None:
    station, fact, files = _PEOPLE[name]
    pc = make_station(**station)
    result = record(pc, verify_timeout=10)
    assert fact in result["fact"]
    assert result["remedy"]
    assert _files(pc) == files
    _assert_nothing_left(pc)


def test_who_does_not_come_back(make_station: MakeStation) -> None:
    pc = make_station(**HERE, person="away")
    result = record(pc, answer_timeout=600)
    assert result["kind"] == "running"
    assert result["fact"] == "the setup still waits for its dialogs to be answered after 600 s"
    # Whoever gives up leaves nothing, and says so before.
    before = pc.snapshot()
    assert _actions(record(pc, state="absent", check=True)) == ["cancel", "none"]
    assert pc.snapshot() == before
    assert _actions(record(pc, state="absent")) == ["cancel", "none"]
    _assert_nothing_left(pc)
    assert record(pc, state="absent")["changed"] is False
    assert pc.clients() == []


def test_what_was_begun_is_waited_for_by_the_next_run(make_station: MakeStation) -> None:
    pc = make_station(**HERE, installer_fault={"kind": "slow", "seconds": 900, "times": 1})
    assert record(pc, answer_timeout=60)["kind"] == "running"
    done = record(pc)
    assert (_actions(done), pc.starts()) == (["follow", "record"], 2)
    assert len(_files(pc)) == 4
    _assert_nothing_left(pc)


def test_what_was_recorded_while_nobody_looked_is_fetched(make_station: MakeStation) -> None:
    pc = make_station(**HERE, installer_fault={"kind": "slow", "seconds": 900, "times": 1})
    assert record(pc, answer_timeout=60)["kind"] == "running"
    pc.time.sleep(3600)
    assert (_actions(record(pc)), pc.starts()) == (["fetch", "record"], 2)


def test_a_station_that_is_lost_while_the_person_answers_is_waited_for(make_station: MakeStation) -> None:
    pc = make_station(**HERE, installer_fault={"kind": "slow", "seconds": 300, "times": 1})
    pc.fault("cut", f"^Enumerate .*{RUNNING}", nth=5)
    assert _actions(record(pc, modes=["install"])) == ["record"]


def test_a_station_that_stays_lost_leaves_what_was_begun(make_station: MakeStation) -> None:
    pc = make_station(**HERE, installer_fault={"kind": "slow", "seconds": 300, "times": 1})
    pc.fault("cut", f"^Enumerate .*{RUNNING}", nth=5, times=0)
    assert record(pc, reconnect_timeout=60, modes=["install"])["unreachable"]
    pc.heal()
    assert _actions(record(pc, modes=["install"]))[0] in {"follow", "fetch"}


def test_the_setup_of_another_architecture_is_noticed(make_station: MakeStation) -> None:
    pc = make_station(**HERE)
    result = record(pc, arch="x86", modes=["install"])
    assert result["fact"] == "the setup installed the x86 client, not the x64 one"
    assert _files(pc) == []
    _assert_nothing_left(pc)


def test_dialogs_that_did_nothing_prove_nothing(make_station: MakeStation) -> None:
    pc = make_station(**HERE, installer_fault={"kind": "no_change"})
    result = record(pc, modes=["install"], verify_timeout=30)
    assert result["fact"].startswith(
        "the dialogs were answered, but the station has no client of that year instead of "
    )
    assert _files(pc) == []
    _assert_nothing_left(pc)


@pytest.mark.parametrize(
    ("arguments", "fact"),
    [
        ({"sha256": "0" * 64}, "does not have the digest that was asked for; nothing was run"),
        ({"sha256": ""}, "the setup's address or its SHA-256 is not known"),
        ({"url": "http://127.0.0.1:9/setup.exe"}, "cannot fetch the setup"),
    ],
)
def test_a_setup_that_cannot_be_had(make_station: MakeStation, arguments: dict[str, Any], fact: str) -> None:
    pc = make_station(**HERE)
    result = record(pc, modes=["install"], **arguments)
    assert fact in result["fact"]
    assert pc.starts() == 0
    _assert_nothing_left(pc)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sha256": "abc"}, "is not a SHA-256 digest"),
        ({"url": "http://depot/a%20b.exe"}, "is not an http:// or https:// address"),
        ({"language": "fr"}, "is not a language"),
        ({"release": "2026"}, "is not a release"),
    ],
)
def test_bad_input_is_refused_before_anything_is_asked(
    make_station: MakeStation, arguments: dict[str, Any], message: str
) -> None:
    pc = make_station(**HERE)
    with pytest.raises(AnsibleActionFail, match=message):
        record(pc, **arguments)
    assert pc.commands() == []


def test_a_stored_file_that_is_none_is_not_written_over(make_station: MakeStation) -> None:
    pc = make_station(**HERE)
    (pc.work / "responses").mkdir()
    (pc.work / f"responses/{_NAME}.iss").write_text("<html>", encoding="utf-8")
    with pytest.raises(AnsibleActionFail, match="this is not a response file"):
        record(pc, modes=["install"])
    assert pc.starts() == 0


def test_a_task_that_cannot_be_made(make_station: MakeStation) -> None:
    pc = make_station(**HERE, faults=[{"effect": "access_denied", "match": r"^Start \S*schtasks\S* /Create"}])
    result = record(pc)
    assert result["fact"].startswith(
        "the scheduled task that shows the setup could not be created or started (exit code "
    )
    _assert_nothing_left(pc)


def test_what_failed_in_the_second_mode_does_not_hide_the_first(make_station: MakeStation) -> None:
    pc = make_station(**HERE, faults=[{"effect": "access_denied", "match": r"^Start \S*schtasks\S* /Create", "nth": 2}])
    result = record(pc)
    assert (result["failed"], _actions(result)) == (True, ["record"])
    assert [name.rpartition(".")[0] for name in _files(pc)] == [_NAME, _NAME]
    assert pc.clients() == ["2026.2.7 x64 ok"]
    assert _actions(record(pc)) == ["none", "record"]


def test_an_uninstaller_that_cannot_be_recorded(make_station: MakeStation) -> None:
    pc = make_station(**HERE, clients=[{"release": "2026.2.7", "uninstall_string": "cmd /c del x & y"}])
    result = record(pc, modes=["uninstall"])
    assert "by hand" in result["remedy"]
    _assert_nothing_left(pc)


def _hold(pc: Bench, name: str, seconds: float | None) -> None:
    (path,) = [path for path, _ in pc.station.files.walk(r"C:\Program Files\Rentree PRONOTE") if path.endswith(name)]
    held = pc.station.files.open_write(path, token=pc.station.system, append=True)

    async def let_go() -> None:
        held.close()

    if seconds is not None:
        pc.time.later(seconds, let_go)


@pytest.mark.parametrize("seconds", [5.0, None])
def test_a_folder_that_something_holds(make_station: MakeStation, seconds: float | None) -> None:
    pc = make_station(**HERE)
    pc.before(r"/Delete /TN", lambda: _hold(pc, "task.xml", seconds))
    result = record(pc, modes=["install"])
    if seconds is not None:
        assert result["changed"]
        _assert_nothing_left(pc)
    else:
        assert "could not be deleted (exit code 65" in result["fact"]
        assert "after a restart" in result["remedy"]


def test_a_clean_up_that_fails_does_not_hide_the_failure_before(make_station: MakeStation) -> None:
    pc = make_station(**HERE, installer_fault={"kind": "no_change"})
    pc.fault("http_500", r"^Command .*/Delete /TN", times=0)
    result = record(pc, modes=["install"], verify_timeout=30)
    assert result["fact"].startswith("the dialogs were answered, but ")
    assert pc.folders()
    pc.heal()
    assert _actions(record(pc, modes=["install"], state="absent")) == ["cancel"]
    _assert_nothing_left(pc)


def test_a_file_that_changes_while_it_is_fetched_is_fetched_again(make_station: MakeStation) -> None:
    pc = make_station(**HERE)
    pc.before(r"-encode", lambda: pc.fault("access_denied", r"^Start \S*certutil\S* -f -encode", times=2))
    assert _actions(record(pc, modes=["install"])) == ["record"]


def test_a_file_that_never_comes_whole_stays_for_the_next_run(make_station: MakeStation) -> None:
    pc = make_station(**HERE)
    pc.fault("access_denied", r"^Start \S*certutil\S* -f -encode", times=0)
    result = record(pc, modes=["install"])
    assert result["kind"] == "timeout"
    pc.heal()
    assert _actions(record(pc, modes=["install"])) == ["fetch"]


def test_a_recording_that_goes_while_it_is_fetched(make_station: MakeStation) -> None:
    pc = make_station(**HERE)
    pc.before(r"-encode", lambda: pc.command(r'rmdir /s /q "C:\Program Files\Rentree PRONOTE"'))
    result = record(pc, modes=["install"])
    assert result["fact"] == "the setup ended without recording anything: it was cancelled, or closed"
    _assert_nothing_left(pc)


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Depot:
    """A setup that asks in another order than the usual one."""
    return published(tmp_path_factory.mktemp("english"), ReleaseSpec(release="2026.2.7", options={"seconds": 60.0}))


def test_a_recording_that_is_still_being_written_is_given_time(make_station: MakeStation, english: Depot) -> None:
    pc = make_station(**HERE, depot=english)

    def hide() -> None:
        """The process has handed over to one that has not begun yet."""
        hidden = [each for each in pc.station.processes if "setup.exe" in each.command_line]
        shown = [(each, each.command_line, each.path) for each in hidden]
        for each in hidden:
            each.command_line = each.path = "C:\\other.exe"

        def show() -> None:
            for each, line, path in shown:
                each.command_line, each.path = line, path

        pc.time.later(20, _later(show))

    pc.before(r"/Run /TN", lambda: pc.before(RUNNING, lambda: pc.before(RUNNING, hide)))
    assert _actions(record(pc, modes=["install"], verify_timeout=300)) == ["record"]
    assert len(_files(pc)) == 2


def _later(do: Any) -> Any:
    async def work() -> None:
        do()

    return work


def test_the_store_is_a_folder(make_station: MakeStation, tmp_path: Path) -> None:
    pc = make_station(**HERE)
    (tmp_path / "responses").write_text("a file in the folder's place", encoding="utf-8")
    with pytest.raises(AnsibleActionFail, match="nothing was recorded"):
        record(pc, modes=["install"])


def test_an_update_is_recorded_over_an_earlier_release(make_station: MakeStation, tmp_path: Path) -> None:
    options = {"update_dialogs": ["SdUpdate-0", "SdFinish-0"]}
    releases = [ReleaseSpec(release="2026.1.9"), ReleaseSpec(release="2026.2.7", options=options)]
    pc = make_station(**HERE, clients=[{"release": "2026.1.9"}], depot=published(tmp_path / "published", *releases))
    check = record(pc, check=True, modes=["update"])
    done = record(pc, modes=["update"])
    assert (done["changed"], _actions(done), done["diff"]) == (True, ["record"], check["diff"])
    assert done["recordings"][0]["dialogs"] == ["SdUpdate-0", "SdFinish-0"]
    assert _files(pc) == [f"{_NAME}-update.iss", f"{_NAME}-update.yml"]
    assert yaml.safe_load((pc.work / f"responses/{_NAME}-update.yml").read_text(encoding="utf-8"))["mode"] == "update"
    assert pc.clients() == ["2026.2.7 x64 ok"]
    _assert_nothing_left(pc)
    assert not record(pc, modes=["update"])["changed"]


def test_an_update_is_not_recorded_where_there_is_nothing_to_update(make_station: MakeStation) -> None:
    pc = make_station(**HERE)
    refused = record(pc, modes=["update"])
    assert "an update is recorded over an earlier release of that year" in refused["fact"]
    assert "pronote_client_release" in refused["remedy"]
    assert pc.starts() == 0
