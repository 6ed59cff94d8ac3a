#!/usr/bin/python
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: kosmos_export_info
short_description: Check PRONOTE's export of identifiers to the ENT
version_added: 0.1.0
description:
  - Reads the file that PRONOTE exports for the ENT (operation 6), such as C(IdPN_To_Kosmos.xml), in its clear form or
    as an encrypted envelope, and says what it proves and what stands against it. A file that cannot be used is a
    finding, never a failure of the task.
  - Runs where the file is, on the controller (C(delegate_to=localhost)) or on a host with Python that has its share.
  - "Personal data: the result, the findings and the logs have counts and line numbers only. Names and identifiers are
    written to one place alone, O(details_dest), when it is given."
  - The format of the file is not public. Elements that are not known are counted, and what the file does not say is a
    finding of its own.
options:
  path:
    description: The exported file.
    type: path
    required: true
  uai:
    description: UAI of the school that the file must be of.
    type: str
    default: ""
  year:
    description: Year of PRONOTE that the file must come from, as in V(2026) for the school year 2026-2027.
    type: int
  partner:
    description: Name of the partner that the envelope must be meant for, as it stands in the file.
    type: str
    default: ""
  newer_than:
    description:
      - Date or moment (ISO 8601) after which the file must have been made, that of operation 3 of this year. Without a
        time zone it is in that of the host that runs the module.
    type: str
    default: ""
  previous:
    description: The previous export, clear form, to tell which identifiers were lost or changed since.
    type: path
  previous_fingerprint:
    description:
      - The fingerprint of the previous export, written by O(fingerprint_dest), instead of the export itself. Needs the
        same O(fingerprint_key).
    type: path
  fingerprint_dest:
    description:
      - Where to write this export's fingerprint, mode 0600, for the next comparison. It holds keyed hashes, no name and
        no identifier, so that the export itself can be deleted. Not written in check mode, nor for a file that is not a
        clear export.
    type: path
  fingerprint_key:
    description:
      - Secret of 16 characters or more that keys the hashes; keep it in a vault. It is not in the fingerprint, and
        without it nobody can try names against the fingerprint.
    type: str
  details_dest:
    description:
      - Where to write a file with the lines, names and identifiers of the people with a problem, mode 0600. Personal
        data - delete it once the problems are solved. Not written in check mode.
    type: path
  max_size:
    description: Size in bytes above which a file is not read.
    type: int
    default: 67108864
  language:
    description:
      - Language of what people read. Without it the variable C(pronote_language) says it, by default V(fr).
    type: str
    choices: [fr, en]
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
requirements:
  - defusedxml
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.cas_info
  - module: rentree.pronote.edt_archive_info
"""

EXAMPLES = r"""
- name: Check the export of identifiers
  rentree.pronote.kosmos_export_info:
    path: /srv/rentree/0310001A/IdPN_To_Kosmos.xml
    uai: 0310001A
    year: 2026
    newer_than: "2026-08-27"
  delegate_to: localhost
  register: export

- name: Compare with last year's, and keep a fingerprint for the next
  rentree.pronote.kosmos_export_info:
    path: /srv/rentree/0310001A/IdPN_To_Kosmos.xml
    previous_fingerprint: /srv/rentree/0310001A/2025.fingerprint.json
    fingerprint_dest: /srv/rentree/0310001A/2026.fingerprint.json
    fingerprint_key: "{{ vault_fingerprint_key }}"
  delegate_to: localhost
"""

RETURN = r"""
operation:
  description: Number of the yearly operation.
  returned: success
  type: int
  sample: 6
state:
  description: V(done), V(to_do), V(in_doubt) or V(not_observable).
  returned: success
  type: str
  sample: in_doubt
findings:
  description: What is worth knowing or stands in the way. No name and no identifier.
  returned: success
  type: list
  elements: dict
  sample:
    - code: ids_shared
      severity: warning
      text: >-
        1 identifiant(s) partagé(s) par des personnes différentes (lignes 12, 48). Corriger dans PRONOTE avant l'import.
  contains:
    code:
      description: What it is, for programs.
      type: str
      sample: ids_shared
    severity:
      description: V(info), V(warning) or V(error).
      type: str
      sample: warning
    text:
      description: What it is, for people, in O(language).
      type: str
      sample: Le fichier est vide (0 octet).
evidence:
  description: What was seen, with its date and where.
  returned: success
  type: list
  elements: dict
  sample:
    - what: export d'identifiants en clair
      date: "2026-08-28T09:12:00Z"
      source: /srv/rentree/0310001A/IdPN_To_Kosmos.xml
  contains:
    what:
      description: What was seen.
      type: str
      sample: export d'identifiants en clair
    date:
      description: The date that it bears; empty when it has none.
      type: str
      sample: "2026-08-28T09:12:00Z"
    source:
      description: Where it was seen.
      type: str
      sample: /srv/rentree/0310001A/IdPN_To_Kosmos.xml
export:
  description: What the file is; V(null) when it could not be read as an export.
  returned: success
  type: dict
  sample:
    form: clear
    encoding: utf-8
    uai: 0310001A
    software: PRONOTE 2026.2.7
    year: 2026
    partners: []
    date: "2026-08-28T09:12:00Z"
    counts: {"Professeur": {"elements": 61, "people": 61}, "Eleve": {"elements": 812, "people": 812}}
    unknown_elements: 4
    problems: {"shared": {"count": 1, "lines": [12, 48]}}
comparison:
  description:
    - What became of the identifiers of the previous export, in numbers; V(null) when nothing was compared.
  returned: success
  type: dict
  sample: {"kept": 1480, "new": 310, "gone": 288, "changed": 0, "lost": 0, "reassigned": 2}
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib  # noqa: E402  (after the documentation)
from ansible_collections.rentree.pronote.plugins.module_utils.base.identifiers import parse_uai  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import (  # noqa: E402
    message_of,
    with_sources,
)
from ansible_collections.rentree.pronote.plugins.module_utils.base.text import printable_data  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.base.times import moment  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.checks.export import HAS_DEFUSEDXML  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.checks.export_judge import ExportRequirements  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.checks.export_read import (  # noqa: E402
    ExportRequest,
    check_export,
)

ARGUMENT_SPEC = {
    "path": {"type": "path", "required": True},
    "uai": {"type": "str", "default": ""},
    "year": {"type": "int"},
    "partner": {"type": "str", "default": ""},
    "newer_than": {"type": "str", "default": ""},
    "previous": {"type": "path"},
    "previous_fingerprint": {"type": "path"},
    "fingerprint_dest": {"type": "path"},
    "fingerprint_key": {"type": "str", "no_log": True},
    "details_dest": {"type": "path"},
    "max_size": {"type": "int", "default": 64 << 20},
}


def main() -> None:
    """Entry point."""
    module = AnsibleModule(
        argument_spec=ARGUMENT_SPEC,
        supports_check_mode=True,
        mutually_exclusive=[("previous", "previous_fingerprint")],
        required_by={"previous_fingerprint": "fingerprint_key", "fingerprint_dest": "fingerprint_key"},
    )
    if not HAS_DEFUSEDXML:
        module.fail_json(msg=missing_required_lib("defusedxml"))
    given = {name: value for name, value in module.params.items() if value is not None}
    try:
        wanted = ExportRequirements(
            uai=parse_uai(given.pop("uai")) if given["uai"] else "",
            year=given.pop("year", 0),
            partner=given.pop("partner"),
            newer_than=moment(given["newer_than"]) if given["newer_than"] else None,
        )
        request = ExportRequest(wanted=wanted, **{n: v for n, v in given.items() if n not in {"uai", "newer_than"}})
        result = check_export(request, check=module.check_mode)
    except (ValueError, OSError) as exc:
        module.fail_json(**printable_data(with_sources({"msg": message_of(exc)})))
    module.exit_json(changed=False, **printable_data(with_sources(result)))


if __name__ == "__main__":
    main()
