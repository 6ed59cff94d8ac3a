# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup ``words`` (plugins/lookup/words.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ...module_utils.base.text import printable_line
from ..doors.language import words_of

_NAME = "rentree.pronote.words"


class LookupModule(LookupBase):
    """Documentation above."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """One text, one line. Raises AnsibleLookupError for more, or for a placeholder without a value."""
        words = words_of({}, variables or {}, self._templar.template if self._templar else str)
        if len(terms) != 1 or not isinstance(terms[0], str):
            raise AnsibleLookupError(
                words("{lookup} says one text at a time, not {number}", lookup=_NAME, number=len(terms))
            )
        try:
            return [printable_line(words(str(terms[0]), **kwargs))]
        except KeyError as exc:
            raise AnsibleLookupError(
                words("{lookup}: no value for {name} in {text}", lookup=_NAME, name=str(exc), text=repr(terms[0]))
            ) from exc
