# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: edt_archive_info
short_description: Check the archive of EDT monoposte
version_added: 0.1.0
description:
  - Says what an archive of EDT monoposte proves about operation 2 (the new year's timetables), and what stands against
    it. An archive that is missing or broken, or a station that is off, is a finding, never a failure of the task.
  - On a station (over P(ansible.builtin.winrm#connection), without PowerShell) the file's presence, size and date are
    read with one WMI request, and its SHA-256 when there is one to compare with. Nothing is written there and its
    content is not read.
  - On the controller, or on a share that is mounted there, a C(.zip) is read whole, within limits, and nothing is
    unpacked to disk. An encrypted C(.archs) can only be recognised, its format is not public.
  - The date is the one that Windows keeps for the file. A copy keeps it, and who owns the file can change it.
options:
  path:
    description:
      - Full path of the archive, or of a folder, whose newest C(.zip) or C(.archs) is taken. Folders below it are not
        looked into.
    type: str
    required: true
  where:
    description: Where the path is, on the station or on the controller.
    type: str
    choices: [station, controller]
    default: station
  newer_than:
    description:
      - Date or moment (ISO 8601) after which the archive must have been made. Without a time zone it is in the
        controller's.
    type: str
    default: ""
  previous_size:
    description: Size of the previous archive in bytes, last year's for instance; V(0) when it is not known.
    type: int
    default: 0
  smallest_ratio:
    description: An archive smaller than O(previous_size) times this is in doubt.
    type: float
    default: 0.5
  largest_ratio:
    description: An archive larger than O(previous_size) times this is in doubt.
    type: float
    default: 3.0
  min_size:
    description: Size in bytes below which the archive cannot hold a timetable.
    type: int
    default: 1024
  sha256:
    description:
      - SHA-256 that the archive must have, as RV(archive.sha256) of a copy that was read on the controller. So the
        content of an archive on a station is checked through its copy.
    type: str
    default: ""
  year:
    description:
      - Year of EDT monoposte that must be installed. It is looked for in O(installed), else on the station itself when
        this version knows EDT monoposte as a product.
    type: int
  installed:
    description: What M(rentree.pronote.client_info) returned as RV(rentree.pronote.client_info#module:clients) for EDT.
    type: list
    elements: dict
  max_size:
    description: Size in bytes above which an archive on the controller is not read.
    type: int
    default: 4294967296
  max_unpacked:
    description: How many bytes a C(.zip) may unfold to.
    type: int
    default: 4294967296
  language:
    description:
      - Language of what people read. Without it the variable C(pronote_language) says it, by default V(fr).
    type: str
    choices: [fr, en]
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client_info
  - module: rentree.pronote.kosmos_export_info
"""

EXAMPLES = r"""
- name: Read the copy on the share
  rentree.pronote.edt_archive_info:
    path: /srv/rentree/0310001A/edt
    where: controller
    newer_than: "2026-08-20"
    previous_size: 48211004
  register: copy

- name: Check that it is the archive of the principal's workstation
  rentree.pronote.edt_archive_info:
    path: C:\EDT\Archives\rentree.zip
    newer_than: "2026-08-20"
    sha256: "{{ copy.archive.sha256 }}"
"""

RETURN = r"""
operation:
  description: Number of the yearly operation.
  returned: success
  type: int
  sample: 2
state:
  description: V(done), V(to_do), V(in_doubt) or V(not_observable).
  returned: success
  type: str
  sample: to_do
findings:
  description: What is worth knowing or stands in the way.
  returned: success
  type: list
  elements: dict
  sample:
    - code: archive_truncated
      severity: error
      text: "L'archive est tronquée : sa fin manque. La copier ou la fabriquer de nouveau."
  contains:
    code:
      description: What it is, for programs.
      type: str
      sample: archive_truncated
    severity:
      description: V(info), V(warning) or V(error).
      type: str
      sample: error
    text:
      description: What it is, for people, in O(language).
      type: str
      sample: "L'archive est tronquée : sa fin manque. La copier ou la fabriquer de nouveau."
evidence:
  description: What was seen, with its date and where.
  returned: success
  type: list
  elements: dict
  sample:
    - what: archive EDT de 48211004 octets
      date: "2026-08-25T14:30:15Z"
      source: /srv/rentree/0310001A/edt/rentree.zip
  contains:
    what:
      description: What was seen.
      type: str
      sample: archive EDT de 48211004 octets
    date:
      description: The date that it bears; empty when it has none.
      type: str
      sample: "2026-08-25T14:30:15Z"
    source:
      description: Where it was seen.
      type: str
      sample: /srv/rentree/0310001A/edt/rentree.zip
archive:
  description: The file; V(null) when there is none.
  returned: success
  type: dict
  sample:
    path: /srv/rentree/0310001A/edt/rentree.zip
    kind: zip
    size: 48211004
    modified: "2026-08-25T14:30:15+00:00"
    sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
  contains:
    path:
      description: Path of the archive that was looked at.
      type: str
      sample: /srv/rentree/0310001A/edt/rentree.zip
    kind:
      description: V(zip), V(archs) or empty, by the name.
      type: str
      sample: zip
    size:
      description: Size in bytes.
      type: int
      sample: 48211004
    modified:
      description: When it was last changed; V(null) when that could not be read.
      type: str
      sample: "2026-08-25T14:30:15+00:00"
    sha256:
      description: Its SHA-256; empty on a station when there was none to compare with.
      type: str
      sample: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
"""
