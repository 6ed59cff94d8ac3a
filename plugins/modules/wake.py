# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: wake
short_description: Wake the stations of the play that do not answer
version_added: 0.1.0
description:
  - Tries the WinRM port of the stations of the play that are to be woken, all at once, sends a magic packet
    (Wake-on-LAN) for those that take no connection, and waits until they do. The wait is one for all, so a dead station
    costs O(timeout) once.
  - Runs once, on the controller. Never fails. A station that stays silent is unreachable for the tasks after it.
  - Each station's address is that of its winrm connection, its card is C(pronote_mac). The packet goes to
    C(pronote_wake_broadcast) (255.255.255.255), port C(pronote_wake_port) (9). Variables are those that a task of the
    station's own would have, of every source.
  - Where broadcasts do not cross, C(pronote_wake_relay) names a host of the inventory in the stations' network, a Linux
    reached with ssh (keys only) that has Python 3, or one whose C(ansible_connection) is V(local). A Windows relay is
    not supported, since nothing on a stock Windows sends a datagram but PowerShell.
  - What was woken is remembered in the store before the packet is sent, so that M(rentree.pronote.client) switches it
    off again at its end, in a later run too. A session opened meanwhile, or twelve hours, make it somebody else's.
options:
  arguments:
    description:
      - Name of a variable with O(enabled), O(timeout) and O(store) of each station. Its values are templated for each
        station, so it belongs in C(vars) of the task. What it leaves out is as the task itself says.
      - Without it these options are the same for all stations, and have the values that they have for the first one.
    type: str
    default: ""
    version_added: 0.2.0
  enabled:
    description: Whether a station is to be woken. One that is not is not looked for either.
    type: bool
    default: true
    version_added: 0.2.0
  timeout:
    description: How long to wait for a station, in seconds from the last packet on.
    type: float
    default: 300
  connect_timeout:
    description: How long one connection may take, in seconds.
    type: float
    default: 3
  poll_interval:
    description: Pause between two rounds, in seconds. A round is one connection for each station still silent.
    type: float
    default: 5
  pause:
    description:
      - Pause between two magic packets of a school, or of a relay, in seconds. A room that starts at the same instant
        trips its breaker.
    type: float
    default: 0.2
  store:
    description: The store's file (C(pronote_state)). Without it nothing is switched off again.
    type: str
    default: ""
extends_documentation_fragment:
  - rentree.pronote.attributes
attributes:
  diff_mode:
    support: N/A
    details: There is nothing to compare.
  idempotent:
    details: Stations that answer are left alone.
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client
"""

EXAMPLES = r"""
- name: Wake the stations that do not answer
  rentree.pronote.wake:
    store: "{{ lookup('rentree.pronote.place', 'state/pronote.sqlite3') }}"
    timeout: 240

- name: Wake those of the rooms that say so
  rentree.pronote.wake:
    arguments: of_each
  vars:
    of_each:
      enabled: "{{ room_is_woken | default(false) }}"
"""

RETURN = r"""
woken:
  description: Stations that were woken, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: [salle101-03]
still_silent:
  description: Stations that did not answer in time, or for which no packet could be sent.
  returned: always
  type: list
  elements: str
  sample: []
without_mac:
  description: Silent stations that have no C(pronote_mac).
  returned: always
  type: list
  elements: str
  sample: [cdi-02]
"""
