"""A realm with a KDC of its own: its database, its keys and its configuration lie in one folder."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import free_port, running

__all__ = ["DOMAIN", "REALM", "Realm", "client_config", "realm"]

DOMAIN, REALM = "lab.example.org", "LAB.EXAMPLE.ORG"


@dataclass(frozen=True, kw_only=True)
class Realm:
    """A realm that runs. ``config``: what KRB5_CONFIG names; ``keytabs``: a folder with "<name>.keytab" of each station
    and account.
    """

    config: Path
    keytabs: Path
    address: str

    def issued(self, since: int = 0) -> Counter[tuple[str, str, str]]:
        """What its KDC said, from a line of its log on: request, answer and whom it was asked about.

        For whom a ticket is issued: the service; an account otherwise.
        """
        told: Counter[tuple[str, str, str]] = Counter()
        for line in self.log()[since:]:
            if (found := self.answers(line)) is not None:
                request, answer, client, service = found
                told[request, answer, service if answer == "ISSUE" else client] += 1
        return told

    def answers(self, line: str) -> tuple[str, str, str, str] | None:
        """The request, the answer, who asked and for what service, of a line of the log that says so."""
        found = _ANSWER.search(line)
        return None if found is None else (found[1], found[2], found[3], found[4])

    def log(self) -> list[str]:
        """The lines of its KDC's log."""
        return (self.config.parent / "kdc.log").read_text(encoding="utf-8").splitlines()

    def without_kdc(self) -> Path:
        """A configuration that leads to an address where nobody answers."""
        path = self.config.with_name("nobody.conf")
        path.write_text(client_config(self.address, free_port(self.address)), encoding="utf-8")
        return path

    @contextmanager
    def wrong_clock(self) -> Iterator[Path]:
        """A configuration that leads to a KDC whose clock is never that of who asks: nothing is near enough to it."""
        folder, port = self.config.parent, free_port(self.address)
        client, server = client_config(self.address, port), _server_config(folder, self.address, port)
        (folder / "clock.conf").write_text(client, encoding="utf-8")
        (folder / "clock-server.conf").write_text(client.replace("[libdefaults]", _NEVER), encoding="utf-8")
        (folder / "clock-kdc.conf").write_text(server, encoding="utf-8")
        with _kdc(folder, self.address, port, config="clock-server.conf", profile="clock-kdc.conf"):
            yield folder / "clock.conf"


# krb5kdc: AS_REQ (1 etypes {…}) 127.1.0.7: ISSUE: authtime …, etypes {…}, deploy@REALM for krbtgt/REALM@REALM
_ANSWER = re.compile(r" (AS_REQ|TGS_REQ) \(.*?\) \S+: (\w+): .*?(\S+@\S+) for (\S+?)@")
_NEVER = "[libdefaults]\n    clockskew = -1"


def _environment(folder: Path, *, config: str = "krb5.conf", profile: str = "kdc.conf") -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin",
        "KRB5_CONFIG": str(folder / config),
        "KRB5_KDC_PROFILE": str(folder / profile),
    }


@contextmanager
def _kdc(folder: Path, address: str, port: int, **files: str) -> Iterator[None]:
    log = folder / f"output-{port}.log"
    environment = _environment(folder, **files)
    with running(["/usr/sbin/krb5kdc", "-n"], address=address, port=port, log=log, environment=environment):
        yield


def client_config(address: str, port: int) -> str:
    """What leads to the KDC there. Names are taken as they are: no DNS is asked, no address becomes a name. Over TCP,
    so that nothing is sent twice.
    """
    return f"""[libdefaults]
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


def _server_config(folder: Path, address: str, port: int) -> str:
    return f"""[kdcdefaults]
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


@contextmanager
def realm(folder: Path, *, address: str, accounts: Mapping[str, str], stations: Mapping[str, str]) -> Iterator[Realm]:
    """A KDC until the block ends. ``accounts``: password by name; ``stations``: host names in the domain, by name.

    Raises subprocess.CalledProcessError when the realm cannot be made, RuntimeError when its KDC does not start.
    """
    keytabs = folder / "keytabs"
    keytabs.mkdir(parents=True)
    port = free_port(address)
    client, server = client_config(address, port), _server_config(folder, address, port)
    (folder / "krb5.conf").write_text(client, encoding="utf-8")
    (folder / "kdc.conf").write_text(server, encoding="utf-8")
    environment = _environment(folder)

    def call(*command: str, said: str = "") -> None:
        subprocess.run(command, env=environment, input=said, text=True, check=True, capture_output=True)

    call("kdb5_util", "-r", REALM, "-P", secrets.token_urlsafe(), "create", "-s")
    lines = [f'addprinc +requires_preauth -pw "{password}" {name}' for name, password in accounts.items()]
    lines += [f"ktadd -norandkey -k {keytabs / name}.keytab {name}" for name in accounts]
    for station, host in stations.items():
        principal = f"HTTP/{host}.{DOMAIN}"
        lines += [f"addprinc -randkey {principal}", f"ktadd -k {keytabs / station}.keytab {principal}"]
    call("kadmin.local", "-r", REALM, said="\n".join([*lines, ""]))
    with _kdc(folder, address, port):
        yield Realm(config=folder / "krb5.conf", keytabs=keytabs, address=address)
