# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: client_settings
short_description: Put the address of the school's server on a station, for all its users
version_added: 0.1.0
description:
  - Writes the connection settings (C(.pcprn)) of the hosted server below Program Files, where users can read and only
    administrators can write, and a shortcut on the public desktop that opens them with the client of the right year.
  - What is not given by hand comes from the server's own file, C(ParamClient.pcprn), which is asked for once per server
    and lifetime, whatever the number of stations, in check mode too. It must be one line, and name the server itself;
    what else it is, is an error that names the server, before any station is asked anything.
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
  url:
    description: Base address of the hosted server, when it is not the one its UAI has.
    type: str
    default: ""
  label:
    description:
      - The server's name as users see it, up to 100 characters without colon. By default what the server says.
      - With O(label) and O(address) the server is not asked.
    type: str
    default: ""
  address:
    description:
      - The server's name or address. By default what the server says, which must be the host of O(url) or
        C(<UAI>.index-education.net).
      - With its port, as in V(host:49301), that counts before O(port).
    type: str
    default: ""
  port:
    description: Its TCP port. V(0) is what the server says, and V(49300) when it is not asked.
    type: int
    default: 0
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
  - rentree.pronote.attributes.hosted
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client
"""

EXAMPLES = r"""
- name: Let users find the school's server
  rentree.pronote.client_settings:
    release: 2026.2.7
    uai: 0310001A
    remove_older_shortcuts: true

- name: The same, without asking the server
  rentree.pronote.client_settings:
    release: 2026.2.7
    uai: 0310001A
    label: Lycée Exemple
    address: 0310001A.index-education.net
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
  description: What kind of failure it was, as for M(rentree.pronote.client), or V(server) for the hosted server.
  returned: failure
  type: str
  sample: fact
server:
  description: The hosted server that could not be used.
  returned: failure of kind V(server)
  type: str
  sample: https://0310001A.index-education.net/pronote/
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
