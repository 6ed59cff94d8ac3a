"""What code says to people is of the catalogue, and what is counted has a singular: both by rule, not by a list."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import catalogue
from tests.collection import ROOT

_PLUGINS = ROOT / "plugins"
_SENTENCE = re.compile(r"[^\W\d_]{2,}[^\w\n]+[^\W\d_]{2,}")
"""Two words, one after another: a code, a name or a path is one."""

_TELLS = {"display", "warning", "deprecated", "fail_json", "exit_json"}
_FOR_PEOPLE = {"fact", "msg", "reason", "remedy", "skip_reason", "skipped_reason"}
# Behind `version=` and such: who deprecates, since when.
_NOT_SAID = {"collection_name", "version", "date"}
# Errors that are read by their class or number, and whose text another one takes the place of.
_READ_BY_CLASS = {
    "AnsibleConnectionFailure": "Ansible's own words of Kerberos, which causes.py reads",
    "ConnectTimeoutError": "requests', read by causes.py",
    "ConnectionTimeoutError": "aiohttp's, read by its class",
    "ImportError": "read by causes.py, which says what to install",
    "SocketTimeoutError": "aiohttp's, read by its class",
}
_APART = {
    "plugin_utils/depot/server.py": "stands alone: copied to a web server, it imports nothing of ours, and its log is "
    "its machine's, as nginx' is",
}
# A parser's or a table's word to its own caller, who catches it and has another for people; by file and error.
_TO_ITS_CALLER = {
    ("module_utils/base/message.py", "ValueError"): "`sourced` takes any text for one that is not ours",
    ("module_utils/checks/cas.py", "ValueError"): "who follows a redirection makes a finding of it",
    ("module_utils/server/release.py", "ValueError"): "an entry of the cache that is read again",
    ("plugin_utils/ending/gather.py", "ValueError"): "a result of ours that is none: a bug",
    ("plugin_utils/station/dialling.py", "OSError"): "of a name without an address: getaddrinfo says so itself",
    ("plugin_utils/station/dialling.py", "gaierror"): "what the system's resolver says of the same, in the same words",
    ("plugin_utils/station/guard.py", "InvalidProxyURL"): "requests', read by causes.py",
    ("plugin_utils/station/job_name.py", "ValueError"): "another's folder beside ours, which is passed over",
}


def _name(call: ast.expr) -> str:
    return call.id if isinstance(call, ast.Name) else call.attr if isinstance(call, ast.Attribute) else ""


def _text(node: ast.expr) -> str:
    """What a literal says, with its parts; what comes of a call is the call's."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
    if isinstance(node, ast.BinOp):
        return _text(node.left) + _text(node.right)
    if isinstance(node, ast.IfExp):
        return f"{_text(node.body)}\n{_text(node.orelse)}"
    return ""


def _said(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What is said to somebody, by the name of what says it: an error, a door to the terminal, a field of a result."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield from _arguments(node.exc)
        elif isinstance(node, ast.Call):
            name = _name(node.func)
            # A catalogue by another name than `words` is one whose texts are not found for it.
            by_another_name = name == "_words" or isinstance(node.func, ast.Call)
            if by_another_name or name in _TELLS or name.endswith(("Error", "Fail", "Failure")):
                yield from _arguments(node)
            else:
                yield from ((name, each.value) for each in node.keywords if each.arg in _FOR_PEOPLE)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in _FOR_PEOPLE:
                    yield str(key.value), value


def _arguments(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    for each in [*call.args, *(each.value for each in call.keywords if each.arg not in _NOT_SAID)]:
        yield _name(call.func), each


def _unsaid(file: Path, top: Path) -> Iterator[tuple[str, str, str]]:
    """Place, name of what says it, and text of everything that is said in one language alone."""
    where = file.relative_to(top).as_posix()
    for name, node in _said(ast.parse(file.read_text(encoding="utf-8"))):
        if _SENTENCE.search(text := _text(node)):
            yield where, name, text


def test_nothing_is_said_to_people_in_one_language_alone() -> None:
    found, used = set(), set()
    for file in sorted(_PLUGINS.rglob("*.py")):
        if any(file.is_relative_to(_PLUGINS / each) for each in _APART):
            continue
        for where, name, text in _unsaid(file, _PLUGINS):
            used |= {name, (where, name)}
            if name not in _READ_BY_CLASS and (where, name) not in _TO_ITS_CALLER:
                found.add((where, name, text))
    assert found == set()
    # An exception that nothing needs hides the next text.
    assert {each for each in _TO_ITS_CALLER if each not in used} == set()
    assert {each for each in _READ_BY_CLASS if each not in used} == set()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('raise ValueError("it is wrong")', ["it is wrong"]),
        ('raise ValueError(f"{x} is wrong")', ["{} is wrong"]),
        ('raise ValueError("it is " + x)', ["it is "]),
        ('raise ValueError(Message("it is wrong"))', []),
        ('x = StationError("it is wrong", remedy="mend this thing")', ["it is wrong", "mend this thing"]),
        ('self._display.warning("it is " if x else "was wrong")', ["it is \nwas wrong"]),
        ('display.deprecated(words("it goes away"), collection_name="a b", version="x y")', []),
        ('return {"skip_reason": "there is nothing", "code": "there is nothing"}', ["there is nothing"]),
        ('self._close(fact="cut off again")', ["cut off again"]),
        ('raise ValueError("unknown")', []),
        ('self._words("it is wrong")', ["it is wrong"]),
        ('catalogue("fr")("it is wrong")', ["it is wrong"]),
        ('words("it is wrong") + self._words.of(Message("it is wrong"))', []),
    ],
)
def test_what_is_said(tmp_path: Path, code: str, found: list[str]) -> None:
    file = tmp_path / "x.py"
    file.write_text(code if not code.startswith("return") else f"def f():\n    {code}", encoding="utf-8")
    assert sorted({text for _, _, text in _unsaid(file, tmp_path)}) == sorted(found)


# A number beside a French word that ends as a plural does; verbs in the third person never do.
_COUNTED = re.compile(r"\{(\w+)\}[ \u00a0](?:sur \{\w+\} )?([a-zàâçéèêëîïôûùœ]{2,}s)\b")
_NO_NOUNS = {"alors", "après", "dans", "depuis", "des", "fois", "injoignables", "plus", "vers"}
# What no value makes one: by field, or by the file that says it and the field.
_NEVER_ONE = {
    "longest": "a bound of ours",
    "most": "a bound of ours",
    "redirects": "a bound of ours",
    "shortest_key": "a bound of ours",
    ("plugins/module_utils/base/http.py", "size"): "a bound of ours",
    ("plugins/module_utils/checks/catalogue.py", "size"): "an archive that was read: a zip of nothing has 22 bytes",
    ("plugins/module_utils/checks/catalogue_files.py", "size"): "the same; or more than a bound",
    ("plugins/plugin_utils/depot/lock.py", "size"): "of an installer that was verified",
    ("plugins/plugin_utils/prepare/download.py", "at"): "of a download, which is kept from its second byte on",
    ("plugins/plugin_utils/prepare/download.py", "size"): "the same",
    ("plugins/plugin_utils/report/templates/audit.html.j2", "n"): "the page's script has both, and takes one",
    ("plugins/plugin_utils/station/accounts.py", "number"): "MOST or more, which is three",
    ("plugins/plugin_utils/station/cmdline.py", "length"): "more than the bound beside it",
    ("plugins/plugin_utils/station/overview.py", "n"): "more than the bound beside it",
    ("plugins/plugin_utils/station/probe.py", "number"): "more than the bound beside it",
    ("plugins/plugin_utils/station/uninstall.py", "number"): "more than a bound",
}


def test_what_is_counted_has_a_singular() -> None:
    french = catalogue.FRENCH
    found, used = set(), set()
    for message in catalogue.texts(catalogue.read(french)):
        if isinstance(message.id, tuple):
            continue
        for counted in _COUNTED.finditer(str(message.string)):
            if counted[2] in _NO_NOUNS:
                continue
            for file, _line in message.locations:
                names = {counted[1], (file, counted[1])} & set(_NEVER_ONE)
                used |= names
                if not names:
                    found.add((file, counted[0], message.id))
    assert found == set()
    assert set(_NEVER_ONE) - used == set()
