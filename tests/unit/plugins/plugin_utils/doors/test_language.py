"""What a failed task shows of itself is in the reader's words, whatever its data are."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleUndefinedVariable
from ansible.utils.display import Display
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message, message_of, with_sources
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.language import failed, words_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

_FACT = Message("the station does not answer (powered off, unplugged, or behind a firewall)")
_RESULT = {"kind": "unreachable", "fact": _FACT, "remedy": Message("Install the client again.")}
_FRENCH = "le poste ne répond pas (éteint, débranché ou pare-feu)"


@pytest.mark.parametrize("result", [_RESULT, with_sources(_RESULT)])
@pytest.mark.parametrize("way", ["failed", "unreachable"])
def test_a_failure_is_told_in_the_readers_words_alone(result: dict[str, Any], way: str) -> None:
    told = failed({**result, way: True}, lambda: catalogue("fr"))
    assert told == {
        "kind": "unreachable",
        "fact": _FRENCH,
        "remedy": "Réinstaller le client.",
        way: True,
    }


@pytest.mark.parametrize("result", [_RESULT, with_sources(_RESULT)])
def test_a_failure_ends_with_the_place_where_the_page_says_more(result: dict[str, Any]) -> None:
    place = "e-the-station-does-not-answer-powered-off-unplugged-or-behin"
    told = failed({**result, "unreachable": True, "msg": "Éteint."}, lambda: catalogue("fr"))
    assert (told["msg"], told["anchor"]) == (f"Éteint. (docs/troubleshooting.md#{place})", place)
    assert "anchor" not in failed({**result, "msg": "Éteint."}, lambda: catalogue("fr"))
    for changed in ({"remedy": ""}, {"fact": "not ours", "fact_source": None}, {"fact": Message("no client")}):
        told = failed(
            {**result, "fact_source": None, **changed, "failed": True, "msg": "Éteint."}, lambda: catalogue("fr")
        )
        assert ("anchor" in told, told["msg"]) == (False, "Éteint.")


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(Display, "warning", lambda _self, text, *, obj=None: found.append((text, obj)))
    return found


@pytest.mark.parametrize("value", ["de", "FR", "français", "{{ other }}", "en\n[ERROR]: forged", 3])
def test_another_value_is_warned_of_and_the_default_holds(value: Any, warned: list[tuple[str, Any]]) -> None:
    variables = {"pronote_language": value}
    said = words_of({}, variables, lambda given: "nl" if given == "{{ other }}" else given)
    assert said.language == "fr"
    ((text, about),) = warned
    shown = "nl" if value == "{{ other }}" else str(value).partition("\n")[0]
    assert text.startswith("pronote_language vaut")
    assert text.splitlines() == [text]
    assert (shown in text, " fr " in text, " en\xa0:" in text, about is value) == (True, True, True, True)


@pytest.mark.parametrize("variables", [{}, {"pronote_language": ""}, {"pronote_language": "fr"}])
def test_a_language_or_none_is_no_warning(variables: dict[str, Any], warned: list[tuple[str, Any]]) -> None:
    assert words_of({}, variables, str).language == "fr"
    assert words_of({"language": "en"}, {"pronote_language": "de"}, str).language == "en"
    assert warned == []


def test_an_earlier_variable_of_no_language_is_an_error() -> None:
    with pytest.raises(ValueError, match="'de' is not a language") as error:
        words_of({}, {"pronote_audit_language": "de"}, str, earlier="pronote_audit_language")
    assert catalogue("fr").of(message_of(error.value)).startswith("pronote_audit_language\xa0: 'de' n'est pas")


def test_what_is_no_failure_keeps_its_data() -> None:
    assert failed(with_sources(_RESULT), lambda: catalogue("fr")) == with_sources(_RESULT)


def test_a_language_that_comes_to_nothing_is_that_of_another_host(warned: list[tuple[str, Any]]) -> None:
    def fails(_value: Any) -> Any:
        raise AnsibleUndefinedVariable("'nobody_said' is undefined")

    class Broken(dict[str, Any]):
        def get(self, name: Any, _default: Any = None) -> Any:
            return fails(name)

    mine = {"pronote_language": "{{ nobody_said }}"}
    hosts: dict[str, Any] = {"a": Broken(), "b": {"pronote_language": "de"}, "c": {"pronote_language": "en"}}
    play = {"ansible_play_hosts_all": list(hosts), "hostvars": hosts}
    assert words_of({}, {**mine, **play}, fails).language == "en"
    assert words_of({}, {**mine, "ansible_play_hosts_all": ["a"], "hostvars": hosts}, fails).language == "fr"
    assert words_of({}, mine, fails).language == "fr"
    assert warned == []
