# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: client_settings
short_description: Put the address of the school's server on a station, for all its users
version_added: 0.1.0
description:
  - Writes the connection settings (C(.pcprn)) of the hosted server below Program Files, where users can read and only
    administrators can write, and a shortcut on the public desktop that opens them with the client of the right year.
  - A station without that client is left as it is.
  - No PowerShell and no script host is started on the station.
options:
  state:
    description: V(absent) removes the settings and the shortcut.
    type: str
    choices: [present, absent]
    default: present
  release:
    description: A release of the client; its year counts.
    type: str
    required: true
  uai:
    description: UAI of the station's school.
    type: str
    required: true
  label:
    description: The server's name as users see it, up to 100 characters without colon.
    type: str
    required: true
  address:
    description: The server's name or address. By default C(<UAI>.index-education.net).
    type: str
    default: ""
  port:
    description: Its TCP port.
    type: int
    default: 49300
  shortcut:
    description: Whether the shortcut is put on the public desktop.
    type: bool
    default: true
  remove_older_shortcuts:
    description: Remove shortcuts to PRONOTE of earlier years from the public desktop, whoever put them there.
    type: bool
    default: false
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client
"""

EXAMPLES = r"""
- name: Let users find the school's server
  rentree.pronote.client_settings:
    release: 2026.2.7
    uai: 0310001A
    label: Lycée Exemple
    remove_older_shortcuts: true
"""

RETURN = r"""
action:
  description: What was decided, V(none), V(write), V(remove) or V(skip).
  returned: success
  type: str
  sample: write
reason:
  description: Why.
  returned: success
  type: str
  sample: the settings differ
kind:
  description: What kind of failure it was, as for M(rentree.pronote.client).
  returned: failure
  type: str
  sample: fact
fact:
  description: What was found.
  returned: failure
  type: str
  sample: the settings were written, but they are not as they are to be
remedy:
  description: What to do about it.
  returned: failure
  type: str
  sample: Something on the station puts them back (a policy, another tool); find it, run again.
"""
