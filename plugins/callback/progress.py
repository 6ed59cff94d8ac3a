# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: notification
short_description: How far a deployment or an audit is, live on a terminal
version_added: 0.1.0
description:
  - On a terminal, a few lines below Ansible's own output show the rooms, the stations at work with what is done on
    them, the bytes and the time left where they are known, and the last failures. The bytes of a download cost its
    station one request more at each look, which only a live view asks for.
  - Elsewhere (a file, a pipe, CI, cron, AWX), a plain line now and then, without escape codes.
  - The run ends with one block, which says for each deployment, dry run and audit how many stations ended how, by
    school, and for each reason whom it keeps and what to do. P(rentree.pronote.console#callback) prints it when that is
    the callback for stdout. Under any other one this callback does, also when every station of a deployment has failed
    and Ansible ends the play before its last task. The schools of such a deployment are given back here, too.
  - Any other play that had stations to work on ends with one line.
  - Where stdout is for a program (C(json), C(jsonl)), what is printed here goes to stderr.
  - It goes with any stdout callback, replaces none, and has no effect on the run or its exit code, even when it breaks.
options:
  mode:
    description:
      - V(auto) shows the live view on a terminal and plain lines elsewhere. V(live) and V(plain) ask for one of them,
        and V(off) for none. There is no live view without a terminal, whatever is asked for.
    type: str
    choices: [auto, live, plain, "off"]
    default: auto
    env: [{name: RENTREE_PROGRESS}]
    ini: [{section: callback_progress, key: mode}]
  interval:
    description: Seconds between two plain lines.
    type: float
    default: 60
    env: [{name: RENTREE_PROGRESS_INTERVAL}]
    ini: [{section: callback_progress, key: interval}]
  language:
    description:
      - Language of the view.
      - The variable C(pronote_language) of the play's first station comes first, as for everything that people read.
      - C(RENTREE_PROGRESS_LANGUAGE) and C(language) below C([callback_progress]) are deprecated.
    type: str
    choices: [fr, en]
    default: fr
    env: [{name: RENTREE_PROGRESS_LANGUAGE}, {name: RENTREE_LANGUAGE}]
    ini: [{section: callback_progress, key: language}, {section: rentree, key: language}]
requirements:
  - enabled in C(callbacks_enabled), as the C(ansible.cfg) of this repository does
author: rentree.pronote contributors (@rentree)
"""

from typing import Any

from ..plugin_utils.words.entrance import entrance


def __getattr__(name: str) -> Any:
    return entrance("progress", name)
