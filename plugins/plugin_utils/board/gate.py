# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate of a deployment: the board's own check of operation 1, for every school of the play.

A school costs one reading of the cache that the deployment's release comes from anyway; stations cost nothing.
I/O: the network and Ansible.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible.errors import AnsibleError

from ...module_utils.base.message import Message, sentences
from ...module_utils.checks.findings import DONE
from ...module_utils.server.release import HostedOptions, served_release
from ..inventory.schools import said, schools
from .own_checks import check_release

__all__ = ["closed"]


def closed(variables: Mapping[str, Any], *, year: int, releases: Any, options: HostedOptions) -> dict[str, Message]:
    """UAI → why operation 1 is not true there, for the admin.

    A station whose UAI or address cannot be read says so itself when it is deployed: it must not stop the others here.
    """
    asked = []
    for uai, hosts in schools(variables, strict=False).items():
        # Of the first station that can say it: one whose variables are wrong must not open the gate for the others.
        for host in hosts:
            with contextlib.suppress(AnsibleError):
                asked.append((uai, said(variables["hostvars"][host], "pronote_server_url", strict=True)))
                break

    def reason(each: tuple[str, str]) -> Message | None:
        uai, url = each
        server = served_release(uai, url, options=options)
        report = check_release(server, year=year, releases=releases)
        if report.state == DONE:
            return None
        against = [f["text"] for f in report.as_dict()["findings"] if f["severity"] in {"warning", "error"}]
        return Message(
            "operation 1 of {year} is not done for {uai}: {reason} (pronote_rentree_gate)",
            year=year,
            uai=uai,
            reason=sentences(against),
        )

    with ThreadPoolExecutor(max_workers=16) as pool:
        reasons = list(pool.map(reason, asked))
    return {uai: why for (uai, _other), why in zip(asked, reasons, strict=True) if why}
