# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: words
short_description: A text for people, in their language
version_added: 0.2.0
description:
  - What roles and playbooks say, from the catalogue that everything else is said from. The language is that of the
    variable C(pronote_language), V(fr) by default.
  - The text is a literal, in English, so that it is found for the catalogue. One that the catalogue does not have is
    given back as it is.
options:
  _terms:
    description:
      - One text. What is put into it is named in braces, and given by an argument of that name, as in the examples.
    type: list
    elements: str
    required: true
notes:
  - A text is one line. In what is put into it, what could move the cursor of a terminal is replaced by V(�).
author: rentree.pronote contributors (@rentree)
"""

EXAMPLES = r"""
- name: Ask for the inventory
  ansible.builtin.assert:
    that: pronote_schedule_inventory | length > 0
    fail_msg: >-
      {{ lookup('rentree.pronote.words',
      'Set pronote_schedule_inventory to the inventory that is to be audited, as a full path.') }}

- name: Say where the depot is
  ansible.builtin.debug:
    msg: "{{ lookup('rentree.pronote.words', 'the depot is in {folder}', folder=pronote_depot_path) }}"
"""

RETURN = r"""
_list:
  description: The text.
  type: list
  elements: str
  sample: [Indiquer dans pronote_schedule_inventory l'inventaire à auditer, par son chemin complet.]
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ..module_utils.base.text import printable_line
from ..plugin_utils.doors.language import words_of

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
