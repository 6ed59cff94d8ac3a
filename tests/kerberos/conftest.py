"""A school whose stations are in a domain, and people of it with and without rights on them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible import constants

from tests.e2e.conftest import School, StartSchool, network, start_school
from tests.kerberos import require_kerberos
from tests.kerberos.directory import provision, require_samba, serving
from tests.kerberos.kdc import DOMAIN, REALM, Realm, realm

__all__ = ["Domain", "domain", "network", "school", "start_school"]

# Stations, and what is wrong with who comes to them.
SOUND = ("http", "https")
ACCOUNTS = {"deploy": "Lab-only-1!", "pupil": "Lab-only-2!"}
ROOM = [f"s101-{number:02}" for number in range(1, 25)]
STATIONS = (*SOUND, "wrong-password", "unknown-account", "no-administrator", "other-name")


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A realm, in which every process that is started finds its way. ``work``: where tickets may lie."""

    realm: Realm
    work: Path


@pytest.fixture(scope="session")
def _provisioned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samba's domain, with the accounts and the stations of every module."""
    require_samba()
    folder = tmp_path_factory.mktemp("samba") / "domain"
    provision(folder, accounts=ACCOUNTS, stations={name: name for name in (*STATIONS, *ROOM)})
    return folder


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory, network: str, request: pytest.FixtureRequest) -> Iterator[Domain]:
    """The realm of this module, with its KDC on the module's network, and its ``NAMES`` of stations.

    With RENTREE_DOMAIN=samba it is Samba's (make test-samba).
    """
    require_kerberos()
    work, address = tmp_path_factory.mktemp("domain"), f"{network}.0.7"
    with ExitStack() as stack:
        if os.environ.get("RENTREE_DOMAIN") == "samba":
            provisioned: Path = request.getfixturevalue("_provisioned")
            running = stack.enter_context(serving(provisioned, work / "kdc", address=address))
        else:
            stations = {name: name for name in getattr(request.module, "NAMES", STATIONS)}
            running = stack.enter_context(realm(work / "kdc", address=address, accounts=ACCOUNTS, stations=stations))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("KRB5_CONFIG", str(running.config))
        # The library's replay cache lies there, and nowhere else.
        patch.setenv("KRB5RCACHEDIR", str(work))
        yield Domain(realm=running, work=work)


def _by_station(values: dict[str, str], otherwise: str) -> str:
    """A variable that differs on some stations."""
    return f"{{{{ {values!r}.get(inventory_hostname, {otherwise!r}) }}}}"


def _connection(info: dict[str, Any]) -> dict[str, Any]:
    users = {"unknown-account": f"nobody@{REALM}", "no-administrator": f"pupil@{REALM}"}
    passwords = {"wrong-password": "Lab-only-3!", "no-administrator": ACCOUNTS["pupil"]}
    return {
        "ansible_port": _by_station({"https": "5986"}, "5985"),
        "ansible_user": _by_station(users, f"deploy@{REALM}"),
        "ansible_password": _by_station(passwords, ACCOUNTS["deploy"]),
        "ansible_winrm_transport": "kerberos",
        "ansible_winrm_message_encryption": _by_station({"https": "auto"}, "always"),
        # No name of the domain is in any DNS: the address is where, this is who.
        "ansible_winrm_kerberos_hostname_override": (
            _by_station({"other-name": f"http.{DOMAIN}"}, "").removesuffix(" }}")
            + f" or inventory_hostname ~ '.{DOMAIN}' }}}}"
        ),
        "ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"],
        "ansible_winrm_ca_trust_path": info["tls"]["authority"],
    }


@pytest.fixture(scope="module")
def school(domain: Domain, start_school: StartSchool) -> School:
    """Stations that take Kerberos only, and nothing in the clear."""
    late = {"clients": [{"release": "2026.1.3"}], "auth": ["kerberos"], "allow_unencrypted": False}
    account = {"name": "deploy", "password": ACCOUNTS["deploy"], "principal": f"deploy@{REALM}"}
    return start_school(
        [{"name": name, **late} for name in STATIONS],
        connection=_connection,
        accounts=[account],
        keytabs=str(domain.realm.keytabs),
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The run's own folder, and no ticket in the environment."""
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/nobody")
    return tmp_path
