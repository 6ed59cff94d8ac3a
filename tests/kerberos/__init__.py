"""Stations in a domain: a real KDC, and what pywinrm makes of it. Not part of ``make test``: ``make test-kerberos``."""

from __future__ import annotations

import importlib.util
import os
import shutil

import pytest

__all__ = ["missing", "require_kerberos"]

# They lie in sbin, which need not be in the path of who has no root.
_PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin"
_PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit")
_MODULES = ("kerberos", "gssapi", "krb5")


def missing() -> list[str]:
    """What a KDC, and what speaks to it, lack here: programs and modules."""
    programs = [name for name in _PROGRAMS if shutil.which(name, path=_PLACES) is None]
    return programs + [name for name in _MODULES if importlib.util.find_spec(name) is None]


def require_kerberos() -> None:
    """Go on where a KDC can be started and spoken to; else skip, or fail when it is required."""
    lacking = missing()
    if not lacking:
        return
    said = f"missing: {', '.join(lacking)} (sh tests/kerberos/setup.sh as root on Debian, make kerberos)"
    if os.environ.get("RENTREE_REQUIRE_KERBEROS"):
        pytest.fail(said)
    pytest.skip(f"{said}; 28 November 2026")
