"""A realm with a KDC of its own: its database, its keys and its configuration lie in one folder."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import free_port, running

__all__ = ["DOMAIN", "REALM", "Realm", "realm"]

DOMAIN, REALM = "lab.example.org", "LAB.EXAMPLE.ORG"


@dataclass(frozen=True, kw_only=True)
class Realm:
    """A realm that runs. ``config``: what KRB5_CONFIG names; ``keytabs``: "<station>.keytab" of each station."""

    config: Path
    keytabs: Path


def _config(folder: Path, address: str, port: int) -> tuple[str, str]:
    # Names are taken as they are: no DNS is asked, no address becomes a name. Over TCP, so that nothing is sent twice.
    client = f"""[libdefaults]
    default_realm = {REALM}
    rdns = false
    dns_canonicalize_hostname = false
    dns_lookup_kdc = false
    dns_lookup_realm = false
    udp_preference_limit = 1
    default_rcache_name = dfl:
[realms]
    {REALM} = {{
        kdc = {address}:{port}
    }}
[domain_realm]
    .{DOMAIN} = {REALM}
"""
    server = f"""[kdcdefaults]
    kdc_listen = ""
    kdc_tcp_listen = {address}:{port}
[realms]
    {REALM} = {{
        database_name = {folder}/principal
        key_stash_file = {folder}/stash
        supported_enctypes = aes256-cts-hmac-sha1-96:normal
        master_key_type = aes256-cts-hmac-sha1-96
    }}
[logging]
    kdc = FILE:{folder}/kdc.log
"""
    return client, server


@contextmanager
def realm(folder: Path, *, address: str, accounts: Mapping[str, str], stations: Mapping[str, str]) -> Iterator[Realm]:
    """A KDC until the block ends. ``accounts``: password by name; ``stations``: host names in the domain, by name.

    Raises subprocess.CalledProcessError when the realm cannot be made, RuntimeError when its KDC does not start.
    """
    keytabs = folder / "keytabs"
    keytabs.mkdir(parents=True)
    port = free_port(address)
    client, server = _config(folder, address, port)
    (folder / "krb5.conf").write_text(client, encoding="utf-8")
    (folder / "kdc.conf").write_text(server, encoding="utf-8")
    environment = {
        **os.environ,
        "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin",
        "KRB5_CONFIG": str(folder / "krb5.conf"),
        "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
    }

    def call(*command: str, said: str = "") -> None:
        subprocess.run(command, env=environment, input=said, text=True, check=True, capture_output=True)

    call("kdb5_util", "-r", REALM, "-P", secrets.token_urlsafe(), "create", "-s")
    lines = [f'addprinc -pw "{password}" {name}' for name, password in accounts.items()]
    for station, host in stations.items():
        principal = f"HTTP/{host}.{DOMAIN}"
        lines += [f"addprinc -randkey {principal}", f"ktadd -k {keytabs / station}.keytab {principal}"]
    call("kadmin.local", "-r", REALM, said="\n".join([*lines, ""]))
    log = folder / "output.log"
    with running(["/usr/sbin/krb5kdc", "-n"], address=address, port=port, log=log, environment=environment):
        yield Realm(config=folder / "krb5.conf", keytabs=keytabs)
