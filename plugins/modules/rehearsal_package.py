# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rehearsal_package
short_description: Publish the harmless package of a rehearsal in a depot folder of the controller
version_added: 0.3.0
description:
  - Puts C(rehearsal/2099.0.0/x64/) below the depot, with the C(install.cmd) of every release and, in a setup's place, a
    script that installs nothing (M(rentree.pronote.rehearsal)). The lock file is left as it is.
  - It is the same on every controller, and M(rentree.pronote.depot_prune) lets it be.
options:
  depot:
    description: Folder of the depot.
    type: path
    required: true
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.rehearsal
  - module: rentree.pronote.depot_mirror
"""

EXAMPLES = r"""
- name: Publish the harmless package
  rentree.pronote.rehearsal_package:
    depot: /srv/pronote
"""

RETURN = r"""
digest:
  description: SHA-256 of C(install.cmd).
  returned: success
  type: str
  sample: 6f9a…
folder:
  description: Folder of the package.
  returned: success
  type: str
  sample: /srv/pronote/rehearsal/2099.0.0/x64
place:
  description: The same below the depot.
  returned: success
  type: str
  sample: rehearsal/2099.0.0/x64
files:
  description: SHA-256 of each file there.
  returned: success
  type: dict
  sample: {"install.cmd": "6f9a…", "rehearsal.cmd": "1be3…", "SHA256SUMS": "0c77…"}
"""
