from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleError, AnsiblePromptInterrupt, AnsiblePromptNoninteractive
from ansible.utils.display import Display
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.terminal import asking
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue


def _typing(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> list[dict[str, Any]]:
    """Ansible's prompt gives these, the first to the words that tell how it is done; what it was asked."""
    left, asked = list(answers), []

    def prompt(_display: Display, msg: str, **options: Any) -> Any:
        asked.append({"msg": msg, **options})
        answer = left.pop(0)
        if isinstance(answer, tuple):
            raise answer[0]
        return answer

    monkeypatch.setattr(Display, "prompt_until", prompt)
    return asked


def test_what_is_typed_is_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _typing(monkeypatch, b"", "Lycée".encode(), b"s3cret")
    ask = asking(catalogue("en"), "Hello")
    assert ask is not None
    assert (ask("Which\x1b[2J?", False), ask("Password?", True)) == ("Lycée", "s3cret")
    assert [each["private"] for each in asked] == [False, False, True]
    assert asked[0]["seconds"] == 0
    assert "\x1b" not in asked[1]["msg"]


@pytest.mark.parametrize("raised", [True, False])
def test_without_a_terminal_nobody_asks(monkeypatch: pytest.MonkeyPatch, raised: bool) -> None:
    # A worker is given the error as the answer.
    none = AnsiblePromptNoninteractive("stdin is not interactive")
    _typing(monkeypatch, (none,) if raised else none)
    assert asking(catalogue("fr"), "Bonjour") is None


@pytest.mark.parametrize("raised", [True, False])
def test_ctrl_c_ends_with_nothing_written(monkeypatch: pytest.MonkeyPatch, raised: bool) -> None:
    interrupt = AnsiblePromptInterrupt("user interrupt")
    _typing(monkeypatch, b"", (interrupt,) if raised else interrupt)
    ask = asking(catalogue("fr"), "Bonjour")
    assert ask is not None
    with pytest.raises(AnsibleActionFail, match="Rien n'a été écrit"):
        ask("?", False)


def test_half_a_letter_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _typing(monkeypatch, b"", b"Lyc\xc3")
    ask = asking(catalogue("en"), "Hello")
    assert ask is not None
    with pytest.raises(ValueError, match="cannot be read"):
        ask("?", False)


def test_another_error_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    _typing(monkeypatch, b"", AnsibleError("broken"))
    ask = asking(catalogue("en"), "Hello")
    assert ask is not None
    with pytest.raises(AnsibleError, match="broken"):
        ask("?", False)
