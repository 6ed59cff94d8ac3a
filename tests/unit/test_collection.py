from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.lab import make_inventory
from tests.lab.inventory import inventory_data, write_inventory
from tests.lab.scenario import load_scenario

_ROOT = Path(__file__).resolve().parents[2]
_LINK = ".ansible/collections/ansible_collections/rentree/pronote"
_PLAYBOOKS = sorted(p.stem for p in (_ROOT / "playbooks").glob("*.yml"))


def _run(*command: str, **environment: str) -> str:
    """Run a tool of this very Python environment in the repository; its output."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ANSIBLE_")}
    done = subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        cwd=_ROOT,
        env={**kept, "ANSIBLE_CONFIG": str(_ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _tracked() -> list[tuple[str, str]]:
    """(mode, path) of every tracked file."""
    done = subprocess.run(["git", "ls-files", "-s", "-z"], cwd=_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    lines = [line.split("\t", 1) for line in done.stdout.split("\0") if line]
    return [(facts.split()[0], path) for facts, path in lines]


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("galaxy")
    _run("ansible-galaxy", "collection", "build", "--output-path", str(folder))
    (built,) = folder.glob("rentree-pronote-*.tar.gz")
    with tarfile.open(built) as archive:
        members = archive.getmembers()
    # A link, above all the one to the repository itself, has nothing to do in a collection.
    assert not [m.name for m in members if m.issym() or m.islnk()]
    return [m.name for m in members]


def test_the_tarball_has_what_users_need(tarball: list[str]) -> None:
    for wanted in (
        "README.md",
        "COPYING",
        "meta/runtime.yml",
        "docs/design.md",
        "plugins/plugin_utils/depot/templates/install.cmd.j2",
        "plugins/plugin_utils/depot/templates/fetch.cmd.j2",
        *(f"playbooks/{name}.yml" for name in _PLAYBOOKS),
        "inventories/example/hosts.yml",
        "inventories/example/group_vars/all/vault.yml.sample",
    ):
        assert wanted in tarball
    tracked = {path for _, path in _tracked() if path.startswith(("plugins/", "roles/", "playbooks/", "meta/"))}
    assert tracked <= set(tarball)


def test_the_tarball_has_nothing_else(tarball: list[str]) -> None:
    allowed = {
        *(
            "MANIFEST.json",
            "FILES.json",
            "README.md",
            "README.en.md",
            "COPYING",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "CHANGELOG.rst",
        ),
        *("changelogs", "docs", "inventories", "meta", "playbooks", "plugins", "roles"),
        *("requirements.in", "requirements.txt"),
        *("requirements-kerberos.in", "requirements-kerberos.txt"),
    }
    assert {name.split("/")[0] for name in tarball} <= allowed
    assert not [name for name in tarball if name.endswith((".pyc", ".tar.gz", ".retry", ".log"))]
    # The lab's stations are nobody's, and its password is known to all.
    assert not [name for name in tarball if name.startswith("inventories/lab")]


def test_the_self_link_is_relative_and_tracked() -> None:
    assert ("120000", _LINK) in _tracked()
    link = _ROOT / _LINK
    assert not link.readlink().is_absolute()
    assert link.resolve() == _ROOT
    # Nothing else below .ansible/ is anybody's business.
    assert [path for _, path in _tracked() if path.startswith(".ansible/")] == [_LINK]


def test_the_lab_inventory_is_what_would_be_generated(tmp_path: Path) -> None:
    scenario = load_scenario(_ROOT / "tests/lab/scenarios/demo.yml")
    write_inventory(tmp_path, inventory_data(scenario, network="127.20"), head=make_inventory.HEAD)
    committed = (_ROOT / "inventories/lab/hosts.yml").read_text(encoding="utf-8")
    assert committed == (tmp_path / "hosts.yml").read_text(encoding="utf-8"), (
        "run python -m tests.lab.make_inventory and commit inventories/lab"
    )


@pytest.fixture(scope="module", params=["playbooks/{}.yml", "rentree.pronote.{}"], ids=["file", "collection"])
def syntax(request: pytest.FixtureRequest) -> str:
    """What Ansible says of all playbooks, in one start of it; named by file, then by the collection's name."""
    names = [request.param.format(playbook) for playbook in _PLAYBOOKS]
    return _run("ansible-playbook", "--syntax-check", "-i", "inventories/example", *names)


@pytest.mark.parametrize("playbook", _PLAYBOOKS)
def test_syntax_of_playbooks(syntax: str, playbook: str) -> None:
    assert re.search(rf"(?m)^playbook: \S*playbooks/{playbook}\.yml$", syntax)
    assert "WARNING" not in syntax
    assert "DEPRECATION" not in syntax


def test_versions_agree() -> None:
    galaxy = yaml.safe_load((_ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    project = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{galaxy["version"]}"' in project


def _texts() -> list[tuple[str, str]]:
    found = []
    for mode, path in _tracked():
        file = _ROOT / path
        # Gone in the working tree but not committed yet; links; this file, which has to spell what it looks for.
        if mode == "120000" or not file.is_file() or file.samefile(__file__):
            continue
        content = file.read_bytes()
        if b"\0" not in content:
            found.append((path, content.decode("utf-8")))
    return found


def test_every_tracked_text_is_utf8() -> None:
    assert len(_texts()) > 100


# Where packages come from is the business of the machine's own configuration: a host name here would be asked by every
# clone, and would leak the network somebody developed on.
_REGISTRY = re.compile(
    r"https?://[^/\s\"']*(pypi|pythonhosted|registry|artifactory|nexus|devpi|mirror|npmjs)"
    r"|--(extra-)?index-url|--find-links|--trusted-host|PIP_(EXTRA_)?INDEX|PIP_FIND_LINKS|file:///opt|/opt/(pypi|wheels)",
    re.IGNORECASE,
)


def test_no_package_registry_is_named() -> None:
    assert [(path, m[0]) for path, text in _texts() for m in _REGISTRY.finditer(text)] == []
