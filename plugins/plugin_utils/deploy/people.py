# SPDX-License-Identifier: GPL-3.0-or-later
"""People first: what to do about a client somebody is using, or a session that is open. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...module_utils.base.message import Message
from ..station.cmdline import quote, tool
from ..station.state import StationState

__all__ = [
    "MESSAGE",
    "NO_MSG",
    "WHEN_RUNNING",
    "WHEN_SESSION",
    "People",
    "Way",
    "close_command",
    "make_way",
    "message_command",
    "message_text",
]

WHEN_RUNNING = ("skip", "wait", "notify", "close", "next_start", "fail")
WHEN_SESSION = ("ignore", "skip", "wait", "notify", "next_start", "fail")

MESSAGE = (
    "Mise à jour de PRONOTE sur ce poste dans {minutes} min. Merci d'enregistrer votre travail, "
    "de fermer PRONOTE et de ne pas le rouvrir avant."
)
"""The default message: pupils and teachers read it. ``{minutes}`` is the delay."""

# msg.exe cuts or refuses more (community.windows.win_msg: "must be less than 256 characters").
_LONGEST = 255

NO_MSG = 66
"""Exit code of ``message_command`` on a Windows without msg.exe: Home editions have none."""


@dataclass(frozen=True, kw_only=True)
class People:
    """The policy of a station or room. Durations in seconds."""

    when_running: str = "skip"
    # Somebody is logged on without the client: the setup shows nothing and locks nothing of theirs.
    when_session: str = "ignore"
    wait: float = 600.0
    message: str = MESSAGE
    notify_delay: float = 300.0
    notify_then: Literal["skip", "close"] = "skip"


@dataclass(frozen=True, kw_only=True)
class Way:
    """How the way is made free. ``subject`` is what has to go: a running client, or an open session."""

    action: Literal["go", "wait", "notify", "close", "next_start", "skip", "refuse"] = "go"
    subject: Literal["client", "session"] = "client"
    who: str = ""
    remedy: str = ""
    # What will be done, in words, for a dry run.
    condition: str = ""


def _client(state: StationState, policy: People) -> Way:
    names = ", ".join(sorted({f"{p.image} (pid {p.pid})" for p in state.running}))
    who = Message("{names} is running", names=names)
    conditions = {
        "wait": Message(
            "waits up to {seconds} s until it is closed, then leaves the station for a later run",
            seconds=f"{policy.wait:.0f}",
        ),
        "close": Message("closes it; what is being typed is lost"),
        "notify": Message("shows the message, gives {seconds} s, then closes it", seconds=f"{policy.notify_delay:.0f}")
        if policy.notify_then == "close"
        else Message(
            "shows the message, gives {seconds} s, then leaves the station for a later run if it is still open",
            seconds=f"{policy.notify_delay:.0f}",
        ),
    }
    action = "refuse" if policy.when_running == "fail" else policy.when_running
    return Way(
        action=action,  # type: ignore[arg-type]  # one of WHEN_RUNNING, checked by the action's argument spec
        who=who,
        remedy=Message("Close it, or set pronote_client_when_running to wait, notify or close."),
        condition=Message("{who}: {then}", who=who, then=conditions[action]) if action in conditions else "",
    )


def _session(policy: People) -> Way:
    who = Message("somebody is logged on")
    conditions = {
        "wait": Message(
            "waits up to {seconds} s for the end of the session, then leaves the station for a later run",
            seconds=f"{policy.wait:.0f}",
        ),
        "notify": Message(
            "shows the message, waits up to {seconds} s, then goes on", seconds=f"{policy.notify_delay:.0f}"
        ),
    }
    action = {"ignore": "go", "fail": "refuse"}.get(policy.when_session, policy.when_session)
    return Way(
        action=action,  # type: ignore[arg-type]  # one of WHEN_SESSION, checked by the action's argument spec
        subject="session",
        who=who,
        remedy=Message("Run again when nobody is, or set pronote_client_when_session to ignore, wait or notify."),
        condition=Message("{who}: {then}", who=who, then=conditions[action]) if action in conditions else "",
    )


def make_way(state: StationState, policy: People) -> Way:
    """The policy for what the station shows: a running client counts before the session it runs in."""
    if state.running:
        return _client(state, policy)
    return _session(policy) if state.session_open else Way()


def message_text(message: str, delay: float) -> str:
    """The message with its delay. Raises ValueError for one that msg.exe or cmd.exe would read as something else."""
    text = message.replace("{minutes}", str(max(1, round(delay / 60)))).strip()
    if not text or len(text) > _LONGEST:
        raise ValueError(
            Message.plural(
                "the message has {n} character; msg.exe shows 1 to {longest}",
                "the message has {n} characters; msg.exe shows 1 to {longest}",
                len(text),
                longest=_LONGEST,
            )
        )
    if text.startswith(("/", "@", "<")):
        raise ValueError(
            Message("the message {text} begins with a character that msg.exe takes for an option", text=repr(text))
        )
    quote(text)
    return text


def close_command(processes: Sequence[str]) -> str:
    """End these programs, whoever runs them. /F: WinRM lives in session 0 and cannot ask windows of another session."""
    return f"{tool('taskkill')} /F /T {' '.join(f'/IM {quote(image)}' for image in processes)}"


def message_command(text: str, seconds: float) -> str:
    """Show the text to whoever is logged on, for that long; exit code NO_MSG where Windows has no msg.exe."""
    program = tool("msg")
    return f"(if not exist {program} exit {NO_MSG})& {program} * /TIME:{max(1, round(seconds))} {quote(text)}"
