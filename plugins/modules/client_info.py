# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: client_info
short_description: Read what PRONOTE clients a station has
version_added: 0.1.0
description:
  - Reads a Windows station over its stock P(ansible.builtin.winrm#connection) connection, with WinRS commands and WMI
    reads. No PowerShell is started on the station, and nothing is written there.
  - Every client of the registry and of the disk is reported, half-removed ones too, with the release of the program
    itself (its version resource). What the uninstall entry says of versions is not to be trusted.
  - Costs at most nine requests with Basic authentication when one client is installed, one more for each further one.
options:
  product:
    description: The product to look for.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client
  - module: rentree.pronote.audit
"""

EXAMPLES = r"""
- name: Read the clients of the station
  rentree.pronote.client_info:
  register: station

- name: Show the stations where somebody is at work
  ansible.builtin.debug:
    msg: "{{ inventory_hostname }}: {{ station.running }}"
  when: station.session_open
"""

RETURN = r"""
clients:
  description: The installed clients, oldest year first, and what is left of half-removed ones.
  returned: success
  type: list
  elements: dict
  sample:
    - year: 2026
      release: 2026.2.7
      arch: x64
      condition: ok
      name: INDEX EDUCATION - Client PRONOTE 2026
      path: C:\Program Files\Index Education\Pronote 2026\Réseau\Client\Client PRONOTE.exe
      product_code: "{02871376-45F6-4642-9D84-C7681ABE361F}"
      uninstall_string: >-
        "C:\Program Files (x86)\InstallShield Installation Information\{02871376-45F6-4642-9D84-C7681ABE361F}\setup.exe"
        -runfromtemp -l0x040c  -removeonly
      registry_view: 32
  contains:
    year:
      description: Year of the client, from the entry's name or the folder.
      type: int
      sample: 2026
    release:
      description: Release of the program itself; V(null) when there is no program or it has no readable version.
      type: str
      sample: 2026.2.7
    arch:
      description: V(x64) or V(x86); V(null) when nothing tells.
      type: str
      sample: x64
    condition:
      description: V(ok), V(entry_without_exe), V(exe_without_entry) or V(version_unreadable).
      type: str
      sample: ok
    name:
      description: Name of the uninstall entry.
      type: str
      sample: Client PRONOTE 2023 - 64bit
    path:
      description: Path of the program.
      type: str
      sample: C:\Program Files\Index Education\Pronote 2026\Réseau\Client\Client PRONOTE.exe
    product_code:
      description: Product code of the uninstall entry.
      type: str
      sample: "{02871376-45F6-4642-9D84-C7681ABE361F}"
    uninstall_string:
      description: Command line of the uninstall entry.
      type: str
      sample: '"C:\...\setup.exe" -runfromtemp -l0x040c  -removeonly'
    registry_view:
      description: Registry view that holds the entry, 64 or 32.
      type: int
      sample: 64
updater:
  description: Name of the updater's entry, V(null) when there is none.
  returned: success
  type: str
  sample: Mise à jour automatique - Index Education -
foreign:
  description: Other entries of the same house, or of the same name by another publisher. Never touched.
  returned: success
  type: list
  elements: str
  sample: ["EDT 2025 Monoposte"]
running:
  description: Processes of the client.
  returned: success
  type: list
  elements: dict
  sample: [{"image": "Client PRONOTE.exe", "pid": 4321, "session": 1}]
session_open:
  description: Whether somebody has a session open on the station, locked or disconnected ones included.
  returned: success
  type: bool
  sample: true
pending_reboot:
  description:
    - Why Windows waits for a restart, among V(component_servicing), V(windows_update) and V(product_renames) (files of
      the product's folder are to be renamed at the next start).
    - V(file_renames) says that others' files are; many PCs have some for ever, and no restart is due for that alone.
  returned: success
  type: list
  elements: str
  sample: [windows_update]
free_bytes:
  description: Free space on the system drive, in bytes; V(null) when it could not be read.
  returned: success
  type: int
  sample: 53687091200
system_drive:
  description: The system drive.
  returned: success
  type: str
  sample: "C:"
arch:
  description: Architecture of Windows, V(x64), V(x86), V(arm64) or what Windows says.
  returned: success
  type: str
  sample: x64
windows:
  description: Name, build and release of Windows.
  returned: success
  type: dict
  sample: {"name": "Windows 10 Pro", "build": "19045", "release": "22H2"}
edition:
  description: The edition of Windows as the registry has it (C(EditionID)).
  returned: success
  type: str
  sample: Education
frozen:
  description:
    - What puts the station back to an image at each start and is in force now, among V(Deep Freeze),
      V(Reboot Restore Rx), V(Shadow Defender) and V(UWF); empty for nothing. Costs one request more where there is one
      (its last start), two with UWF, none elsewhere.
  returned: success
  type: str
  sample: ""
boot:
  description: When a frozen station has started; empty for any other.
  returned: success
  type: str
  sample: ""
code_integrity:
  description:
    - What lets run listed programs only, among V(s_mode), V(se) (Windows 11 SE) and V(smart_app_control); empty for
      nothing that can be read.
  returned: success
  type: str
  sample: ""
jobs:
  description: Names of deployment jobs on the station, under way or left over.
  returned: success
  type: list
  elements: str
  sample: []
startup:
  description:
    - What the start-up script has left on the station (M(rentree.pronote.startup_script)), with C(release) (the one
      that is pinned in it), C(state), C(has), C(step), C(code) and C(file); V(null) where none has run.
  returned: success
  type: dict
  sample: {"release": "2026.2.7", "state": "right", "has": "2026.2.7", "step": "done", "code": 0, "file": "setup.exe"}
kind:
  description:
    - What kind of failure it was, V(unreachable), V(refused), V(quota), V(timeout), V(running), V(fault), V(fact),
      V(configuration) or V(controller); for an answer that is not believed V(redirect), V(unencrypted), V(packed),
      V(oversize) or V(endless).
  returned: failure
  type: str
  sample: refused
fact:
  description: What was found.
  returned: failure
  type: str
  sample: the station refuses the user name or the password
remedy:
  description: What to do about it.
  returned: failure
  type: str
  sample: Check ansible_user and ansible_password for this station (vault).
"""
