# SPDX-License-Identifier: GPL-3.0-or-later
"""How TLS is spoken with a station. I/O: the TLS library."""

from __future__ import annotations

import ssl

from urllib3.util.ssl_ import create_urllib3_context

from ...module_utils.base.deadline import PatientSocket

__all__ = ["context"]


def context(*, client_certificate: bool) -> ssl.SSLContext:
    """urllib3's settings, with a handshake that cannot drip.

    TLS 1.2 at most for a client certificate: Windows asks for it once it has read the request. With TLS 1.3 that takes
    post-handshake authentication, without which it resets the connection (diyan/pywinrm#376, ansible/ansible#81197:
    whether urllib3 offers it depends on its version); with TLS 1.2 it negotiates anew, which always worked.
    """
    made = create_urllib3_context()
    made.sslsocket_class = PatientSocket
    if client_certificate:
        made.maximum_version = ssl.TLSVersion.TLSv1_2
    return made
