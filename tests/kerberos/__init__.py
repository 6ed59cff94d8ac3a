"""Stations in a domain: a real KDC, and what pywinrm makes of it. Not part of ``make test``: ``make test-kerberos``."""

from __future__ import annotations

import importlib.util
import os
import shutil

import pytest

__all__ = ["require_kerberos"]

# They lie in sbin, which need not be in the path of who has no root.
_PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin"
_PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit")
_MODULES = ("kerberos", "gssapi", "krb5")


def require_kerberos() -> None:
    """Go on where a KDC can be started and spoken to; else skip, or fail when it is required."""
    missing = [name for name in _PROGRAMS if shutil.which(name, path=_PLACES) is None]
    missing += [name for name in _MODULES if importlib.util.find_spec(name) is None]
    if not missing:
        return
    said = f"missing: {', '.join(missing)} (sh tests/kerberos/setup.sh as root on Debian, make kerberos)"
    if os.environ.get("RENTREE_REQUIRE_KERBEROS"):
        pytest.fail(said)
    pytest.skip(f"{said}; 28 November 2026")
