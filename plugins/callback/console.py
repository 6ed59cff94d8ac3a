# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: console
type: stdout
short_description: Ansible's output for a person, with the end of a run in one block
version_added: 0.3.0
description:
  - What P(ansible.builtin.default#callback) prints, without what nobody waits for. C(included), turns, gates, facts and
    tasks that ran once for all stations and have nothing to say are shown with C(-v) only.
  - A failure is one line with its text instead of a dump of its result. What to do about it is in the block that ends
    the run, once for all stations that it keeps; where no block follows, it is in the line.
  - A station that is left for later or held back is no C(ok), and its line says why.
  - The run ends with one block, which says for each deployment, dry run and audit how many stations ended how, by
    school, and for each reason whom it keeps and what to do.
  - Tables have the width of the terminal.
  - Differences (C(--diff)), the recap and the exit code are as they are. The recap counts tasks, and programs read its
    lines. A station that is held back or left for later has failed in none of them, and is C(ok) there. The block that
    follows says what became of it.
  - What breaks here ends with Ansible's own output.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - set as C(stdout_callback), as the C(ansible.cfg) of this repository does
seealso:
  - plugin: rentree.pronote.progress
    plugin_type: callback
author: rentree.pronote contributors (@rentree)
"""

from typing import Any

from ..plugin_utils.words.entrance import entrance


def __getattr__(name: str) -> Any:
    return entrance("console", name)
