# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: response_record
short_description: Record a response file on a reference station
version_added: 0.1.0
description:
  - Opens the setup, in the mode that records, on the screen of the administrator who is logged on at the station. He
    answers the dialogs; this module waits, fetches the recording, checks it and keeps it in O(store) with its release,
    architecture, language and product code.
  - The setup is fetched into a folder that only administrators can write to, and is started only when it has O(sha256).
    The scheduled task that shows it belongs to the group Administrators, so it starts in the session of one of them,
    with full rights, without a password. In the session of anybody else it does not start.
  - A recording does what it records. After V(install) the client is on the station, after V(uninstall) it is gone.
  - What was begun is found again. A setup that is still open is waited for, a recording that was made is fetched, and
    neither is begun a second time. The station keeps nothing but the client.
options:
  product:
    description: The product.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
  modes:
    description:
      - What is recorded, in this order. V(install) fetches the setup of O(release) and installs the client, which must
        not be there in any release of that year. V(update) does the same over an earlier release of that year, which
        must be there. V(uninstall) starts the removal of the client that is installed.
    type: list
    elements: str
    choices: [install, update, uninstall]
    default: [install, uninstall]
  state:
    description:
      - V(present) has the recording in the store.
      - V(absent) gives up what was begun on the station. The setup is closed, and nothing of it stays. The store is
        left as it is.
    type: str
    choices: [present, absent]
    default: present
  release:
    description: The release whose setup is recorded.
    type: str
    required: true
  arch:
    description: Architecture of that setup.
    type: str
    choices: [x64, x86]
    default: x64
  url:
    description:
      - Where the station fetches the setup. Needed for V(install) and V(update) of O(modes), unless they are recorded
        already.
    type: str
    default: ""
  sha256:
    description: SHA-256 of the setup; another file is not run. Needed with O(url).
    type: str
    default: ""
  store:
    description: Folder of the controller that keeps the recordings.
    type: path
    required: true
  language:
    description: Language that the setup must have been recorded in, V(0x040c) or V(1036) for French.
    type: str
    default: "0x040c"
  accept:
    description: Codes of findings to put up with. They are kept in what is remembered of the recording.
    type: list
    elements: str
    choices:
      [cancelled, extra_dialog, launches, maintenance, miscounted, network_path, no_application, no_dialog, no_end,
      no_header, no_order, not_number, not_removal, not_response, only_message, other_language, other_product,
      other_year, reboots, refused, relative_path, removes, setup_failed, several_products, truncated, user_folder,
      went_back]
    default: []
  force:
    description: Record again what is in the store already.
    type: bool
    default: false
  answer_timeout:
    description:
      - How long the person may take for the dialogs, in seconds. The setup stays open, and the next run goes on.
    type: float
    default: 1800
  start_timeout:
    description: How long the setup may take to appear on the screen, in seconds.
    type: float
    default: 60
  poll_interval:
    description: Pause between two looks at the station, in seconds.
    type: float
    default: 5
  reconnect_timeout:
    description: How long to wait for a station that stopped answering, in seconds.
    type: float
    default: 300
  fetch_timeout:
    description: How long fetching the setup may take, in seconds. The next run goes on where it stopped.
    type: float
    default: 3600
  verify_timeout:
    description: How long the client may take to appear, or to go, once the setup has closed, in seconds.
    type: float
    default: 60
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.depot_release
  - module: rentree.pronote.client
"""

EXAMPLES = r"""
- name: Record the installation, then the removal
  rentree.pronote.response_record:
    release: 2026.2.7
    url: http://depot.example.org/pronote/2026.2.7/x64/setup.exe
    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    store: "{{ inventory_dir }}/responses"

- name: Record the removal of the client that is there
  rentree.pronote.response_record:
    modes: [uninstall]
    release: 2026.2.7
    store: "{{ inventory_dir }}/responses"
"""

RETURN = r"""
recordings:
  description: One entry for each of O(modes).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the recording in the store.
      type: str
      sample: pronote_client-2026.2.7-x64.iss
    mode:
      description: What it records.
      type: str
      sample: install
    action:
      description:
        - What was decided, V(none), V(record), V(follow) (the setup of an earlier run is open), V(fetch) (an earlier
          run recorded it), V(tidy) (leftovers) or V(cancel).
      type: str
      sample: record
    reason:
      description: Why.
      type: str
      sample: pronote_client-2026.2.7-x64.iss is not in the store
    file:
      description: Its path.
      type: str
      sample: /home/admin/inventory/responses/pronote_client-2026.2.7-x64.iss
    findings:
      description: What is to be known of the recording, without being an error.
      type: list
      elements: str
      sample: []
    product_code:
      description: Product code of the setup. Only when something was recorded.
      type: str
      sample: "{02871376-45F6-4642-9D84-C7681ABE361F}"
    dialogs:
      description: The dialogs that were answered, in order. Only when something was recorded.
      type: list
      elements: str
      sample: [SdWelcome-0, SdLicense2-0, SdFinish-0]
  sample:
    - name: pronote_client-2026.2.7-x64.iss
      mode: install
      action: record
      reason: pronote_client-2026.2.7-x64.iss is not in the store
      file: /home/admin/inventory/responses/pronote_client-2026.2.7-x64.iss
      findings: []
      product_code: "{02871376-45F6-4642-9D84-C7681ABE361F}"
      dialogs: [SdWelcome-0, SdLicense2-0, SdFinish-0]
kind:
  description: What kind of failure it was, as for M(rentree.pronote.client).
  returned: failure
  type: str
  sample: fact
fact:
  description: What was found.
  returned: failure
  type: str
  sample: "the recording cannot be used: a box of the last dialog is ticked (SdFinish-0 bOpt1=1)"
remedy:
  description: What to do about it.
  returned: failure
  type: str
  sample: Untick « Lancer PRONOTE après installation » in the last dialog and record it again.
"""
