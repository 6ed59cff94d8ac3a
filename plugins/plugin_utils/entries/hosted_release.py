# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup ``hosted_release`` (plugins/lookup/hosted_release.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ...module_utils.base.text import printable_line
from ...module_utils.server.answers import cache_notes
from ...module_utils.server.release import served_release
from ...module_utils.server.request import HOSTED_ARGUMENTS
from ..doors.hosted import in_words
from ..doors.language import words_of
from ..inventory.asking import asking
from ..station.telling import telling


class LookupModule(LookupBase):
    """Documentation above."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        self.set_options(var_options=variables, direct=kwargs)
        options = asking(**{name: self.get_option(name) for name in HOSTED_ARGUMENTS})
        answers: list[Any] = []
        for term in terms:
            served = served_release(
                term, self.get_option("url") or "", options=options, allow_stale=self.get_option("allow_stale")
            )
            words = words_of({}, variables or {}, self._templar.template if self._templar else str)
            for warning in cache_notes():
                telling.warning(words.of(warning))
            if served.release is None:
                raise AnsibleLookupError(printable_line(words.of(served.error)))
            for warning in served.warnings:
                telling.warning(words.of(warning))
            answers.append(in_words(served.as_dict(), words) if self.get_option("full") else str(served.client))
        return answers
