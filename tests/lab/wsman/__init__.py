"""WS-Management over HTTP and HTTPS for any ``Station``: authentication, WinRS, WMI. Knows nothing of Windows.

``server.py`` has the sockets' life, ``endpoint.py`` one station's requests, ``dispatch.py`` the way to the services
(``winrs.py``, ``station/wmi.py``), ``soap.py`` and ``codes.py`` envelopes and faults, ``auth.py`` who is asking.
"""

from __future__ import annotations

from tests.lab.wsman.endpoint import Listening
from tests.lab.wsman.quotas import Quotas
from tests.lab.wsman.server import WsmanServer
from tests.lab.wsman.tls import Tls, make_tls

__all__ = ["Listening", "Quotas", "Tls", "WsmanServer", "make_tls"]
