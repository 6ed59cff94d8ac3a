# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: depot_mirror
short_description: Copy a published release to a web server's folder
version_added: 0.1.0
description:
  - Copies the files of a release that M(rentree.pronote.depot_release) published on the controller to the host of the
    task, over its ordinary connection, and verifies the SHA-256 of each there. M(ansible.builtin.copy) does the work,
    so a station sees the old file or the new one, never half a file; C(SHA256SUMS) and C(install.cmd) come last.
  - The controller's depot is locked meanwhile, as by M(rentree.pronote.depot_release) and M(rentree.pronote.prepare).
  - A copy that was cut off is gone on with by the next run. Files with the right digest are not copied again.
options:
  src:
    description: Folder of the release on the controller.
    type: path
    required: true
  dest:
    description: Folder of the release on the web server, an absolute path. It is made when it is missing.
    type: path
    required: true
  files:
    description: SHA-256 of every file by name, as M(rentree.pronote.depot_release) returns them.
    type: dict
    required: true
  existing:
    description: Only bring a copy up to date that is there already; a release without one stays without.
    type: bool
    default: false
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.depot_release
"""

EXAMPLES = r"""
- name: Copy the release to the web server
  rentree.pronote.depot_mirror:
    src: /srv/pronote/2026.2.7/x64
    dest: /var/www/pronote/2026.2.7/x64
    files: "{{ published.files }}"
  delegate_to: web.example.org
"""

RETURN = r"""
dest:
  description: Folder of the release on the web server.
  returned: success
  type: str
  sample: /var/www/pronote/2026.2.7/x64
"""
