#!/usr/bin/python
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cas_info
short_description: Check that PRONOTE and the ENT are connected through CAS
version_added: 0.1.0
description:
  - Looks, without login, at what shows operation 5. The hosted server's own description (is CAS active, and towards
    which host), where its page sends a browser, and whether the ENT's login page answers there over valid TLS.
  - Each is asked once per school and lifetime, whatever the number of hosts; failures are cached too. The description
    shares the cache of M(rentree.pronote.hosted_release_info).
  - The login page is asked only at the host that is expected, and its certificate is always verified. Redirects on that
    same host are followed for some steps, others are not.
  - The CAS token is never returned, kept, logged or passed on. Hosts alone are compared.
  - What is wrong or cannot be seen is a finding, never a failure of the task.
options:
  uai:
    description: UAI of the school.
    type: str
    required: true
  url:
    description: Base address of the server, when it is not the one its UAI has.
    type: str
    default: ""
  ent_cas_host:
    description:
      - Host of the ENT's CAS server, as in V(cas.mon-ent.example.org); an address is taken for its host. ENTs change,
        so nothing is built in. Without it the operation stays in doubt.
    type: str
    default: ""
  cas_ca_path:
    description: File with the authorities to trust for the ENT's page instead of the system's.
    type: str
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
  - module: rentree.pronote.hosted_release_info
  - module: rentree.pronote.kosmos_export_info
"""

EXAMPLES = r"""
- name: Check the connection with the ENT
  rentree.pronote.cas_info:
    uai: 0310001A
    ent_cas_host: cas.mon-ent.example.org
  delegate_to: localhost
  register: cas

- name: Show what stands in the way
  ansible.builtin.debug:
    msg: "{{ cas.findings | map(attribute='text') }}"
"""

RETURN = r"""
operation:
  description: Number of the yearly operation.
  returned: success
  type: int
  sample: 5
state:
  description: V(done), V(to_do), V(in_doubt) or V(not_observable).
  returned: success
  type: str
  sample: done
findings:
  description: What is worth knowing or stands in the way.
  returned: success
  type: list
  elements: dict
  sample:
    - code: cas_off
      severity: error
      text: CAS n'est pas activé sur le serveur PRONOTE. L'activer dans la console d'hébergement.
  contains:
    code:
      description: What it is, for programs.
      type: str
      sample: cas_off
    severity:
      description: V(info), V(warning) or V(error).
      type: str
      sample: error
    text:
      description: What it is, for people, in O(language).
      type: str
      sample: CAS n'est pas activé sur le serveur PRONOTE. L'activer dans la console d'hébergement.
evidence:
  description: What was seen, with its date and where.
  returned: success
  type: list
  elements: dict
  sample:
    - what: CAS activé vers cas.mon-ent.example.org
      date: "2026-08-28T09:12:00Z"
      source: https://0310001A.index-education.net/pronote/
  contains:
    what:
      description: What was seen.
      type: str
      sample: CAS activé vers cas.mon-ent.example.org
    date:
      description: When it was seen.
      type: str
      sample: "2026-08-28T09:12:00Z"
    source:
      description: Where it was seen.
      type: str
      sample: https://0310001A.index-education.net/pronote/
cas:
  description: What the server says of CAS; V(null) when it could not be read.
  returned: success
  type: dict
  sample: {"active": true, "host": "cas.mon-ent.example.org"}
cached:
  description: Whether nothing was asked this time.
  returned: success
  type: bool
  sample: false
"""

from ansible.module_utils.basic import AnsibleModule  # noqa: E402  (modules import after their documentation)
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import (  # noqa: E402
    message_of,
    notes,
    with_sources,
)
from ansible_collections.rentree.pronote.plugins.module_utils.base.text import printable_data  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.checks.cas_ask import CasRequest, check_cas  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.server.answers import cache_notes  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.server.request import (  # noqa: E402
    HOSTED_ARGUMENTS,
    HostedOptions,
)

ARGUMENT_SPEC = {
    "uai": {"type": "str", "required": True},
    "url": {"type": "str", "default": ""},
    "ent_cas_host": {"type": "str", "default": ""},
    "cas_ca_path": {"type": "str"},
    **HOSTED_ARGUMENTS,
}


def main() -> None:
    """Entry point."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    given = module.params
    request = CasRequest(
        uai=given["uai"],
        url=given["url"],
        ent_host=given["ent_cas_host"],
        options=HostedOptions(**{name: given[name] for name in HOSTED_ARGUMENTS}),
        cas_ca_path=given["cas_ca_path"] or None,
    )
    try:
        result = check_cas(request)
    except (ValueError, OSError) as exc:
        module.fail_json(**printable_data(with_sources({"msg": message_of(exc)})))
    module.exit_json(changed=False, **printable_data(with_sources({**result, **notes(cache_notes())})))


if __name__ == "__main__":
    main()
