from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.splitter import parse_kv
from ansible.parsing.vault import VaultLib
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.given import as_typed
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.vault import of_text

_KEY = "pronote_init_password"


def _file(path: Path, *, mode: int, encrypt: bool = False, text: str = "{{ hunter2 }}") -> dict[str, Any]:
    """The variables of a file, as ``-e @file`` reads them."""
    content = f"{_KEY}: '{text}'\n".encode()
    loader = DataLoader()
    if encrypt:
        content = VaultLib().encrypt(content, secret=of_text("vault")[0][1])
        loader.set_vault_secrets(list(of_text("vault")))
    path.write_bytes(content)
    path.chmod(mode)
    read: dict[str, Any] = loader.load_from_file(str(path), trusted_as_template=True)
    return read


def test_a_password_is_taken_as_it_is_typed(tmp_path: Path) -> None:
    extra = _file(tmp_path / "a.yml", mode=0o600)
    assert as_typed(extra, extra=extra) == "{{ hunter2 }}"
    assert as_typed({}, extra={}) == ""
    # A role's default, or what is encrypted by itself, is on no command line.
    assert as_typed({_KEY: ""}, extra={}) == ""


def test_a_file_that_others_can_read_is_refused_unless_it_is_encrypted(tmp_path: Path) -> None:
    extra = _file(tmp_path / "a.yml", mode=0o640)
    with pytest.raises(ValueError, match=r"a.yml holds a password and can be read by others: chmod 600") as caught:
        as_typed(extra, extra=extra)
    assert "hunter2" not in str(caught.value)
    extra = _file(tmp_path / "b.yml", mode=0o644, encrypt=True)
    assert as_typed(extra, extra=extra) == "{{ hunter2 }}"


@pytest.mark.parametrize("json", [True, False], ids=["json", "key=value"])
def test_a_command_line_is_refused(json: bool) -> None:
    text = f'{{"{_KEY}": "hunter2"}}'
    extra = DataLoader().load(text) if json else parse_kv(f"{_KEY}=hunter2")
    with pytest.raises(ValueError, match="is on the command line") as caught:
        as_typed(extra, extra=extra)
    assert "hunter2" not in str(caught.value)
