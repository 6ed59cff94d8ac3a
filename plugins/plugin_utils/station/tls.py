# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of TLS that a client certificate can be sent with. I/O: the TLS library."""

from __future__ import annotations

import ssl
from typing import Any

import requests
from urllib3.util.ssl_ import create_urllib3_context

__all__ = ["at_most_1_2"]


class _Adapter(requests.adapters.HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        context = create_urllib3_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        super().init_poolmanager(*args, **options, ssl_context=context)


def at_most_1_2(session: requests.Session) -> None:
    """Speak TLS 1.2 at most from now on.

    Windows asks for a client certificate once it has read the request. With TLS 1.3 that takes post-handshake
    authentication, without which it resets the connection (diyan/pywinrm#376, ansible/ansible#81197: whether urllib3
    offers it depends on its version); with TLS 1.2 it negotiates anew, which always worked.
    """
    session.mount("https://", _Adapter())
