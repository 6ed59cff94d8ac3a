"""Every parser of the product, with texts that nobody would think of: its own error or a result, in bounded time and
memory.

``make fuzz`` tries thousands for each; the gate a few, the same ones each time. What is found goes into ``found`` of
the parser's row and stays.
"""

from __future__ import annotations

import inspect
import tracemalloc
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import pytest
from hypothesis import given

from tests.growth import LONGEST, why_not_linear
from tests.patterns import product_modules
from tests.unit.fuzz.of_files import OF_FILES
from tests.unit.fuzz.of_init import OF_INIT
from tests.unit.fuzz.of_messages import OF_MESSAGES
from tests.unit.fuzz.of_others import OF_OTHERS
from tests.unit.fuzz.of_stations import OF_STATIONS
from tests.unit.fuzz.parser import Parser
from tests.unit.fuzz.texts import PROFILE, grown, mixed

_PARSERS = (*OF_STATIONS, *OF_MESSAGES, *OF_FILES, *OF_INIT, *OF_OTHERS)
_each_parser = pytest.mark.parametrize("parser", _PARSERS, ids=lambda parser: parser.key)
_MOST_MEMORY = 16 << 20


def _read(parser: Parser[Any], given_text: Any) -> None:
    try:
        parser.read(given_text)
    except parser.errors:
        return


@_each_parser
def test_a_parser_raises_nothing_but_its_own_error(parser: Parser[Any]) -> None:
    tried = 0

    @PROFILE
    @given(mixed(parser.pieces))
    def read(text: Any) -> None:
        nonlocal tried
        tried += 1
        _read(parser, text)

    for text in (*parser.found, parser.pieces[0], parser.pieces[0][:0]):
        _read(parser, text)
    read()
    assert tried >= PROFILE.max_examples // 2


@pytest.mark.growth
@pytest.mark.parametrize("parser", [each for each in _PARSERS if each.linear], ids=lambda parser: parser.key)
def test_a_parser_takes_time_and_memory_that_grow_with_the_text(parser: Parser[Any]) -> None:
    def read(text: Any) -> None:
        _read(parser, text)

    slow = {repr(made(60)): why for made in grown(parser.pieces) if (why := why_not_linear(read, made))}
    assert slow == {}
    tracemalloc.start()
    try:
        for made in grown(parser.pieces)[:6]:
            read(made(LONGEST))
        assert tracemalloc.get_traced_memory()[1] < _MOST_MEMORY
    finally:
        tracemalloc.stop()


_READERS = ("parse", "read", "decode", "load", "from_", "of_", "split")
_TEXTS = {"text", "said", "output", "answer", "body", "value", "location", "header", "content"}
# Not parsers of what others say, though they look like it.
_NO_PARSERS = {
    "what is sent, written or worked out": {
        *("deadline.send_all", "digests.sha256", "files.sha256_of_file", "files.write_atomically"),
        *("text.headed_diff", "text.lines_diff", "Fingerprint.dump", "export_people.keyed"),
        *("message.mail", "message.signature", "send.post", "people.message_command", "ResponseStore.reject"),
        *("block.of_audit", "block.of_deployment", "product.of_product"),
        *("Telling.vv", "Telling.vvvv", "Telling.vvvvv", "sealing.sealed", "Session.send", "Connection.post"),
        *("Scheme.begin", "Scheme.outgoing", "Telling.prompt"),
        *("vault.encrypted", "vault.of_text", "disk.create", "plan.planned"),
        *(
            "wmi.escape_wql",
            "terminal.plain",
            "message.filled",
            "Words.of",
            "text.printable_data",
            "texts.kept_source",
            "Telling.display",
            "Telling.warning",
            "Telling.deprecated",
            "language.said",
        ),
    },
    "what a parser has read already": {
        *("Observation.load", "Package.from_lock", "ScriptSettings.of_entry", "fault_codes.from_fault"),
        *(
            "kerberos.from_gss",
            "probe.read_exe",
            "release.read_hosted_release",
            "judge.of_facts",
            "PlayProgress.of_play",
        ),
    },
    "what our own store, arguments and moments hold": {
        *("tell.read_state", "attest.of_school", "kept.read_stored"),
        *("Hours.read", "wanted.by_arch", "plan.load_plan", "results.read_results"),
        *("results.read_line", "results.read_lines", "texts.kept_text"),
    },
    "what is somebody else's to do": {"Surroundings.folder", "Surroundings.export", "Surroundings.file_of_vault"},
    "what Ansible itself reads": {
        *("sources.read_apart", "Templates.template", "templates.is_template", "Look.template", "vault.of_file"),
    },
}


def _suspects() -> Iterator[str]:
    """Public functions that take bytes, or a text to read by their name or their argument's."""
    for name, (_file, module) in product_modules().items():
        if not name.startswith(("module_utils.", "plugin_utils.")):
            continue
        for function in _functions(module):
            given_to = [
                each for each in inspect.signature(function).parameters.values() if each.name not in {"self", "cls"}
            ]
            kinds = [str(each.annotation) for each in given_to]
            reads = function.__name__.startswith(_READERS) and any("str" in kind or "Any" in kind for kind in kinds)
            takes = bool(given_to) and given_to[0].name in _TEXTS and kinds[0] in {"str", "object", "str | None", "Any"}
            if reads or takes or any("bytes" in kind for kind in kinds):
                yield f"{name}.{function.__qualname__}"


def _functions(module: Any) -> Iterator[FunctionType]:
    for public in getattr(module, "__all__", ()):
        value = getattr(module, public)
        inner = (
            list(vars(value).values()) if inspect.isclass(value) and value.__module__ == module.__name__ else [value]
        )
        for each in inner:
            function = getattr(each, "__func__", each)
            if inspect.isfunction(function) and not function.__name__.startswith("_"):
                yield function


def test_no_parser_is_forgotten() -> None:
    tried = {f"{each.__module__.partition('.plugins.')[2]}.{each.__qualname__}" for p in _PARSERS for each in p.of}
    known = {name for names in _NO_PARSERS.values() for name in names}
    suspects = set(_suspects())
    forgotten = {name for name in suspects - tried if not any(name.endswith(f".{each}") for each in known)}
    assert not forgotten
    assert sorted(each for each in known if not any(name.endswith(f".{each}") for name in suspects)) == []
