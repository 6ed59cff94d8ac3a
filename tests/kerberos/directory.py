"""Samba's Active Directory as the domain: provisioned once for a test run, and served on each module's network."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kerberos.kdc import DOMAIN, REALM, Realm, client_config
from tests.servers import running

__all__ = ["provision", "require_samba", "serving"]

_PORT = 88
_THRESHOLD = 5
_PEOPLE = Path(__file__).with_name("people.py")
# Its KDC: "Kerberos: TGS-REQ SUCCESS ipv4:… deploy@REALM HTTP/pc@REALM …".
_ANSWER = re.compile(r"Kerberos: (AS|TGS)-REQ (SUCCESS|ERR_\w+) \S+ (\S+@\S+) (\S+?)@")
_IN_MIT_S_WORDS = {
    "SUCCESS": "ISSUE",
    "ERR_PREAUTH_FAILED": "PREAUTH_FAILED",
    "ERR_PREAUTH_REQUIRED": "NEEDED_PREAUTH",
    "ERR_C_PRINCIPAL_UNKNOWN": "CLIENT_NOT_FOUND",
}


def require_samba() -> None:
    """Fail where Samba's domain controller is missing: nobody asks for it by chance."""
    missing = [name for name in ("samba", "samba-tool") if shutil.which(name, path="/usr/sbin:/usr/bin") is None]
    if missing:
        pytest.fail(f"missing: {', '.join(missing)} (sh tests/kerberos/setup.sh samba as root on Debian)")


class _Directory(Realm):
    def answers(self, line: str) -> tuple[str, str, str, str] | None:
        found = _ANSWER.search(line)
        if found is None:
            return None
        request, answer, client, service = found.groups()
        return f"{request}_REQ", _IN_MIT_S_WORDS.get(answer, answer), client, service

    @contextmanager
    def wrong_clock(self) -> Iterator[Path]:
        pytest.skip("Samba's clock is the machine's; 29 November 2026")
        yield self.config


def provision(folder: Path, *, accounts: Mapping[str, str], stations: Mapping[str, str]) -> None:
    """Make a domain in a folder. Raises subprocess.CalledProcessError."""
    (folder / "keytabs").mkdir(parents=True)
    call = ["samba-tool", "domain", "provision", f"--realm={REALM}", f"--domain={DOMAIN.partition('.')[0].upper()}"]
    options = {
        # Extended attributes in a file: the disk may have none.
        "posix:eadb": f"{folder}/eadb.tdb",
        "server services": "kdc",
        "kdc default domain supported enctypes": "aes256-cts-hmac-sha1-96",
        "bind interfaces only": "yes",
        "tls enabled": "no",
        "log level": "1 kerberos:3",
    }
    subprocess.run(
        [
            *call,
            *(
                f"--adminpass={secrets.token_urlsafe()}Aa1!",
                "--server-role=dc",
                "--dns-backend=NONE",
                "--host-name=dc1",
            ),
            *("--host-ip=127.0.0.1", f"--targetdir={folder}/domain"),
            *(f"--option={name}={value}" for name, value in options.items()),
        ],
        check=True,
        capture_output=True,
    )
    people = {
        "accounts": dict(accounts),
        "hosts": {station: f"{host}.{DOMAIN}" for station, host in stations.items()},
        "threshold": _THRESHOLD,
    }
    command = ["/usr/bin/python3", str(_PEOPLE), f"{folder}/domain/etc/smb.conf", f"{folder}/keytabs"]
    subprocess.run(command, input=json.dumps(people), text=True, check=True, capture_output=True)


@contextmanager
def serving(provisioned: Path, work: Path, *, address: str) -> Iterator[Realm]:
    """The domain's KDC on an address until the block ends; what belongs to this module lies in ``work``."""
    work.mkdir(parents=True)
    (work / "krb5.conf").write_text(client_config(address, _PORT), encoding="utf-8")
    command = ["/usr/sbin/samba", "-i", "-M", "single", "--debug-stdout", "-s", f"{provisioned}/domain/etc/smb.conf"]
    log = work / "kdc.log"
    with running([*command, f"--option=interfaces={address}/8"], address=address, port=_PORT, log=log):
        yield _Directory(config=work / "krb5.conf", keytabs=provisioned / "keytabs", address=address)
