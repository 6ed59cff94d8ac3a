from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.init import checks

_ntlm = partial(checks.user, transport="ntlm")
_kerberos = partial(checks.user, transport="kerberos")


@pytest.mark.parametrize(
    ("check", "given", "value"),
    [
        # Two lycées of Paris and one of Toulouse, as the ministry's directory has them.
        (checks.right_uai, " 0310036w ", "0310036W"),
        (checks.right_uai, "0750655E", "0750655E"),
        (checks.right_uai, "0750654D", "0750654D"),
        (checks.name, " Lycée d'essai ", "Lycée d'essai"),
        (checks.web_address, "http://127.20.0.2:8080/depot", "http://127.20.0.2:8080/depot"),
        (checks.absolute_path, "/srv/pronote", "/srv/pronote"),
        (_ntlm, r".\deploy", r".\deploy"),
        (_kerberos, "deploy@LYCEE.LAN", "deploy@LYCEE.LAN"),
        (checks.secret, " a{{b}} ", " a{{b}} "),
        (checks.yes, "OUI", True),
        (checks.yes, "n", False),
        (partial(checks.yes, own=("sí", "no")), " SÍ ", True),
        (partial(checks.yes, own=("sí", "no")), "non", False),
    ],
)
def test_what_is_right(check: Callable[[str], Any], given: str, value: Any) -> None:
    assert check(given) == value


@pytest.mark.parametrize(
    ("check", "given", "told"),
    [
        # Two digits that have changed places.
        (checks.right_uai, "0310063W", "the letter that goes with 0310063 is A"),
        (checks.right_uai, "0310036", "seven digits and a letter"),
        (checks.name, " - ", "has no letter or digit"),
        (checks.name, "{{ lookup('pipe', 'id') }}", "a brace with which a template would begin"),
        (checks.name, "a\x1bb", "a control character"),
        (checks.name, "", "an answer is needed"),
        (checks.web_address, "depot.example.org/pronote", "is not the address of a folder on a web server"),
        (checks.web_address, "http://[", "is not the address of a folder on a web server"),
        (checks.web_address, "http://h:0/x", "is not the address of a folder on a web server"),
        (checks.web_address, "http://h/x?y=1", "is not the address of a folder on a web server"),
        (checks.web_address, "http://localhost/x", "asks itself"),
        (checks.web_address, "http://me:pw@h/x", "a name or a password in the address"),
        (checks.absolute_path, "srv/pronote", "is not the full path of a folder"),
        (checks.absolute_path, "/", "is not the full path of a folder"),
        (_kerberos, r"LYCEE\deploy", "as Kerberos names it"),
        (_kerberos, "deploy@lycee.lan", "deploy@LYCEE.LAN"),
        (partial(checks.choice, choices=("ntlm", "kerberos")), "basic", "'basic' is none of ntlm, kerberos"),
        (checks.secret, "", "a password is needed"),
        (checks.secret, "abc\x7f", "cannot be typed"),
        (checks.yes, "perhaps", "neither yes nor no"),
    ],
)
def test_what_is_wrong_and_why(check: Callable[[str], Any], given: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        check(given)


def test_what_is_said_of_a_password_does_not_hold_it() -> None:
    with pytest.raises(ValueError, match="typed") as caught:
        checks.secret("hunter2\n")
    assert "hunter2" not in str(caught.value)
