# SPDX-License-Identifier: GPL-3.0-or-later
"""A store as a task's option. I/O: the environment."""

from __future__ import annotations

from ansible.module_utils.common.validation import check_type_path, check_type_str

from .address import is_server

__all__ = ["store_address"]


def store_address(value: object) -> str:
    """The type of an option that says where a store is: a path, which is expanded as Ansible does with one of its type
    ``path``; or an address, which stays as it is, since ``$`` and ``~`` are letters of it."""
    text = str(check_type_str(value))
    return text if is_server(text) else str(check_type_path(text))
