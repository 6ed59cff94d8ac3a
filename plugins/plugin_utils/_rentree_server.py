# SPDX-License-Identifier: GPL-3.0-or-later
"""What the board and the gate know of a school's hosted server."""

from __future__ import annotations

from ansible_collections.rentree.pronote.plugins.module_utils.evidence import iso_of
from ansible_collections.rentree.pronote.plugins.module_utils.hosted import HostedServerError
from ansible_collections.rentree.pronote.plugins.module_utils.hosted_io import HostedOptions, read_hosted_release
from ansible_collections.rentree.pronote.plugins.module_utils.releases import Release
from ansible_collections.rentree.pronote.plugins.module_utils.rentree_checks import Server

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
