# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory says of a connection, settled before the stock plugin makes a client of it.

The plugin and pywinrm take one of two time-outs that fit together and leave the other as it is, ask whatever proxy the
environment names, and say of a mistake only that there is one. Whoever uses the plugin's options comes here first. I/O:
Ansible's plugin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...module_utils.base.message import joined
from ...module_utils.base.numbers import integer
from ...module_utils.base.sure import sure
from ...module_utils.base.text import one_line
from .causes import from_preparation
from .plain_causes import NO_PASSWORD, NO_USER, SECONDS, TIME_OUTS, TRANSPORT

__all__ = ["settle", "time_outs"]

_TRANSPORTS: Final = ("basic", "certificate", "credssp", "kerberos", "ntlm", "plaintext", "ssl")
_LEAST, _MOST = 1, 86_400
# Between the two, as the stock plugin has it (connection_timeout).
_APART: Final = 10


def settle(connection: Any) -> None:
    """Let the stock plugin read its options, and complete what is passed on to pywinrm. Raises StationError."""
    build = connection._build_winrm_kwargs
    for transport in connection.get_option("transport") or ():
        if transport is not None and transport not in _TRANSPORTS:
            known = joined(_TRANSPORTS, ", ")
            raise TRANSPORT.error(text=repr(one_line(transport, longest=60)), known=known)
    try:
        build()
    except Exception as exc:
        raise from_preparation(exc) from exc
    given: dict[str, Any] = connection._winrm_kwargs
    named = {
        "operating": given.pop("operation_timeout_sec", None),
        "reading": given.pop("read_timeout_sec", None),
        "both": connection._winrm_connection_timeout or None,
    }
    given |= time_outs(**named)
    # A proxy of the environment is for the Internet; who wants it for stations says so (legacy_requests).
    given["proxy"] = given.get("proxy") or None
    _known_by_name(connection, given)


def time_outs(*, operating: Any, reading: Any, both: Any = None) -> dict[str, int]:
    """``operation_timeout_sec`` and ``read_timeout_sec`` of what the inventory gives of them; nothing for nothing.

    Of one alone the other follows. ``both``: ``connection_timeout``, which the plugin makes both of. Raises
    InventoryError.
    """
    if both is not None:
        _seconds("ansible_winrm_connection_timeout", both)
        return {}
    station = None if operating is None else _seconds("ansible_winrm_operation_timeout_sec", operating)
    ours = None if reading is None else _seconds("ansible_winrm_read_timeout_sec", reading, least=_LEAST + 1)
    if station is None and ours is None:
        return {}
    if station is None:
        ours = sure(ours)
        station = ours - _APART if ours >= 2 * _APART else ours // 2
    if ours is None:
        ours = station + _APART
    if ours <= station:
        raise TIME_OUTS.error(reading=ours, operating=station)
    return {"operation_timeout_sec": station, "read_timeout_sec": ours}


def _seconds(name: str, value: Any, *, least: int = _LEAST) -> int:
    number = integer(value) if isinstance(value, str) else value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= _MOST:
        raise SECONDS.error(name=name, text=repr(one_line(value, longest=60)), least=least, most=_MOST)
    return number


def _known_by_name(connection: Any, given: Mapping[str, Any]) -> None:
    """Raises InventoryError when no transport could log in, for want of a name or a password."""
    with_certificate = bool(given.get("cert_pem") or given.get("cert_key_pem"))
    wanting = [
        each
        for each in connection._winrm_transport
        if each in {"basic", "plaintext", "ntlm", "credssp"} or (each == "ssl" and not with_certificate)
    ]
    if len(wanting) < len(connection._winrm_transport):
        return
    if not connection._winrm_user:
        raise NO_USER.error(text=joined(wanting, ", "))
    if connection._winrm_pass is None:
        raise NO_PASSWORD.error(text=joined(wanting, ", "))
