"""What alerts are configured with and cannot be told by, said by the action before anybody is told anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from tests.actions import run_action

_MAIL = {
    "mail_to": ["equipe@example.org"],
    "mail_from": "Audit <audit@example.org>",
    "mail_server": "127.0.0.1",
    "mail_port": 9,
    "mail_encryption": "none",
}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"mail_from": "a@example.org\nBcc: b@example.org"}, "mail_from: .* is not a mail address"),
        ({"mail_server": ""}, "mail_to needs mail_server and mail_from"),
        ({"mail_username": "audit"}, "in the clear"),
        ({"tell": ["later"]}, "tell: unknown change later"),
        ({"store": ""}, "alerts need a store"),
    ],
)
def test_a_wrong_option_is_said_at_once(tmp_path: Path, wrong: dict[str, Any], message: str) -> None:
    store = str(tmp_path / "state.sqlite3")
    arguments = {"summary": {"verdict": "compliant"}, "store": store, **_MAIL, **wrong}
    with pytest.raises(AnsibleActionFail, match=message):
        run_action("audit_alert", arguments, variables={"ansible_play_hosts_all": []})
