#!/usr/bin/python
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: hosted_release_info
short_description: Read what a school's hosted PRONOTE server says of itself
version_added: 0.1.0
description:
  - Asks the server without login, with the cache that P(rentree.pronote.hosted_release#lookup) uses.
  - Runs on the controller (C(delegate_to=localhost)) or on any host with Python that reaches the server.
  - The CAS token of the answer is never returned, kept or logged.
options:
  uai:
    description: UAI of the school.
    type: str
    required: true
  url:
    description: Base address of the server, when it is not the one its UAI has.
    type: str
    default: ""
  allow_stale:
    description: While the server cannot be read, return its last known release, with RV(stale) set.
    type: bool
    default: false
  language:
    description:
      - Language of what people read. Without it the variable C(pronote_language) says it, by default V(fr).
    type: str
    choices: [fr, en]
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
  - rentree.pronote.attributes.hosted
author: rentree.pronote contributors (@rentree)
seealso:
  - plugin: rentree.pronote.hosted_release
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Read the school's server
  rentree.pronote.hosted_release_info:
    uai: 0310001A
  delegate_to: localhost
  register: server

- name: Say whether CAS is on
  ansible.builtin.debug:
    msg: "{{ server.name }}: CAS {{ server.cas.active | ternary('on', 'off') }}"
"""

RETURN = r"""
release:
  description: Release of the server, hot fix included.
  returned: success
  type: str
  sample: 2024.3.9.2
client_release:
  description: Release of the client that goes with it.
  returned: success
  type: str
  sample: 2024.3.9
year:
  description: Year of the release.
  returned: success
  type: int
  sample: 2024
name:
  description: Name of the school.
  returned: success
  type: str
  sample: Lycée Exemple
cas:
  description: Whether CAS is on, and the host of the CAS address.
  returned: success
  type: dict
  sample: {"active": true, "host": "cas.mon-ent-occitanie.fr"}
spaces:
  description: Names of the web spaces.
  returned: success
  type: list
  elements: str
  sample: [Espace Professeurs]
disagreements:
  description:
    - Where the server's two sources, its description and its C(Server) header, disagree. Each is a warning as well.
  returned: success
  type: list
  elements: str
  sample: []
header_release:
  description: The release of its C(Server) header, when that is another one; else empty.
  returned: success
  type: str
  sample: ""
server:
  description: Base address of the server.
  returned: success
  type: str
  sample: https://0310001A.index-education.net/pronote/
read_at:
  description: When the server said so.
  returned: success
  type: str
  sample: "2026-11-24T02:00:00Z"
cached:
  description: Whether the answer came from the cache.
  returned: success
  type: bool
  sample: true
stale:
  description: Whether this is the last known answer of a server that cannot be read now.
  returned: success
  type: bool
  sample: false
error:
  description: Why the server cannot be read, when RV(stale) is set.
  returned: success
  type: str
  sample: ""
"""

from ansible.module_utils.basic import AnsibleModule  # noqa: E402  (modules import after their documentation)
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import (  # noqa: E402
    notes,
    with_sources,
)
from ansible_collections.rentree.pronote.plugins.module_utils.base.text import printable_data  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.server.answers import cache_notes  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.server.release import served_release  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.server.request import (  # noqa: E402
    HOSTED_ARGUMENTS,
    HostedOptions,
)

ARGUMENT_SPEC = {
    "uai": {"type": "str", "required": True},
    "url": {"type": "str", "default": ""},
    "allow_stale": {"type": "bool", "default": False},
    **HOSTED_ARGUMENTS,
}


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    values = dict(module.params)
    uai, url, allow_stale = (values.pop(name) for name in ("uai", "url", "allow_stale"))
    served = served_release(uai, url, options=HostedOptions(**values), allow_stale=allow_stale)
    told = notes([*cache_notes(), *([] if served.release is None else served.warnings)])
    if served.release is None:
        module.fail_json(**printable_data(with_sources({"msg": served.error, **told})))
    module.exit_json(changed=False, **printable_data(with_sources({**served.as_dict(), **told})))


if __name__ == "__main__":
    main()
