# SPDX-License-Identifier: GPL-3.0-or-later
"""What the board and the gate know of a school's hosted server."""

from __future__ import annotations

from ...module_utils.base.times import iso_of
from ...module_utils.product.release import Release
from ...module_utils.server.description import HostedServerError
from ...module_utils.server.release import HostedOptions, read_hosted_release
from .own_checks import Server

__all__ = ["read_server"]


def read_server(uai: str, url: str, *, cache_dir: str) -> Server:
    """A school's hosted server: one request per lifetime, whoever asks."""
    try:
        answer = read_hosted_release(uai, url, options=HostedOptions(cache_dir=cache_dir), allow_stale=True)
    except (HostedServerError, ValueError, OSError) as exc:
        return Server(address=url, release=None, error=getattr(exc, "fact", None) or str(exc))
    return Server(
        address=answer.server,
        release=Release.parse(str(answer.info["release"])),
        read_at=iso_of(answer.read_at),
        error=answer.error,
    )
