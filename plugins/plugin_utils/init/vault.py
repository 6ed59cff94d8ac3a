# SPDX-License-Identifier: GPL-3.0-or-later
"""The account, encrypted as ansible-vault does it, and the file with the vault's password. I/O: files and Ansible."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, VaultSecret, get_file_vault_secret, is_encrypted

from ...module_utils.base.message import Message
from .files import says_the_same

__all__ = ["Secrets", "compared", "encrypted", "new_password", "of_file", "of_text"]

Secrets = Sequence[tuple[str, Any]]
"""As Ansible has them: an identity, and the password."""

_IDENTITY: Final = "default"


def of_text(password: str) -> Secrets:
    """A password that somebody has typed."""
    return [(_IDENTITY, VaultSecret(password.encode()))]


def of_file(path: Path, loader: Any) -> Secrets:
    """The password of a file, or what a program prints, as ansible-vault takes it. Raises ValueError."""
    try:
        secret = get_file_vault_secret(filename=str(path), loader=loader)
        secret.load()
    except AnsibleError as exc:
        raise ValueError(Message("{path} gives no password: {error}", path=str(path), error=str(exc))) from exc
    return [(_IDENTITY, secret)]


def new_password() -> bytes:
    """What a file of a password has that nobody needs to type."""
    return f"{secrets.token_urlsafe(32)}\n".encode()


def encrypted(content: bytes, known: Secrets) -> bytes:
    """What ansible-vault makes of it, by the first of the passwords."""
    made: bytes = VaultLib().encrypt(content, secret=known[0][1])
    return made + (b"" if made.endswith(b"\n") else b"\n")


def compared(there: bytes, content: bytes | None, known: Secrets) -> Message | None:
    """What is to be said of a vault that is there, beside what it would hold; None where it is the same, or where
    nothing is known of what it would hold."""
    if not is_encrypted(there):
        return Message(
            "it is not encrypted: everybody who reads it has the password. Encrypt it: ansible-vault encrypt"
        )
    if content is None:
        return None
    try:
        opened = VaultLib(known).decrypt(there)
    except AnsibleError:
        return Message("it cannot be opened with this password, so that nobody knows what is in it")
    return (
        None
        if says_the_same(opened, content)
        else Message("it has another account or password. To change it: ansible-vault edit")
    )
