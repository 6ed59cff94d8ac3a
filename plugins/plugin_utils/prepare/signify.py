# SPDX-License-Identifier: GPL-3.0-or-later
"""Import ``signify`` although its dependency oscrypto does not know the system's OpenSSL.

oscrypto 1.3.0, its last release (2022), reads OpenSSL's version with one digit for each part and refuses 3.0.10 and
later, Debian 12's among them (wbond/oscrypto#75 and #78; mended in its repository, never released). While it is
imported, that one pattern is replaced by the mended one. Delete this file when a release reads ``3.0.19``.
I/O: Ansible.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleError

from ...module_utils.base.message import Message
from ..words.early import said_early

__all__ = [
    "AuthenticodeFile",
    "AuthenticodeSignature",
    "Certificate",
    "CertificateStore",
    "SignifyError",
    "roots",
    "x509",
]

_BROKEN = "\\b(\\d\\.\\d\\.\\d[a-z]*)\\b"
_MENDED = r"\b(\d+\.\d+\.\d+[a-z]*)\b"
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def _mended() -> Iterator[None]:
    search = re.search

    def patched(pattern: Any, string: Any, flags: Any = 0) -> Any:
        return search(_MENDED if pattern == _BROKEN else pattern, string, flags)

    with _ONE_AT_A_TIME:
        setattr(re, "search", patched)  # noqa: B010  (mypy refuses the assignment)
        try:
            yield
        finally:
            setattr(re, "search", search)  # noqa: B010


try:
    with _mended():
        from asn1crypto import x509
        from signify.authenticode import AuthenticodeFile, AuthenticodeSignature
        from signify.authenticode.cert_store import TRUSTED_CERTIFICATE_STORE as roots  # noqa: N811  (a value of theirs)
        from signify.exceptions import SignifyError
        from signify.x509 import Certificate, CertificateStore
# Not there, or there without a libcrypto that oscrypto finds: the strategy loads actions, and shows anything but
# Ansible's own errors as a bug with a traceback.
except Exception as exc:
    _LACKING = Message("signatures cannot be checked here; pip install -r requirements.txt in the environment")
    raise AnsibleError(said_early(_LACKING)) from exc
