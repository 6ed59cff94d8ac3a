# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: depot_release
short_description: Publish a release in a depot folder of the controller
version_added: 0.1.0
description:
  - Puts the installer, its response files, C(install.cmd) and C(SHA256SUMS) into C(release/arch/) below the depot, and
    the digests that stations check into the inventory's lock file. Releases of another product than the client lie
    below a folder with the product's name.
  - C(install.cmd) is rendered once per release and architecture and pins the digests of the other files. It is written
    last, so a folder without it is not a published release.
options:
  depot:
    description: Folder of the depot.
    type: path
    required: true
  product:
    description: The product.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
  release:
    description: The release.
    type: str
    required: true
  arch:
    description: Architecture of the installer.
    type: str
    choices: [x64, x86]
    default: x64
  technology:
    description: Technology of the installer.
    type: str
    choices: [custom, installscript, msi, nsis]
    default: installscript
  installer:
    description: The installer.
    type: path
    required: true
  installer_sha256:
    description: SHA-256 that the installer must have.
    type: str
  response:
    description:
      - Response file for installing, needed by O(technology=installscript). It is checked, and published as a setup
        reads it, whatever its encoding and its line ends.
    type: path
  response_release:
    description:
      - The release that the response file was recorded for. By default what its name says, when it is one of a store of
        recordings (M(rentree.pronote.response_record)). When it is not O(release), the lock file says so, and the
        release is to be tried on one pilot station first.
    type: str
    default: ""
  response_accept:
    description: Codes of findings in the response files to put up with.
    type: list
    elements: str
    choices:
      [cancelled, extra_dialog, launches, maintenance, miscounted, network_path, no_application, no_dialog, no_end,
      no_header, no_order, not_number, not_removal, not_response, only_message, other_language, other_product,
      other_year, reboots, refused, relative_path, removes, setup_failed, several_products, truncated, user_folder,
      went_back]
    default: []
  update_response:
    description:
      - Response file for going over an earlier release of the year, where the setup asks other dialogs. Without it,
        the one for installing is tried.
    type: path
  uninstall_response:
    description: Response file for removing. Without it, O(technology=installscript) releases cannot be removed.
    type: path
  product_code:
    description: Product code of the uninstall entry, C({8-4-4-4-12}). Needed for removing.
    type: str
    default: ""
  arguments:
    description: Silent arguments of the installer, for O(technology=custom).
    type: str
    default: ""
  uninstall_arguments:
    description: Silent arguments of the uninstaller, for O(technology=custom).
    type: str
    default: ""
  success_codes:
    description: Exit codes that mean success. By default those of the technology.
    type: list
    elements: int
    default: []
  busy_timeout:
    description:
      - How long a station waits while the depot says that it is full (HTTP 503 or 429), in seconds.
    type: int
    default: 3600
  log_timeout:
    description: How long the setup may work on after its first process ended, in seconds.
    type: int
    default: 1800
  lock_file:
    description:
      - Lock file that gets the digests, under C(pronote_releases) for the client and under
        C(pronote_product_releases) for other products. The rest of it is left as it is.
    type: path
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client
"""

EXAMPLES = r"""
- name: Publish a release
  rentree.pronote.depot_release:
    depot: /srv/pronote
    release: 2026.2.7
    installer: /home/admin/Install_PRNclient_FR_2026.2.7_win64.exe
    response: /home/admin/client-2026-x64.iss
    lock_file: inventories/my_schools/group_vars/all/pronote_releases.lock.yml
"""

RETURN = r"""
digest:
  description: SHA-256 of C(install.cmd).
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
files:
  description: SHA-256 of every file of the release by name, C(install.cmd) and C(SHA256SUMS) too.
  returned: success
  type: dict
  sample: {"setup.exe": "1463a99a79cd128f162d1d9138a2a961d25c5fd77f15539e8aa8f417b2fa8342"}
place:
  description: The same folder as RV(folder), relative to O(depot).
  returned: success
  type: str
  sample: 2026.2.7/x64
folder:
  description: Folder of the release.
  returned: success
  type: str
  sample: /srv/pronote/2026.2.7/x64
"""
