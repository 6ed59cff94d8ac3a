from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.people import (
    MESSAGE,
    message_command,
    message_text,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.restarts import (
    Restarts,
    mark_command,
    why_not,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.boot import is_later_boot
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.shutdown import restart_command

_NOW = dt.datetime(2026, 11, 25, 20, 0, tzinfo=dt.UTC)
_BOOT = "2026-11-25T08:00:00.500000+01:00"


@pytest.mark.parametrize(
    ("after", "later"),
    [
        (_BOOT, False),
        # The clock was set: WMI works the time of the start out anew.
        ("2026-11-25T08:00:03+01:00", False),
        ("2026-11-25T07:00:02Z", False),
        ("2026-11-25T08:01:00+01:00", True),
        ("2026-11-25T07:00:20Z", True),
        ("2026-11-24T08:01:00+01:00", False),
    ],
)
def test_a_later_boot(after: str, later: bool) -> None:
    assert is_later_boot(_BOOT, after) is later


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-25T08:00:00& calc", "%TIME%" * 5, "2026-13-45T99:00:00Z"])
def test_a_boot_time_that_is_none_reaches_no_command_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|month"):
        mark_command("C:\\x", text)


@pytest.mark.parametrize(
    ("restarts", "session", "why"),
    [
        (Restarts(), False, "not allowed"),
        (Restarts(policy="if_idle"), False, None),
        (Restarts(policy="if_idle"), True, "somebody is logged on"),
        (Restarts(policy="if_idle", with_session=True), True, None),
        (Restarts(policy="in_window"), False, "no window"),
        (Restarts(policy="in_window", until=_NOW), False, "too soon"),
        (Restarts(policy="in_window", until=_NOW + dt.timedelta(seconds=959)), False, "too soon"),
        (Restarts(policy="in_window", until=_NOW + dt.timedelta(seconds=960)), False, None),
        (Restarts(policy="in_window", until=_NOW + dt.timedelta(hours=1)), True, "somebody is logged on"),
    ],
)
def test_whether_a_station_may_be_restarted(restarts: Restarts, session: bool, why: str | None) -> None:
    found = why_not(restarts, session_open=session, now=_NOW)
    assert found is None if why is None else why in str(found)


def test_the_command_lines() -> None:
    system = "%SystemRoot%\\System32\\"
    assert restart_command("Ce poste redémarre.", 60) == (
        f'{system}shutdown.exe /r /t 60 /c "Ce poste redémarre." /d p:4:2'
    )
    assert message_command("Bonjour.", 90) == (
        f'(if not exist {system}msg.exe exit 66)& {system}msg.exe * /TIME:90 "Bonjour."'
    )


@pytest.mark.parametrize("message", ['"', "100 %", "a\nb", "\x00"])
def test_a_message_that_cmd_would_read_is_refused(message: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be passed to cmd\.exe safely"):
        restart_command(message, 1)
    with pytest.raises(ValueError, match=r"cannot be passed to cmd\.exe safely"):
        message_text(f"x{message}x", 60)


@pytest.mark.parametrize(("delay", "minutes"), [(1, "1 min"), (90, "2 min"), (300, "5 min"), (3600, "60 min")])
def test_the_message_names_its_delay(delay: float, minutes: str) -> None:
    assert f"dans {minutes}." in message_text(MESSAGE, delay)
