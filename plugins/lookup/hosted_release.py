# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: hosted_release
short_description: The client release that a school's hosted PRONOTE server runs
version_added: 0.1.0
description:
  - Asks the school's hosted server, without login, once per server and lifetime, whatever the number of stations.
  - A server that cannot be read is an error that says which and why; it is never taken for an old release.
options:
  _terms:
    description: UAI of each school.
    type: list
    elements: str
    required: true
  url:
    description: Base address of the server, when it is not the one its UAI has.
    type: str
    default: ""
  full:
    description: Return everything the server says instead of the release alone.
    type: bool
    default: false
  allow_stale:
    description: While the server cannot be read, return its last known release.
    type: bool
    default: false
  cache_dir:
    vars:
      - name: pronote_cache_dir
  ask_again:
    vars:
      - name: pronote_server_ask_again
extends_documentation_fragment:
  - rentree.pronote.attributes.hosted
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.hosted_release_info
"""

EXAMPLES = r"""
- name: Show the release of the school's server
  ansible.builtin.debug:
    msg: "{{ lookup('rentree.pronote.hosted_release', '0310001A') }}"

- name: Show everything the server says
  ansible.builtin.debug:
    msg: "{{ lookup('rentree.pronote.hosted_release', pronote_uai, full=true) }}"
"""

RETURN = r"""
_list:
  description:
    - The release of the client, one per term; with O(full), what M(rentree.pronote.hosted_release_info) returns.
  type: list
  elements: raw
  sample: [2026.2.7]
"""

from typing import Any

from ..plugin_utils.words.entrance import entrance


def __getattr__(name: str) -> Any:
    return entrance("hosted_release", name)
