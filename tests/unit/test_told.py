"""What stations and servers say is shown, logged and returned as text: no terminal is steered, and no line forged."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar
from ansible.utils.display import Display
from ansible_collections.rentree.pronote.plugins.module_utils.base.text import (
    lines_diff,
    one_line,
    printable,
    printable_data,
)
from ansible_collections.rentree.pronote.plugins.module_utils.checks.findings import CheckError
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import HostedServerError
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.action import ControllerAction
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.outcome import JobFiles
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError, UnreachableError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.telling import telling

from tests.patterns import product_modules

_WORDS = [
    "\x1b]0;x\x07",
    "\x9b2J",
    "\x7f",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u00ad",
    "\ufeff",
    "\u034f",
    "\u3164",
    "\ufe0f",
    "\U000e0041",
    "\ud800",
    "\n[ERROR]: forged",
    "\r",
    "\u2028",
]
_each_word = pytest.mark.parametrize("word", _WORDS, ids=ascii)


def _assert_shown(text: str, *, lines: int = 1) -> None:
    assert len(text.splitlines()) == lines
    assert text.replace("\n", "").isprintable()
    assert not set(text) & set("\u034f\u3164\ufe0f")
    assert "before" in text
    assert "after" in text


@_each_word
def test_an_error_about_a_station_or_a_server_is_a_printable_line(word: str) -> None:
    said = f"before {word} after"
    for exc in (StationError(said, remedy=said), HostedServerError(said, said, remedy=said)):
        for text in (str(exc), exc.fact, exc.remedy):
            _assert_shown(text)
    _assert_shown(CheckError("file_absent", path=said).text)
    _assert_shown(one_line(said))


class _Action(ControllerAction):
    ARGUMENT_SPEC = {}  # noqa: RUF012  (as each action has it)
    outcome: Any = None

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return dict(self.outcome)


def _run(outcome: Any) -> dict[str, Any]:
    loader = DataLoader()
    action = _Action(
        task=Task.load({"action": "rentree.pronote.none", "name": "x"}),
        connection=connection_loader.get("ansible.builtin.local", PlayContext()),
        play_context=PlayContext(),
        loader=loader,
        templar=Templar(loader=loader),
        shared_loader_obj=None,
    )
    action.outcome = outcome
    return action.run(task_vars={"pronote_language": "en"})


@_each_word
def test_a_result_is_printable_whatever_is_in_it(word: str) -> None:
    said = f"before {word} after"
    job = UnreachableError(said, remedy=said)
    job.job = {"name": said}
    results = [
        _run({said: [said, (said, {"x": said})], "diff": [lines_diff(said, [said], [said])], "warnings": [said]}),
        _run(job),
        _run(HostedServerError(said, said, remedy=said)),
    ]
    for result in results:
        for text in _texts(result):
            _assert_shown(text, lines=len(text.split("\n")) - text.endswith("\n"))
        for name in ("msg", "fact", "remedy"):
            if name in result:
                _assert_shown(result[name])
    _assert_shown(results[0]["warnings"][0])
    _assert_shown(results[0]["diff"][0]["before"])


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in _texts(each)]
    if isinstance(value, list | tuple):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) and "before " in value else []


@_each_word
@pytest.mark.parametrize("kind", [ValueError, OSError])
def test_a_failure_is_a_printable_line_and_hides_no_other(word: str, kind: type[Exception]) -> None:
    """Ansible tells the causes of an error as well, as they are."""
    with pytest.raises(AnsibleActionFail) as caught:
        _run(kind(f"before {word} after"))
    _assert_shown(caught.value.message)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert caught.value.__traceback__ is not None


@_each_word
@pytest.mark.parametrize("method", ["vv", "vvvv", "vvvvv", "warning", "display", "deprecated"])
def test_a_line_beside_the_results_is_printable(word: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(Display, method, lambda _self, text, **_more: told.append(text))
    more = {"version": "9.0.0"} if method == "deprecated" else {}
    getattr(telling, method)(f"before {word} after", **more)
    (text,) = told
    _assert_shown(text, lines=2 if method == "display" and "\n" in word else 1)


def test_nothing_is_told_but_through_this_door() -> None:
    found = {
        name
        for name, (file, _module) in product_modules().items()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "ansible.utils.display"
    }
    # doors/action.py shows tables, whose cells are printable and whose colors are ours.
    assert found == {"plugin_utils.station.telling", "plugin_utils.doors.action"}


def test_modules_end_with_what_is_printable() -> None:
    """They run on other machines, without the actions' base."""
    ended: list[str] = []
    for name, (file, _module) in product_modules().items():
        if name.startswith("modules."):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"exit_json", "fail_json"}:
                    ended += [ast.unparse(each.value) for each in node.keywords if each.arg in {None, "msg"}]
    assert len(ended) >= 7
    assert [each for each in ended if not each.startswith(("printable", "missing_required_lib"))] == []


def test_what_a_station_writes_looks_like_no_heading_of_ours_in_a_log() -> None:
    forged = "x\n# 2026-11-28T12:00:00+0100 job forged\r\n== exit ==\u2028step=done\n"
    text = JobFiles(state="ended", exit="step=crash", setup_log=forged, curl_log=forged).as_log()
    assert [line for line in text.splitlines() if not line.startswith("  ")] == [
        "== exit ==",
        "== setup.log ==",
        "== curl.log ==",
    ]


def test_what_is_printable_stays_itself() -> None:
    text = "«\u00a0L’été\u202f»: 漢字 🏫 ŷ"
    assert printable(text, keep="\u00a0\u202f") is text
    assert printable_data({"a": [text, 1, None, True, "x\n\ty"]}) == {"a": [text, 1, None, True, "x\n\ty"]}
