"""Put people and computers into a provisioned domain. For Debian's own Python, which has Samba's modules.

``people.py <smb.conf> <keytabs>``, and on standard input JSON: ``accounts`` (password by name), ``hosts`` (full
name by station), ``domain``, ``threshold`` (wrong passwords that lock an account).
"""

from __future__ import annotations

import json
import secrets
import sys

import ldb  # type: ignore[import-not-found]  # Debian's python3-ldb
import samba.dckeytab  # type: ignore[import-not-found]  # noqa: F401  (it gives Net its export_keytab)
from samba.auth import system_session  # type: ignore[import-not-found]  # Debian's python3-samba
from samba.net import Net  # type: ignore[import-not-found]
from samba.param import LoadParm  # type: ignore[import-not-found]
from samba.samdb import SamDB  # type: ignore[import-not-found]


def main(config: str, keytabs: str) -> None:
    """Entry point."""
    wanted = json.load(sys.stdin)
    parameters = LoadParm()
    parameters.load(config)
    directory = SamDB(session_info=system_session(), lp=parameters)

    def change(name: object, attribute: str, value: str) -> None:
        message = ldb.Message(name)
        message[attribute] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, attribute)
        directory.modify(message)

    change(directory.get_default_basedn(), "lockoutThreshold", str(wanted["threshold"]))
    for name, password in wanted["accounts"].items():
        directory.newuser(name, password)
    net = Net(None, parameters)
    for name in wanted["accounts"]:
        net.export_keytab(keytab=f"{keytabs}/{name}.keytab", principal=name)
    for station, host in wanted["hosts"].items():
        # A password in all its classes, which nobody needs to know.
        directory.newuser(f"of-{station}", f"{secrets.token_urlsafe()}Aa1!")
        (found,) = directory.search(expression=f"(sAMAccountName=of-{station})", attrs=[])
        change(found.dn, "servicePrincipalName", f"HTTP/{host}")
        net.export_keytab(keytab=f"{keytabs}/{station}.keytab", principal=f"HTTP/{host}")


if __name__ == "__main__":
    main(*sys.argv[1:])
