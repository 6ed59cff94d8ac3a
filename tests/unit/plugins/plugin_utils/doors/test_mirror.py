"""Copying to a web server: Ansible's own modules run there, so never over a connection to Windows."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail

from tests.actions import run_action


@pytest.mark.parametrize("kind", ["winrm", "psrp"])
def test_a_web_server_on_windows_is_refused_before_it_is_asked(kind: str) -> None:
    arguments = {"src": "/nowhere", "dest": "/srv/depot", "files": {}}
    for language, told in (
        ("en", "the web server has ansible_connection:"),
        ("fr", "le serveur web a ansible_connection:"),
    ):
        with pytest.raises(AnsibleActionFail, match=f"{told} {kind}"):
            run_action(
                "depot_mirror",
                arguments,
                connection=f"ansible.builtin.{kind}",
                variables={"pronote_language": language},
            )
