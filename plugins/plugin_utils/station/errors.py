# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between the controller and a station: typed, with the fact and the remedy in words.

Each error says what was found (``fact``) and what to do (``remedy``). The kind decides the audit status:
``unreachable`` and ``refused`` are about the way to the station, ``controller`` and ``configuration`` about this side
of it, everything else is about the station itself. Which error an exception or a fault becomes: ``causes.py``. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...module_utils.base.message import Message, advised, message_of
from ...module_utils.base.text import printable_message

__all__ = [
    "FORBIDDEN",
    "AccessDeniedError",
    "AnswerError",
    "BusyError",
    "Cause",
    "CommandTimeoutError",
    "ControllerError",
    "CredentialsRefusedError",
    "DeferredError",
    "EndlessAnswerError",
    "ForbiddenAnswerError",
    "InventoryError",
    "OversizeAnswerError",
    "PackedAnswerError",
    "PasswordRefusedError",
    "ProtocolFaultError",
    "QuotaError",
    "RedirectedError",
    "StationError",
    "StationFactError",
    "StillRunningError",
    "UnencryptedAnswerError",
    "UnknownNameError",
    "UnreachableError",
    "UnseenError",
    "UnsupportedConnectionError",
    "UntrustedError",
]


class StationError(Exception):
    """Base: a fact about the station or the way to it, and the remedy."""

    kind = "error"
    # The same request may go better in a moment, by itself or over a new connection (job/follow.py, patiently).
    passing = False
    # Numbers of the fault that it comes from: WS-Man, Windows and WMI, 32-bit unsigned.
    codes: frozenset[int] = frozenset()
    # What a deployment had done by then, told with its failure (plugin_utils/deploy/client.py).
    job: dict[str, Any] | None = None

    def __init__(self, fact: str, *, remedy: str) -> None:
        """``fact`` and ``remedy``: Messages, or what a library says in its own words."""
        # What the station said is in them: one printable line each, before anything shows, keeps or logs it.
        self.fact, self.remedy = printable_message(fact), printable_message(remedy)
        super().__init__(advised(self.fact, self.remedy))

    def as_result(self) -> dict[str, Any]:
        """The result of a task that could not be done.

        No way to the station is ``unreachable`` for Ansible, as with any other module; the rest is a failure.
        """
        told = {"changed": False, "msg": message_of(self), "fact": self.fact, "remedy": self.remedy, "kind": self.kind}
        kind = "unreachable" if self.kind in {"unreachable", "refused"} else "failed"
        return {**told, **({} if self.job is None else {"job": self.job}), kind: True}


class UnsupportedConnectionError(StationError):
    """The inventory asks for a connection plugin other than winrm."""

    kind = "configuration"


class InventoryError(UnsupportedConnectionError):
    """What the inventory says of the station cannot be used: an address, a port, an option of the connection."""


class UnknownNameError(InventoryError):
    """The name of the station leads nowhere, as a name service says; it may say otherwise in a moment."""

    passing = True


class ControllerError(StationError):
    """This machine cannot do it: a library or a file is missing, a limit is reached. The station was not asked."""

    kind = "controller"


class UnseenError(StationError):
    """What became of the request is not known: what was asked for may be under way."""

    passing = True


class UnreachableError(UnseenError):
    """No TCP connection, or no answer (any more)."""

    kind = "unreachable"


class AnswerError(UnseenError):
    """Something answered, but not as WinRM does: a proxy, a printer, a service that is broken."""

    kind = "fault"


class UntrustedError(AnswerError):
    """It answered, with a certificate that the controller does not believe."""


class ForbiddenAnswerError(AnswerError):
    """Base: an answer that may not be (``rules.py``). Whoever gave it is asked nothing more on this connection."""


class RedirectedError(ForbiddenAnswerError):
    """It sends who asks elsewhere, which nobody follows."""

    kind = "redirect"


class UnencryptedAnswerError(ForbiddenAnswerError):
    """It is in the clear where messages are encrypted."""

    kind = "unencrypted"


class PackedAnswerError(ForbiddenAnswerError):
    """It is packed, which nobody asked for."""

    kind = "packed"


class OversizeAnswerError(ForbiddenAnswerError):
    """It is larger than any answer may be."""

    kind = "oversize"


class EndlessAnswerError(ForbiddenAnswerError):
    """It has begun, and is not over in the time that it has."""

    kind = "endless"


FORBIDDEN = frozenset(each.kind for each in ForbiddenAnswerError.__subclasses__())
"""Their kinds."""


class BusyError(UnseenError):
    """The station answered that it did not come to it in time."""

    kind = "quota"


class CredentialsRefusedError(StationError):
    """HTTP 401: wrong password, unknown account, or a method the listener does not offer; or what Kerberos says."""

    kind = "refused"


class PasswordRefusedError(CredentialsRefusedError):
    """The domain itself says so of this password, or of its account: no station of it has another answer."""


class AccessDeniedError(StationError):
    """The account is known but may not do this (shells and WMI have rights of their own)."""

    kind = "refused"


class QuotaError(StationError):
    """A WinRM quota of the station is used up."""

    kind = "quota"
    passing = True


class CommandTimeoutError(StationError):
    """A command on the station did not end in the time given; it was terminated."""

    kind = "timeout"


class StillRunningError(CommandTimeoutError):
    """A job, or a person, was not done in the time given; what is under way goes on, and the next run follows it."""

    kind = "running"


class DeferredError(StillRunningError):
    """What is under way goes on, and this run comes back to it: other schools need not wait meanwhile."""

    kind = "deferred"


class ProtocolFaultError(StationError):
    """Any other WS-Management or WMI fault, quoted."""

    kind = "fault"
    passing = True


class StationFactError(StationError):
    """The station answered, but with something that cannot be right (fact named)."""

    kind = "fact"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What a code means: a row of a table. ``fact`` may hold ``{doing}``, ``{code}`` and ``{text}``."""

    kind: type[StationError]
    fact: Message
    remedy: Message

    @classmethod
    def ours(cls, fact: Message, remedy: Message) -> Cause:
        """One of this machine: the station was not asked."""
        return cls(kind=ControllerError, fact=fact, remedy=remedy)

    def error(self, **words: object) -> StationError:
        """The error, with these words in its fact, those that it has a place for."""
        return self.kind(self.fact.given(**words) if words else self.fact, remedy=self.remedy)
