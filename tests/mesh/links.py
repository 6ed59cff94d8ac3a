"""The mesh: keys, certificates and configurations of receptor, as AWX writes them for its nodes, and its programs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from receptorctl.socket_interface import ReceptorControl

from tests.mesh import receptor
from tests.mesh.machines import Machine
from tests.servers import free_port

__all__ = ["CONTROL", "Mesh", "running_mesh", "until"]

CONTROL = "control"
_HERE = "/etc/receptor"


def until(condition: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait for a condition; the bound only ends a broken test."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.05)


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """One control node and execution nodes, linked. ``logs``: what receptor says, by machine."""

    machines: dict[str, Machine]
    logs: Path

    @property
    def control(self) -> Machine:
        return self.machines[CONTROL]

    def ask(self, command: str) -> dict[str, Any]:
        """What the control node's receptor answers to a command of its control service."""
        control = ReceptorControl(str(self.control.folder / "run/receptor.sock"))
        try:
            answer: dict[str, Any] = control.simple_command(command)
        finally:
            control.close()
        return answer

    def submit(self, node: str, parameters: str, *, signed: bool = True) -> dict[str, Any]:
        """Have a node run ``ansible-runner worker`` with nothing to read; the unit of work."""
        control = ReceptorControl(str(self.control.folder / "run/receptor.sock"))
        work = {"params": {"params": parameters}, "payload": b"", "tlsclient": "tlsclient", "signwork": signed}
        unit: dict[str, Any] = control.submit_work(worktype="ansible-runner", node=node, **work)
        return unit

    def reachable(self) -> set[str]:
        """The nodes that the control node knows a way to. What they do they announce once a minute: too late for us."""
        return set(self.ask("status").get("RoutingTable") or {})

    def clean_up(self, node: str, unit: str) -> None:
        """What AWX does from time to time: units of jobs that have ended, and private folders that are of no job."""
        self.ask(f"work release {unit}")
        self.submit(node, "cleanup --file-pattern=/tmp/awx_*_* --grace-period=0")

    def switch_on(self, name: str) -> None:
        """Receptor is started on a machine, as at its start."""
        machine = self.machines[name]
        # What a machine loses with its power: there a memory, here a folder.
        for socket in (machine.folder / "run").iterdir():
            socket.unlink()
        machine.start("receptor", "--config", f"{_HERE}/receptor.conf", log=self.logs / f"{name}.log")


def _certificates(folder: Path, names: list[str]) -> None:
    """An authority, and for each node a certificate with its name in the mesh, all by receptor itself."""

    def make(*arguments: str) -> None:
        subprocess.run([str(receptor()), *arguments], cwd=folder, check=True, capture_output=True)

    make("--cert-init", "commonname=mesh", "bits=2048", "outcert=ca.crt", "outkey=ca.key")
    for name in names:
        asked = ("bits=2048", f"commonname={name}", f"nodeid={name}", "ipaddress=127.0.0.1")
        make("--cert-makereq", *asked, f"outreq={name}.req", f"outkey={name}.key")
        make("--cert-signreq", f"req={name}.req", "cacert=ca.crt", "cakey=ca.key", f"outcert={name}.crt", "verify=yes")


def _signing_key(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "work-private-key.pem").write_bytes(private)
    (folder / "work-public-key.pem").write_bytes(public)


def _tls(name: str) -> list[dict[str, Any]]:
    """Both sides of TLS as AWX configures them: each side shows a certificate of the mesh's authority."""
    own = {"cert": f"{_HERE}/{name}.crt", "key": f"{_HERE}/{name}.key", "mintls13": False}
    server = {"name": "tls_server", "clientcas": f"{_HERE}/ca.crt", "requireclientcert": True, **own}
    client = {"name": "tlsclient", "rootcas": f"{_HERE}/ca.crt", "insecureskipverify": False, **own}
    return [{"tls-server": server}, {"tls-client": client}]


def _base(name: str, **service: Any) -> list[dict[str, Any]]:
    control = {"service": "control", "filename": "/var/run/receptor/receptor.sock", "permissions": "0660", **service}
    node = {"id": name, "datadir": "/var/lib/receptor"}
    return [{"node": node}, {"log-level": "info"}, *_tls(name), {"control-service": control}]


def _execution_node(name: str, port: int) -> list[dict[str, Any]]:
    """As AWX's install bundle configures one: it runs ansible-runner, and only what the control node has signed."""
    worker = {"command": "ansible-runner", "params": "worker", "allowruntimeparams": True, "verifysignature": True}
    return [
        *_base(name, tls="tls_server"),
        {"work-verification": {"publickey": f"{_HERE}/work-public-key.pem"}},
        {"tcp-listener": {"bindaddr": "127.0.0.1", "port": port, "tls": "tls_server"}},
        {"work-command": {"worktype": "ansible-runner", **worker}},
    ]


def _control_node(ports: list[int]) -> list[dict[str, Any]]:
    return [
        *_base(CONTROL),
        {"work-signing": {"privatekey": f"{_HERE}/work-private-key.pem", "tokenexpiration": "1m"}},
        *({"tcp-peer": {"address": f"127.0.0.1:{port}", "tls": "tlsclient"}} for port in ports),
    ]


@contextmanager
def running_mesh(work: Path, names: list[str]) -> Iterator[Mesh]:
    """A control node and execution nodes of these names until the block ends, each reachable."""
    authority, logs = work / "authority", work / "logs"
    authority.mkdir(parents=True)
    logs.mkdir()
    _certificates(authority, [CONTROL, *names])
    _signing_key(authority)
    machines = {name: Machine(name=name, folder=work / name) for name in (CONTROL, *names)}
    ports = {name: free_port() for name in names}
    for name, machine in machines.items():
        etc = machine.folder / "etc"
        if name == CONTROL:
            configuration, key = _control_node(list(ports.values())), "work-private-key.pem"
        else:
            configuration, key = _execution_node(name, ports[name]), "work-public-key.pem"
        (etc / "receptor.conf").write_text(yaml.safe_dump(configuration), encoding="utf-8")
        for file in ("ca.crt", f"{name}.crt", f"{name}.key", key):
            (etc / file).write_bytes((authority / file).read_bytes())
            (etc / file).chmod(0o600)
    mesh = Mesh(machines=machines, logs=logs)
    try:
        for name in (*names, CONTROL):
            mesh.switch_on(name)
        until((mesh.control.folder / "run/receptor.sock").exists)
        until(lambda: mesh.reachable() == set(names))
        yield mesh
    finally:
        for machine in machines.values():
            machine.cut_power()
