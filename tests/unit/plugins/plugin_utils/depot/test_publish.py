from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.base.files import sha256_of
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import EDT_MONOPOSTE, PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.technologies import TECHNOLOGIES
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.package import Package
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.publish import publish, render_script
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.script import SCRIPT_VERSION, script_record

_CODE = "{02871376-45F6-4642-9D84-C7681ABE361F}"
_CONTENT = {
    "setup.exe": b"MZ the setup",
    "setup.msi": b"\xd0\xcf the package",
    "response.iss": b"[InstallShield Silent]\r\n",
    "uninstall.iss": b"[InstallShield Silent] \r\n",
}
# One of each technology, with and without what removing needs.
_PACKAGES = [(key, code) for key in TECHNOLOGIES for code in (_CODE, "")]


def _names(technology: str) -> list[str]:
    known = TECHNOLOGIES[technology]
    return [name for name in (known.installer, known.response, known.uninstall_response) if name]


def _package(technology: str = "installscript", **fields: Any) -> Package:
    values: dict[str, Any] = {
        "release": "2026.2.7",
        "arch": "x64",
        "technology": TECHNOLOGIES[technology],
        "digests": {name: hashlib.sha256(_CONTENT[name]).hexdigest() for name in _names(technology)},
        "product_code": _CODE,
        **fields,
    }
    return Package(**values)


def _sources(folder: Path, technology: str = "installscript") -> dict[str, Path]:
    folder.mkdir(exist_ok=True)
    sources = {name: folder / name for name in _names(technology)}
    for name, path in sources.items():
        path.write_bytes(_CONTENT[name])
    return sources


def _tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder, with its content and the time it was written."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(("technology", "code"), _PACKAGES)
def test_the_script_is_what_cmd_reads(technology: str, code: str) -> None:
    script = render_script(_package(technology, product_code=code, arguments="/S", uninstall_arguments="/S"))
    assert script.isascii()
    assert script.endswith(b"\r\n")
    assert script.count(b"\n") == script.count(b"\r\n") == script.count(b"\r")
    assert b"{{" not in script
    assert b"{%" not in script
    # cmd.exe accepts 8191 characters on a line.
    assert max(len(line) for line in script.splitlines()) < 8191


@pytest.mark.parametrize(("technology", "code"), _PACKAGES)
def test_the_script_says_its_version(technology: str, code: str) -> None:
    script = render_script(_package(technology, product_code=code)).decode().splitlines()
    assert script.count(f"echo script={SCRIPT_VERSION}") == 1


def test_the_arguments_of_a_setup_are_quoted_after_their_switch() -> None:
    """Quoted whole they are not understood; a log whose folder is not there keeps anything from being installed."""
    script = render_script(_package("installscript", product_code=_CODE)).decode()
    starts = [line for line in script.splitlines() if line.startswith('start "" /wait ')]
    assert len(starts) == 2
    for line in starts:
        assert re.search(r' /s /f1"%JOB%[a-z]+\.iss" /f2"%JOB%setup\.log"$', line)
    assert script.index('cd /d "%JOB%" || exit /b 90') < script.index(starts[0])


@pytest.mark.parametrize(("technology", "code"), _PACKAGES)
def test_every_label_that_is_called_exists_once(technology: str, code: str) -> None:
    text = render_script(_package(technology, product_code=code)).decode()
    labels = [line[1:].lower() for line in text.splitlines() if re.fullmatch(r":\w+", line)]
    commands = "\n".join(line for line in text.splitlines() if not line.startswith("rem "))
    called = {name.lower() for name in re.findall(r"\b(?:goto|call) :?(\w+)", commands)}
    assert called
    assert len(set(labels)) == len(labels)
    assert called == set(labels)


@pytest.mark.parametrize(("technology", "code"), _PACKAGES)
def test_the_script_pins_the_digests(technology: str, code: str) -> None:
    package = _package(technology, product_code=code)
    text = render_script(package).decode()
    known = package.technology
    install = text.partition("\r\n:install\r\n")[2].partition("\r\n:remove\r\n")[0]
    for name in filter(None, (known.installer, known.response)):
        # Once when fetched, once more just before anything runs.
        assert f'call :fetch "{name}" {package.digests[name]} || goto finish' in install
        last = install.index(f'call :check "{name}" {package.digests[name]} || goto finish')
        assert last < install.index(known.install)
    if known.uninstall_response:
        pinned = f'call :fetch "{known.uninstall_response}" {package.digests[known.uninstall_response]}'
        assert (pinned in text) is bool(code)
    assert (known.uninstall in text) is bool(code)
    assert ('set "STEP=no_uninstall"' in text) is not bool(code)


def test_a_digest_changes_the_script_and_nothing_else_does() -> None:
    package = _package()
    assert render_script(package) == render_script(_package(digests=dict(reversed(package.digests.items()))))
    other = _package(digests={**package.digests, "setup.exe": "0" * 64})
    assert render_script(package) != render_script(other)


def test_text_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(ValueError, match="ascii"):
        render_script(_package(product=replace(PRONOTE_CLIENT, title="Réseau")))


def test_check_writes_nothing_and_tells_the_truth(tmp_path: Path) -> None:
    sources, depot, lock = _sources(tmp_path / "in"), tmp_path / "depot", tmp_path / "vars" / "lock.yml"
    before = _tree(tmp_path)
    checked = publish(_package(), sources, depot=depot, lock_file=lock, check=True)
    assert _tree(tmp_path) == before
    assert not depot.exists()
    assert not lock.parent.exists()
    assert publish(_package(), sources, depot=depot, lock_file=lock, check=False) == checked
    assert checked["changed"] is True
    files, entry = checked["diff"]
    assert files["before"] == ""
    assert f"{checked['digest']}  install.cmd\n" in files["after"]
    assert entry["before"] == ""
    assert f"digest: {checked['digest']}\n" in entry["after"]
    assert entry["after_header"] == str(lock)


def test_what_is_published(tmp_path: Path) -> None:
    sources, depot, lock = _sources(tmp_path / "in"), tmp_path / "depot", tmp_path / "vars" / "lock.yml"
    result = publish(_package(), sources, depot=depot, lock_file=lock, check=False)
    folder = depot / "2026.2.7" / "x64"
    assert result["folder"] == str(folder)
    assert {p.name for p in folder.iterdir()} == {*sources, "install.cmd", "SHA256SUMS"}
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o644}
    assert result["digest"] == sha256_of(folder / "install.cmd")
    lines = [line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in lines}
    assert sums == {name: sha256_of(folder / name) for name in (*sources, "install.cmd")}
    assert yaml.safe_load(lock.read_text()) == {
        "pronote_releases": {
            "2026.2.7": {
                "x64": {
                    "digest": result["digest"],
                    "script": script_record(_package().settings),
                    "technology": "installscript",
                    "removable": _package().can_remove,
                    "files": _package().digests,
                    "size": (folder / "setup.exe").stat().st_size,
                }
            }
        }
    }


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    sources, depot, lock = _sources(tmp_path / "in"), tmp_path / "depot", tmp_path / "lock.yml"
    first = publish(_package(), sources, depot=depot, lock_file=lock, check=False)
    before = _tree(tmp_path)
    second = publish(_package(), sources, depot=depot, lock_file=lock, check=False)
    assert _tree(tmp_path) == before
    assert (second["changed"], second["digest"]) == (False, first["digest"])
    assert second["diff"][0]["before"] == second["diff"][0]["after"]


@pytest.mark.parametrize("name", ["setup.exe", "response.iss", "uninstall.iss", "install.cmd", "SHA256SUMS"])
@pytest.mark.parametrize("damage", ["changed", "deleted"])
def test_a_damaged_depot_is_put_right(tmp_path: Path, name: str, damage: str) -> None:
    sources, depot = _sources(tmp_path / "in"), tmp_path / "depot"
    publish(_package(), sources, depot=depot, lock_file=None, check=False)
    path = depot / "2026.2.7" / "x64" / name
    content = path.read_bytes()
    if damage == "deleted":
        path.unlink()
    else:
        path.write_bytes(content + b"!")
    assert publish(_package(), sources, depot=depot, lock_file=None, check=True)["changed"] is True
    assert publish(_package(), sources, depot=depot, lock_file=None, check=False)["changed"] is True
    assert path.read_bytes() == content
    assert publish(_package(), sources, depot=depot, lock_file=None, check=False)["changed"] is False


def test_the_lock_file_is_merged(tmp_path: Path) -> None:
    lock = tmp_path / "lock.yml"
    lock.write_text("note: kept by hand\npronote_releases:\n  2025.2.9:\n    x64: {digest: abc}\n")
    sources = _sources(tmp_path / "in")
    for arch in ("x64", "x86"):
        publish(_package(arch=arch), sources, depot=tmp_path / "depot", lock_file=lock, check=False)
    merged = yaml.safe_load(lock.read_text())
    assert merged["note"] == "kept by hand"
    assert merged["pronote_releases"]["2025.2.9"] == {"x64": {"digest": "abc"}}
    assert set(merged["pronote_releases"]["2026.2.7"]) == {"x64", "x86"}


def test_two_products_of_one_release(tmp_path: Path) -> None:
    lock, depot = tmp_path / "lock.yml", tmp_path / "depot"
    sources = _sources(tmp_path / "in")
    alone = publish(_package(product=EDT_MONOPOSTE), sources, depot=depot, lock_file=lock, check=False)
    assert alone["folder"] == str(depot / "edt_monoposte" / "2026.2.7" / "x64")
    # The role pronote_client wants the client's releases to be there, even when there is none.
    assert yaml.safe_load(lock.read_text())["pronote_releases"] == {}
    client = publish(_package(), sources, depot=depot, lock_file=lock, check=False)
    assert client["folder"] == str(depot / "2026.2.7" / "x64")
    merged = yaml.safe_load(lock.read_text())
    assert merged["pronote_releases"]["2026.2.7"]["x64"]["digest"] == client["digest"]
    assert merged["pronote_product_releases"]["edt_monoposte"]["2026.2.7"]["x64"]["digest"] == alone["digest"]
    assert client["digest"] != alone["digest"]
    for product in (EDT_MONOPOSTE, PRONOTE_CLIENT):
        again = publish(_package(product=product), sources, depot=depot, lock_file=lock, check=False)
        assert again["changed"] is False


@pytest.mark.parametrize(
    "text", ["pronote_product_releases: [1]\n", "pronote_product_releases: {edt_monoposte: {2026.2.7: text}}\n"]
)
def test_a_lock_file_with_other_products_spoilt_is_refused(tmp_path: Path, text: str) -> None:
    lock = tmp_path / "lock.yml"
    lock.write_text(text)
    with pytest.raises(ValueError, match=r"lock\.yml is not a lock file"):
        publish(
            _package(product=EDT_MONOPOSTE),
            _sources(tmp_path / "in"),
            depot=tmp_path / "depot",
            lock_file=lock,
            check=False,
        )
    assert lock.read_text() == text


def test_a_lost_lock_file_is_written_again(tmp_path: Path) -> None:
    sources, lock = _sources(tmp_path / "in"), tmp_path / "lock.yml"
    publish(_package(), sources, depot=tmp_path / "depot", lock_file=lock, check=False)
    content = lock.read_text()
    lock.unlink()
    assert publish(_package(), sources, depot=tmp_path / "depot", lock_file=lock, check=False)["changed"] is True
    assert lock.read_text() == content


@pytest.mark.parametrize(
    "text",
    [
        "- a list\n",
        "just text\n",
        "a: [unclosed\n",
        "a: b: c\n",
        "\t- tab\n",
        "x: !!python/object/apply:os.system [true]\n",
        "pronote_releases: [1]\n",
        "pronote_releases: {2026.2.7: text}\n",
        "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
        "a: \x00\n",
    ],
)
def test_a_corrupt_lock_file_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    sources, depot, lock = _sources(tmp_path / "in"), tmp_path / "depot", tmp_path / "lock.yml"
    lock.write_text(text)
    with pytest.raises(ValueError, match=r"lock\.yml is not a lock file"):
        publish(_package(), sources, depot=depot, lock_file=lock, check=False)
    assert lock.read_text() == text
    assert not depot.exists()


def test_a_lock_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "lock.yml"
    lock.write_bytes("note: été\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"lock\.yml is not a lock file"):
        publish(_package(), _sources(tmp_path / "in"), depot=tmp_path / "depot", lock_file=lock, check=False)


def test_a_copy_cut_short_leaves_no_release(tmp_path: Path) -> None:
    sources, depot = _sources(tmp_path / "in"), tmp_path / "depot"
    sources["response.iss"].unlink()  # gone between its hashing and its copy
    with pytest.raises(FileNotFoundError):
        publish(_package(), sources, depot=depot, lock_file=tmp_path / "lock.yml", check=False)
    assert not (depot / "2026.2.7" / "x64" / "install.cmd").exists()
    assert not (tmp_path / "lock.yml").exists()


def test_a_file_swapped_after_its_hashing_is_refused(tmp_path: Path) -> None:
    sources, depot = _sources(tmp_path / "in"), tmp_path / "depot"
    sources["setup.exe"].write_bytes(b"MZ something else")
    with pytest.raises(ValueError, match=r"setup\.exe changed"):
        publish(_package(), sources, depot=depot, lock_file=None, check=False)
    assert not (depot / "2026.2.7" / "x64" / "install.cmd").exists()
