"""``make demo LAB_AUTH=kerberos``: the demo's stations in a domain, with a KDC of their own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from tests.kerberos import missing
from tests.kerberos.kdc import DOMAIN, REALM, realm

__all__ = ["NEEDS", "in_a_domain", "missing"]

NEEDS = (
    "It needs, as root on Debian: sh tests/kerberos/setup.sh (krb5-kdc krb5-admin-server krb5-user libkrb5-dev gcc "
    "python3-dev); then make kerberos."
)


@contextmanager
def in_a_domain(scenario: Path, *, network: str, work: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The scenario with its stations in a domain, and the inventory's variables of its connection, while a KDC runs.

    A station that has an account of its own lets nobody of the domain in. Processes that are started find the realm in
    their environment. Raises what ``realm`` raises.
    """
    data = yaml.safe_load(scenario.read_text(encoding="utf-8"))
    (account,) = data["accounts"]
    # Known to nobody but this domain.
    account |= {"password": secrets.token_urlsafe(), "principal": f"{account['name']}@{REALM}"}
    names = []
    for room in data["rooms"]:
        for station in room["stations"]:
            station |= {"auth": ["kerberos"], "allow_unencrypted": False}
            names.append(station["name"])
    work.mkdir(parents=True, exist_ok=True)
    accounts = {account["name"]: account["password"]}
    with (
        realm(work / "kdc", address=f"{network}.0.7", accounts=accounts, stations={n: n for n in names}) as running,
        patch.dict(os.environ, KRB5_CONFIG=str(running.config), KRB5RCACHEDIR=str(work)),
    ):
        data["keytabs"] = str(running.keytabs)
        path = work / "scenario.yml"
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        yield (
            path,
            {
                "ansible_port": 5985,
                "ansible_user": account["principal"],
                "ansible_winrm_transport": "kerberos",
                "ansible_winrm_kerberos_hostname_override": f"{{{{ inventory_hostname }}}}.{DOMAIN}",
                "ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"],
            },
        )
